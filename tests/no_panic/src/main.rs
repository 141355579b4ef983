//! A program for microcontrollers whose panic handler cannot be linked.
//!
//! It calls what sam-core offers with bytes and numbers that the compiler cannot foresee. Were
//! there one way into a panic, the handler would be needed, and with it a symbol that nobody
//! defines: the linker would refuse. So linking is the proof; the program is never run.
//!
//! Called is every public function of the modules `bridge`, `client`, `command`, `connection`,
//! `header`, `key`, `line`, `operand`, `options`, `reply`, `session_id`, `status`, `types`, `value`
//! and `writer`, and the blocking driver and `Stream` of `io`. `test.sh no-panic` looks whether
//! the name of one is missing. Each machine is driven line by line; the grammar is under every parser.
//!
//! Not called:
//! - what needs the feature `b32`, which is the hash of a destination, or `keygen`, which makes
//!   keys and offline signatures: hashes and signatures are of the crates `sha2` and
//!   `ed25519-dalek`;
//! - the async driver: every future of Rust's panics if it is polled again after its end;
//! - `Debug`, `Display` and `defmt::Format`: they run `core::fmt` or defmt, for people, and no
//!   machine decides by them. The one exception is the address in STREAM FORWARD, which is called.
//!
//! Overflowing arithmetic does not panic in a release build, so it is not looked for here; the
//! tests of sam-core are built with its checks.
#![no_std]
#![no_main]

mod input;
mod keys;
mod lines;
mod machines;
mod values;

use core::panic::PanicInfo;

/// Where the linker starts: what cannot be reached from here is not in the program.
///
/// SAFETY: no other symbol has this name.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    loop {
        values::call();
        keys::call();
        lines::call();
        machines::call();
        #[cfg(feature = "counter-proof")]
        core::hint::black_box(input::bytes()[input::number()]);
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        /// Defined nowhere.
        fn sam_core_can_panic() -> !;
    }
    // SAFETY: a program with this call cannot be linked, so it is never made.
    unsafe { sam_core_can_panic() }
}
