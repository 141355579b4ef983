//! How long a read may take, though its bytes drip.

use std::io;
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::lock::lock;

/// Bounds a read as a whole, though a record may drip; gives the socket its limit back at the end.
pub(super) struct ReadTime<'s> {
    tcp: &'s TcpStream,
    limit: &'s Mutex<Option<Duration>>,
    began: Instant,
    parts: usize,
}

impl<'s> ReadTime<'s> {
    pub(super) fn new(tcp: &'s TcpStream, limit: &'s Mutex<Option<Duration>>) -> Self {
        Self {
            tcp,
            limit,
            began: Instant::now(),
            parts: 0,
        }
    }

    /// To be called before each part is waited for.
    pub(super) fn bound(&mut self) -> io::Result<()> {
        self.parts += 1;
        match *lock(self.limit) {
            Some(limit) if self.parts > 1 => {
                let rest = left(self.began + limit)?;
                self.tcp.set_read_timeout(Some(rest))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for ReadTime<'_> {
    fn drop(&mut self) {
        if self.parts > 1 {
            let limit = lock(self.limit);
            let _ = self.tcp.set_read_timeout(*limit);
        }
    }
}

/// What is left until a point in time.
pub(super) fn left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}
