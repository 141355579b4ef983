//! A device's registers: the only place that reads and writes them.

/// A block of 32-bit registers.
pub(crate) struct Registers {
    base: usize,
    size: usize,
}

impl Registers {
    /// The registers from address `base` on, `size` bytes of them.
    ///
    /// # Safety
    /// The range belongs to a device, not to memory, and no read or write of a word in it can
    /// make the device touch memory that belongs to the program.
    pub(crate) const unsafe fn at(base: usize, size: usize) -> Self {
        Self { base, size }
    }

    /// Reads the register at `offset` bytes.
    pub(crate) fn read(&self, offset: usize) -> u32 {
        // SAFETY: within the range that `at` was promised to be registers.
        unsafe { (self.address(offset) as *const u32).read_volatile() }
    }

    /// Writes the register at `offset` bytes.
    pub(crate) fn write(&self, offset: usize, value: u32) {
        // SAFETY: within the range that `at` was promised to be registers.
        unsafe { (self.address(offset) as *mut u32).write_volatile(value) }
    }

    #[inline(always)] // offsets are constants, so nothing is left of the check
    fn address(&self, offset: usize) -> usize {
        assert!(offset < self.size && offset.is_multiple_of(4));
        self.base + offset
    }
}
