//! Files of the host, which QEMU or a debugger reads and writes for the program.

use cortex_m_semihosting::{nr, syscall};

/// Bytes of the longest path.
const PATH: usize = 255;

/// An open file of the host's; closed when dropped.
pub(crate) struct HostFile(usize);

/// The host has not done what it was asked.
#[derive(Debug)]
pub(crate) struct Refused;

impl HostFile {
    /// Opens a file, in one of the modes of [`nr::open`].
    pub(crate) fn open(path: &str, mode: usize) -> Result<Self, Refused> {
        let mut name = [0; PATH + 1];
        let room = name[..PATH].get_mut(..path.len()).ok_or(Refused)?;
        room.copy_from_slice(path.as_bytes());
        let block = [name.as_ptr() as usize, mode, path.len()];
        // SAFETY: the block is what the operation wants: a path that ends in a zero, the mode, and
        // the path's length without the zero.
        match unsafe { syscall(nr::OPEN, &block) } {
            usize::MAX => Err(Refused),
            handle => Ok(Self(handle)),
        }
    }

    /// Fills `bytes` from `offset` on.
    pub(crate) fn read_at(&self, offset: usize, bytes: &mut [u8]) -> Result<(), Refused> {
        self.seek(offset)?;
        let block = [self.0, bytes.as_mut_ptr() as usize, bytes.len()];
        // SAFETY: the block is what the operation wants: the file, a buffer to fill, its length.
        done(unsafe { syscall(nr::READ, &block) })
    }

    /// Writes `bytes` from `offset` on.
    pub(crate) fn write_at(&self, offset: usize, bytes: &[u8]) -> Result<(), Refused> {
        self.seek(offset)?;
        let block = [self.0, bytes.as_ptr() as usize, bytes.len()];
        // SAFETY: the block is what the operation wants: the file, a buffer to read, its length.
        done(unsafe { syscall(nr::WRITE, &block) })
    }

    fn seek(&self, offset: usize) -> Result<(), Refused> {
        // SAFETY: the block is what the operation wants: the file and the position in it.
        done(unsafe { syscall(nr::SEEK, &[self.0, offset]) })
    }
}

impl Drop for HostFile {
    fn drop(&mut self) {
        // SAFETY: the block is what the operation wants: the file.
        unsafe { syscall(nr::CLOSE, &[self.0]) };
    }
}

/// Reads and writes return how many bytes are missing.
fn done(missing: usize) -> Result<(), Refused> {
    if missing == 0 { Ok(()) } else { Err(Refused) }
}
