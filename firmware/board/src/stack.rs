//! How much of the stack a program has used.

use core::fmt;

/// The stack, which grows downwards until it meets the program's static memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Bytes that were in use at some moment since the start.
    pub used: usize,
    /// Bytes there are.
    pub size: usize,
}

/// What cortex-m-rt paints the stack with before `main`.
const PAINT: u32 = 0xcccc_cccc;

impl Stack {
    /// Looks how far the paint is gone.
    pub fn measure() -> Self {
        unsafe extern "C" {
            static _stack_start: u32;
            static _stack_end: u32;
        }
        // cortex-m-rt's linker script puts these two at the stack's ends.
        let (top, end) = (&raw const _stack_start, &raw const _stack_end);
        let size = top as usize - end as usize;
        let words = size / size_of::<u32>();
        let untouched = (0..words)
            // SAFETY: within the stack's memory, which is words, and no Rust object of this
            // function's lives in what is still painted.
            .take_while(|at| unsafe { end.add(*at).read_volatile() } == PAINT)
            .count();
        Self {
            used: size - untouched * size_of::<u32>(),
            size,
        }
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.used, self.size)
    }
}
