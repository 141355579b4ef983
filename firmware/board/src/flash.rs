//! Flash that outlasts a reset.
//!
//! A file of the host's stands in for it: QEMU has no model of the LM3S6965's flash controller (its
//! flash is ROM to the program), and the MPS2 has no flash at all. It behaves like NOR flash in
//! that writing can only clear bits, and in that whole pages are erased.

use cortex_m_semihosting::nr::open;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

use crate::host_file::{HostFile, Refused};

/// Bytes of a page, and of a word, in the LM3S6965.
const PAGE: usize = 1024;
const WORD: usize = 4;

/// Two pages of flash.
pub struct Flash(HostFile);

impl Flash {
    /// Opens the file `path`, or makes one whose pages are erased.
    ///
    /// # Errors
    /// [`NorFlashErrorKind::Other`] if the host can do neither, or the path has more than 255
    /// bytes.
    pub fn open(path: &str) -> Result<Self, NorFlashErrorKind> {
        if let Ok(file) = HostFile::open(path, open::RW_BINARY) {
            return Ok(Self(file));
        }
        let mut flash = Self(HostFile::open(path, open::RW_TRUNC_BINARY)?);
        flash.erase(0, flash.capacity() as u32)?;
        Ok(flash)
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        check_read(self, offset, bytes.len())?;
        Ok(self.0.read_at(offset as usize, bytes)?)
    }

    fn capacity(&self) -> usize {
        2 * PAGE
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to)?;
        for offset in (from as usize..to as usize).step_by(WORD) {
            self.0.write_at(offset, &[0xff; WORD])?;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        check_write(self, offset, bytes.len())?;
        let offsets = (offset as usize..).step_by(WORD);
        for (offset, bytes) in offsets.zip(bytes.chunks(WORD)) {
            let mut word = [0; WORD];
            self.0.read_at(offset, &mut word)?;
            for (old, new) in word.iter_mut().zip(bytes) {
                *old &= new;
            }
            self.0.write_at(offset, &word)?;
        }
        Ok(())
    }
}

impl From<Refused> for NorFlashErrorKind {
    fn from(_: Refused) -> Self {
        Self::Other
    }
}
