//! How a router speaks: how much at a time, and behind which disguise.

use std::cell::Cell;

use embassy_net::tcp::{Error, TcpSocket};
use embedded_io_async::{ErrorType, Read, Write};

pub(crate) struct Manner {
    /// Bytes in a segment; the next ones leave when those have arrived.
    pub(crate) portion: Cell<usize>,
    /// What all bytes are XORed with, both ways.
    pub(crate) mask: Cell<u8>,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            portion: Cell::new(usize::MAX),
            mask: Cell::new(0),
        }
    }
}

/// A socket that speaks like this.
pub(crate) struct Mannered<'s> {
    pub(crate) socket: &'s mut TcpSocket<'static>,
    pub(crate) manner: &'s Manner,
}

/// Puts a mask on, or takes it off.
pub(crate) fn disguise(bytes: &mut [u8], mask: u8) {
    for byte in bytes {
        *byte ^= mask;
    }
}

impl ErrorType for Mannered<'_> {
    type Error = Error;
}

impl Read for Mannered<'_> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        let count = self.socket.read(out).await?;
        disguise(&mut out[..count], self.manner.mask.get());
        Ok(count)
    }
}

impl Write for Mannered<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let size = self.manner.portion.get().min(bytes.len());
        if size < bytes.len() {
            self.socket.flush().await?;
        }
        let mut bytes = bytes[..size].to_vec();
        disguise(&mut bytes, self.manner.mask.get());
        self.socket.write(&bytes).await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.socket.flush().await
    }
}
