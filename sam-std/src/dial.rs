//! How connections to the router come about, and what they have to be able to do.

use std::fmt;
use std::io;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::time::Duration;

use crate::endpoint::Endpoint;

/// Opens connections to one router's SAM port.
///
/// TLS, a tunnel, a Unix socket or a router in the same process can stand in for the TCP of an
/// [`Endpoint`]. What `Display` shows appears in error messages.
pub trait Dial: fmt::Display + Send + Sync + 'static {
    /// The connections it opens.
    type Transport: Transport;

    /// Opens a connection.
    ///
    /// # Errors
    /// Whatever keeps it from opening within `patience`.
    fn dial(&self, patience: Duration) -> io::Result<Self::Transport>;

    /// Where the router takes datagrams by UDP; nowhere, unless it is dialled over plain TCP.
    fn udp(&self) -> Option<Endpoint> {
        None
    }
}

/// One connection to the router, used by several threads at once.
///
/// One thread reads while another writes; [`Transport::shutdown`] wakes both.
pub trait Transport: Send + Sync + 'static {
    /// Reads some bytes; 0 is the end.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] or [`io::ErrorKind::WouldBlock`] after the read time-out.
    fn read(&self, out: &mut [u8]) -> io::Result<usize>;

    /// Writes some bytes and lets them leave at once.
    ///
    /// # Errors
    /// As [`Transport::read`].
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Sends what a write has taken but not sent yet, as TLS may after a time-out; most transports
    /// keep nothing back.
    ///
    /// # Errors
    /// As [`Transport::read`].
    fn flush(&self) -> io::Result<()> {
        Ok(())
    }

    /// Bounds each read; `None` is for ever, zero is not allowed.
    ///
    /// # Errors
    /// Those of the system.
    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()>;

    /// Bounds each write; `None` is for ever, zero is not allowed.
    ///
    /// # Errors
    /// Those of the system.
    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()>;

    /// Ends one or both directions, and wakes the threads that wait for them.
    ///
    /// # Errors
    /// Those of the system; ending what has ended is none.
    fn shutdown(&self, how: Shutdown) -> io::Result<()>;

    /// Where the router can dial this host, if it can at all.
    fn local_ip(&self) -> Option<IpAddr>;
}

impl Transport for TcpStream {
    fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut &*self, out)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(&mut &*self, bytes)
    }

    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        Self::set_read_timeout(self, limit)
    }

    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        Self::set_write_timeout(self, limit)
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        shut(Self::shutdown(self, how))
    }

    fn local_ip(&self) -> Option<IpAddr> {
        self.local_addr().ok().map(|address| address.ip())
    }
}

#[cfg(unix)]
impl Transport for std::os::unix::net::UnixStream {
    fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut &*self, out)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(&mut &*self, bytes)
    }

    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        Self::set_read_timeout(self, limit)
    }

    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        Self::set_write_timeout(self, limit)
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        shut(Self::shutdown(self, how))
    }

    fn local_ip(&self) -> Option<IpAddr> {
        None
    }
}

/// Whichever transport it is, for programs that know only when they run.
impl Transport for Box<dyn Transport> {
    fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        (**self).read(out)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        (**self).write(bytes)
    }

    fn flush(&self) -> io::Result<()> {
        (**self).flush()
    }

    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        (**self).set_read_timeout(limit)
    }

    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        (**self).set_write_timeout(limit)
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        (**self).shutdown(how)
    }

    fn local_ip(&self) -> Option<IpAddr> {
        (**self).local_ip()
    }
}

/// Ending what the other end has ended already is no error.
pub(crate) fn shut(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
        result => result,
    }
}
