//! A client's socket, shared by the threads that read it, write it and close it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::group::Close;
use super::lock::lock;

/// A connected socket. It is closed when its last owner goes, and useless from
/// [`Close::close`] on, which also wakes the threads that wait for it.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    looking: Mutex<()>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            looking: Mutex::new(()),
        })
    }

    pub(super) fn peer_ip(&self) -> io::Result<IpAddr> {
        Ok(self.stream.peer_addr()?.ip())
    }

    /// Reads what is there, or waits for it, until `deadline` if there is one.
    pub(super) fn read(&self, buffer: &mut [u8], deadline: Option<Instant>) -> io::Result<usize> {
        let set = |timeout| self.stream.set_read_timeout(timeout);
        by(deadline, set, || (&self.stream).read(buffer))
    }

    /// Writes all of `bytes`, until `deadline` if there is one.
    pub(super) fn write_all(&self, bytes: &[u8], deadline: Option<Instant>) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let set = |timeout| self.stream.set_write_timeout(timeout);
            match by(deadline, set, || (&self.stream).write(rest))? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => rest = rest.get(count..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    /// Says that nothing more will be written.
    pub(super) fn finish(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Whether the other end has closed it and everything it sent was read: asked without
    /// waiting, while another thread may be blocked in reading it.
    pub(super) fn is_gone(&self) -> bool {
        // One at a time: the flag belongs to the socket, not to the caller.
        let _turn = lock(&self.looking);
        if self.stream.set_nonblocking(true).is_err() {
            return true;
        }
        let seen = self.stream.peek(&mut [0]);
        let _ = self.stream.set_nonblocking(false);
        match seen {
            Ok(count) => count == 0,
            Err(error) => !is_no_failure(&error),
        }
    }
}

impl Close for Socket {
    fn close(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// Repeats `attempt` until it gives a result or `deadline` passes.
fn by(
    deadline: Option<Instant>,
    set_timeout: impl Fn(Option<Duration>) -> io::Result<()>,
    mut attempt: impl FnMut() -> io::Result<usize>,
) -> io::Result<usize> {
    loop {
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            set_timeout(Some(left))?;
        }
        let result = attempt();
        if deadline.is_some() {
            set_timeout(None)?;
        }
        match result {
            // The time is up, or `is_gone` was looking just then.
            Err(error) if is_no_failure(&error) => thread::yield_now(),
            result => return result,
        }
    }
}

fn is_no_failure(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
