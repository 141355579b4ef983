//! How a program that failed ends: with a message and status 1, never by hanging.

use core::fmt;
use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, exception};

use crate::semihosting::{ExitCode, exit};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    crate::println!("{}", info);
    exit(ExitCode::Failure)
}

// SAFETY: ends the program, so it returns to no broken state.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    crate::println!("hard fault: {}", Frame(frame));
    exit(ExitCode::Failure)
}

/// The registers at the fault.
struct Frame<'f>(&'f ExceptionFrame);

impl fmt::Display for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}
