//! Encrypted bytes on their way from and to the socket.

use std::io;
use std::net::TcpStream;

use rustls::Connection;

use super::error::TlsError;
use crate::dial::Transport;

/// The most plaintext in a record.
pub(super) const RECORD: usize = 16 * 1024;

/// Bytes of the socket that are still to be decrypted.
pub(super) struct Incoming {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Incoming {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; RECORD + 256].into(),
            start: 0,
            end: 0,
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// TLS begins with a handshake or an alert, and no text does.
    pub(super) fn looks_like_tls(&self) -> bool {
        matches!(self.unread().first(), Some(0x15 | 0x16))
    }

    /// Waits for bytes; only when there are none left.
    pub(super) fn receive(&mut self, tcp: &TcpStream) -> io::Result<usize> {
        (self.start, self.end) = (0, 0);
        self.end = tcp.read(&mut self.buffer)?;
        Ok(self.end)
    }

    /// Decrypts some of them.
    pub(super) fn feed(&mut self, connection: &mut Connection) -> Result<(), TlsError> {
        let mut rest = self.unread();
        let before = rest.len();
        let taken = connection.read_tls(&mut rest);
        taken.map_err(|error| TlsError::Broken(error.to_string()))?;
        self.start += before - rest.len();
        connection.process_new_packets()?;
        Ok(())
    }
}

/// Encrypted bytes that are still to be sent.
#[derive(Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
    /// The last of them say that there will be no more.
    pub(super) is_closed: bool,
}

impl Outgoing {
    /// Takes what the connection wants to have sent.
    pub(super) fn take(&mut self, connection: &mut Connection) -> io::Result<()> {
        while connection.wants_write() {
            connection.write_tls(&mut self.bytes)?;
        }
        Ok(())
    }

    /// Sends all of it; what remains after an error is sent the next time.
    pub(super) fn send(&mut self, tcp: &TcpStream) -> io::Result<()> {
        while let Some(rest) = self.bytes.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match tcp.write(rest)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => self.sent += count,
            }
        }
        self.bytes.clear();
        self.sent = 0;
        Ok(())
    }
}
