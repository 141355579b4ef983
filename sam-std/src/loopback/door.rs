//! How clients come in: over plain TCP, or through TLS.

use std::io;
use std::net::TcpStream;

use super::socket::Socket;
use super::transcript::Track;
#[cfg(feature = "tls")]
use crate::tls::Server;

#[derive(Clone, Debug, Default)]
pub(super) enum Door {
    #[default]
    Plain,
    #[cfg(feature = "tls")]
    Tls(Server),
}

impl Door {
    /// The client's socket; it has to be [admitted](Socket::admit) before it is read.
    pub(super) fn open(&self, stream: TcpStream, track: Track) -> io::Result<Socket> {
        match self {
            Self::Plain => Socket::new(stream, track),
            #[cfg(feature = "tls")]
            Self::Tls(server) => Socket::behind_tls(server.over(stream)?, track),
        }
    }
}
