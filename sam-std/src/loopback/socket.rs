//! A client's socket, shared by the threads that read it, write it and close it.

use std::io;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::group::Close;
use super::lock::lock;
use super::transcript::Track;
use crate::dial::Transport;
#[cfg(feature = "tls")]
use crate::tls::TlsStream;

/// A connected socket. It is closed when its last owner goes, and useless from
/// [`Close::close`] on, which also wakes the threads that wait for it.
pub(super) struct Socket {
    link: Link,
    /// What is said on it, in clear even if there is TLS.
    track: Track,
    looking: Mutex<()>,
    /// Datagrams come between the answers of the client's own thread.
    saying: Mutex<()>,
}

enum Link {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream>),
}

impl Socket {
    pub(super) fn new(stream: TcpStream, track: Track) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self::over(Link::Plain(stream), track))
    }

    /// A socket whose client has to shake hands first.
    #[cfg(feature = "tls")]
    pub(super) fn behind_tls(stream: TlsStream, track: Track) -> io::Result<Self> {
        stream.tcp().set_nodelay(true)?;
        Ok(Self::over(Link::Tls(Box::new(stream)), track))
    }

    fn over(link: Link, track: Track) -> Self {
        Self {
            link,
            track,
            looking: Mutex::new(()),
            saying: Mutex::new(()),
        }
    }

    /// Waits until the client may be heard, `limit` at most; at once unless there is TLS.
    pub(super) fn admit(&self, limit: Duration) -> io::Result<()> {
        match &self.link {
            Link::Plain(_) => {
                let _ = limit;
                Ok(())
            }
            #[cfg(feature = "tls")]
            Link::Tls(stream) => match Instant::now().checked_add(limit) {
                Some(deadline) => stream.shake_hands(deadline),
                None => Err(io::ErrorKind::InvalidInput.into()),
            },
        }
    }

    /// Where everything but reads is to be noted before it happens.
    pub(super) const fn track(&self) -> &Track {
        &self.track
    }

    pub(super) fn peer_ip(&self) -> io::Result<IpAddr> {
        Ok(self.tcp().peer_addr()?.ip())
    }

    /// Reads what is there, or waits for it, until `deadline` if there is one.
    pub(super) fn read(&self, buffer: &mut [u8], deadline: Option<Instant>) -> io::Result<usize> {
        let link = self.link();
        let set = |timeout| link.set_read_timeout(timeout);
        let result = by(deadline, set, || link.read(buffer));
        match &result {
            Ok(0) => self.track.ended(),
            Ok(count) => self
                .track
                .received(buffer.get(..*count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            Err(_) => self.track.ended(),
        }
        result
    }

    /// Writes all of `bytes`, until `deadline` if there is one.
    pub(super) fn write_all(&self, bytes: &[u8], deadline: Option<Instant>) -> io::Result<()> {
        let _turn = lock(&self.saying);
        let link = self.link();
        let set = |timeout| link.set_write_timeout(timeout);
        let mut rest = bytes;
        while !rest.is_empty() {
            match by(deadline, set, || link.write(rest))? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => rest = rest.get(count..).unwrap_or_default(),
            }
        }
        by(deadline, set, || link.flush().map(|()| 0))?;
        Ok(())
    }

    /// Says that nothing more will be written.
    pub(super) fn finish(&self) {
        self.track.is_over();
        let _ = self.link().shutdown(Shutdown::Write);
    }

    /// Whether the other end has closed it and everything it sent was read: asked without
    /// waiting, while another thread may be blocked in reading it.
    pub(super) fn is_gone(&self) -> bool {
        // One at a time: the flag belongs to the socket, not to the caller.
        let _turn = lock(&self.looking);
        let tcp = self.tcp();
        if self.has_ended() || tcp.set_nonblocking(true).is_err() {
            return true;
        }
        let seen = tcp.peek(&mut [0]);
        let _ = tcp.set_nonblocking(false);
        match seen {
            Ok(count) => count == 0,
            Err(error) => !is_no_failure(&error),
        }
    }

    /// Whether the end was read already, where the socket itself does not know of it.
    fn has_ended(&self) -> bool {
        match &self.link {
            Link::Plain(_) => false,
            #[cfg(feature = "tls")]
            Link::Tls(stream) => stream.has_ended(),
        }
    }

    fn link(&self) -> &dyn Transport {
        match &self.link {
            Link::Plain(stream) => stream,
            #[cfg(feature = "tls")]
            Link::Tls(stream) => &**stream,
        }
    }

    fn tcp(&self) -> &TcpStream {
        match &self.link {
            Link::Plain(stream) => stream,
            #[cfg(feature = "tls")]
            Link::Tls(stream) => stream.tcp(),
        }
    }
}

impl Close for Socket {
    fn close(&self) {
        self.track.is_over();
        let _ = self.link().shutdown(Shutdown::Both);
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
