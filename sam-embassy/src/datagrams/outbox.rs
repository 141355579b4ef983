//! One datagram that waits to leave.

use core::cell::Cell;
use core::mem;

use embedded_io_async::Write;
use sam_core::header::CountedSend;
use sam_core::io::IoError;
use sam_core::{Connection, ControlDatagrams, Writer};

/// The memory of a datagram with its line, and how much of it has left.
#[derive(Default)]
pub(super) struct Outbox {
    bytes: &'static mut [u8],
    sent: usize,
    len: usize,
}

impl Outbox {
    pub(super) fn new(bytes: &'static mut [u8]) -> Self {
        Self {
            bytes,
            sent: 0,
            len: 0,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Writes line and payload.
    pub(super) fn put(
        &mut self,
        send: &CountedSend<'_>,
        payload: &[u8],
    ) -> Result<(), sam_core::Error> {
        let mut line = Writer::new(self.bytes);
        send.encode_with(payload, &mut line)?;
        self.len = line.len();
        Ok(())
    }

    /// Forgets what has left in part, on a connection that is no more.
    pub(super) const fn give_up(&mut self) {
        if self.sent > 0 {
            self.clear();
        }
    }

    /// Sends what waits, behind lines that have begun to leave.
    ///
    /// i2pd wants line and payload in one read, so all that is before them has left by then.
    async fn transmit<T: Write>(
        &mut self,
        connection: &mut Connection<ControlDatagrams, &mut [u8]>,
        transport: &mut T,
    ) -> Result<(), IoError<T::Error>> {
        if self.sent == 0 {
            while !connection.pending().is_empty() {
                let count = write(transport, connection.pending()).await?;
                connection.transmitted(count)?;
            }
            if connection.flush_due() {
                transport.flush().await.map_err(IoError::Transport)?;
                connection.flushed();
            }
        }
        while let Some(rest) = self.bytes.get(self.sent..self.len)
            && !rest.is_empty()
        {
            self.sent += write(transport, rest).await?;
        }
        transport.flush().await.map_err(IoError::Transport)?;
        self.clear();
        Ok(())
    }

    const fn clear(&mut self) {
        self.sent = 0;
        self.len = 0;
    }
}

/// Sends what waits in the outbox of a cell, if anything does; returns whether.
///
/// The cell is empty meanwhile. If this is dropped it stays noted what has left.
pub(super) async fn transmit<T: Write>(
    cell: &Cell<Option<Outbox>>,
    connection: &mut Connection<ControlDatagrams, &mut [u8]>,
    transport: &mut T,
) -> Result<bool, IoError<T::Error>> {
    let outbox = cell.take().unwrap_or_default();
    let mut lent = Lent { cell, outbox };
    if lent.outbox.is_empty() {
        return Ok(false);
    }
    lent.outbox.transmit(connection, transport).await?;
    Ok(true)
}

struct Lent<'c> {
    cell: &'c Cell<Option<Outbox>>,
    outbox: Outbox,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.cell.set(Some(mem::take(&mut self.outbox)));
    }
}

async fn write<T: Write>(transport: &mut T, bytes: &[u8]) -> Result<usize, IoError<T::Error>> {
    match transport.write(bytes).await.map_err(IoError::Transport)? {
        0 => Err(IoError::WriteZero),
        count => Ok(count),
    }
}
