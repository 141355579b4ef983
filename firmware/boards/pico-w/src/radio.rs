//! What the radio chip is given at each start; `build.rs` takes it from `CYW43_FIRMWARE`.

use core::hint::black_box;

use cyw43::{A4, Aligned};

/// The chip's program.
pub(crate) static PROGRAM: &Aligned<A4, [u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/43439A0.bin")));

/// What each country allows.
pub(crate) static REGULATIONS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/43439A0_clm.bin"));

/// How the chip is wired on this board.
pub(crate) static BOARD: &Aligned<A4, [u8]> = &Aligned(*include_bytes!(concat!(
    env!("OUT_DIR"),
    "/nvram_rp2040.bin"
)));

/// This program was built without them.
pub(crate) fn is_missing() -> bool {
    // The compiler must not know: it would leave all else out, and the sizes would mean nothing.
    black_box(PROGRAM).is_empty()
}
