//! SAM spoken by hand, over whatever leads to the router.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use embedded_io::{Error as _, ErrorKind, ErrorType, Read, Write};
use embedded_io_adapters::std::FromStd;
use embedded_tls::TlsError;

use crate::lan;
use crate::psk::{self, Key, Secured};

/// How somebody in the local network speaks to the router.
#[derive(Clone, Copy)]
pub(crate) enum Way<'k> {
    /// As SAM is meant to be.
    Clear(SocketAddr),
    /// By TLS, with this key.
    Keyed(SocketAddr, &'k Key),
    /// By TLS, as browsers do.
    Keyless(SocketAddr),
    /// In clear, from the router's own machine.
    Local(SocketAddr),
}

/// A connection that came about in one of these ways.
pub(crate) enum Line {
    Clear(FromStd<TcpStream>),
    Secured(Box<Secured>),
}

impl Way<'_> {
    pub(crate) fn dial(&self) -> Result<Line, TlsError> {
        let (Self::Clear(to) | Self::Keyed(to, _) | Self::Keyless(to) | Self::Local(to)) = *self;
        let dial = match self {
            Self::Local(_) => TcpStream::connect,
            _ => lan::dial,
        };
        let stream = dial(to).map_err(|error| TlsError::Io(error.kind().into()))?;
        match self {
            Self::Clear(_) | Self::Local(_) => Ok(Line::Clear(FromStd::new(stream))),
            Self::Keyed(_, key) => key.secure(stream).map(Box::new).map(Line::Secured),
            Self::Keyless(_) => psk::without_key(stream).map(Box::new).map(Line::Secured),
        }
    }
}

impl ErrorType for Line {
    type Error = ErrorKind;
}

impl Read for Line {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::Clear(stream) => stream.read(out).map_err(|error| error.kind().into()),
            Self::Secured(tls) => match Read::read(tls.as_mut(), out) {
                Err(TlsError::ConnectionClosed) => Ok(0),
                result => result.map_err(|error| error.kind()),
            },
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::Clear(stream) => stream.write(bytes).map_err(|error| error.kind().into()),
            Self::Secured(tls) => Write::write(tls.as_mut(), bytes).map_err(|error| error.kind()),
        }
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        match self {
            Self::Clear(_) => Ok(()),
            Self::Secured(tls) => Write::flush(tls.as_mut()).map_err(|error| error.kind()),
        }
    }
}

/// A conversation with the router.
pub(crate) struct Sam(pub(crate) Line);

impl Sam {
    pub(crate) fn greet(way: &Way<'_>) -> Result<Self, ErrorKind> {
        let mut sam = Self(way.dial().map_err(|error| error.kind())?);
        match sam.ask("HELLO VERSION MIN=3.1 MAX=3.3")? {
            said if said.starts_with("HELLO REPLY RESULT=OK") => Ok(sam),
            _ => Err(ErrorKind::InvalidData),
        }
    }

    /// How long a read may last, of a conversation in clear.
    pub(crate) fn set_patience(&self, patience: Duration) {
        if let Line::Clear(stream) = &self.0 {
            stream.inner().set_read_timeout(Some(patience)).unwrap();
        }
    }

    /// Says a line and hears one.
    pub(crate) fn ask(&mut self, line: &str) -> Result<String, ErrorKind> {
        self.say(format!("{line}\n").as_bytes())?;
        self.line()
    }

    pub(crate) fn say(&mut self, bytes: &[u8]) -> Result<(), ErrorKind> {
        self.0.write_all(bytes)?;
        self.0.flush()
    }

    pub(crate) fn line(&mut self) -> Result<String, ErrorKind> {
        let mut line = Vec::new();
        loop {
            match self.bytes(1)?.as_slice() {
                b"\n" => return String::from_utf8(line).map_err(|_| ErrorKind::InvalidData),
                byte => line.extend_from_slice(byte),
            }
        }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<Vec<u8>, ErrorKind> {
        let mut bytes = vec![0; count];
        match self.0.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(embedded_io::ReadExactError::UnexpectedEof) => Err(ErrorKind::NotConnected),
            Err(embedded_io::ReadExactError::Other(error)) => Err(error),
        }
    }
}
