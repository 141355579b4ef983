//! Where the router is.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::time::{Duration, Instant};
use std::vec;

use sam_core::error::Usage;

use crate::dial::Dial;

/// A host and port of the router; dialled by TCP.
///
/// The host may be a name; it is the only name that ever reaches DNS, anew for each connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    /// The port SAM listens on by default.
    pub const DEFAULT_PORT: u16 = 7656;

    /// The port datagrams are sent to by UDP, by default; i2pd takes the one below its TCP port.
    pub const DEFAULT_UDP_PORT: u16 = 7655;

    /// A host name or IP address, and a port.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
        }
    }

    /// The one that the environment variable `I2P_SAM_ADDRESS` names, else `127.0.0.1:7656`.
    ///
    /// # Errors
    /// [`Usage`] if the variable holds what is no endpoint.
    pub fn from_env() -> Result<Self, Usage> {
        match std::env::var_os("I2P_SAM_ADDRESS") {
            Some(endpoint) if !endpoint.is_empty() => endpoint.to_string_lossy().parse(),
            _ => Ok(Self::default()),
        }
    }

    /// Every address the host has just now.
    pub(crate) fn addresses(&self) -> io::Result<vec::IntoIter<SocketAddr>> {
        (self.host.as_str(), self.port).to_socket_addrs()
    }

    #[cfg(feature = "tls")]
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl Default for Endpoint {
    /// `127.0.0.1:7656`.
    fn default() -> Self {
        Self::new("127.0.0.1", Self::DEFAULT_PORT)
    }
}

impl FromStr for Endpoint {
    type Err = Usage;

    /// Reads `host`, `host:port`, `1.2.3.4:port`, `[::1]:port` or `::1`; without a port, 7656.
    fn from_str(text: &str) -> Result<Self, Usage> {
        if let Some(byte) = text
            .bytes()
            .find(|byte| *byte <= b' ' || b"/@\"".contains(byte))
        {
            return Err(Usage::Forbidden(byte));
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(bracketed) => {
                let (host, rest) = bracketed.split_once(']').ok_or(Usage::Forbidden(b'['))?;
                (host, rest.strip_prefix(':'))
            }
            None => match text.rsplit_once(':') {
                Some((host, port)) if !host.contains(':') => (host, Some(port)),
                _ => (text, None),
            },
        };
        if host.is_empty() {
            return Err(Usage::Empty);
        }
        match port.map_or(Ok(Self::DEFAULT_PORT), str::parse) {
            Ok(port) if port != 0 => Ok(Self::new(host, port)),
            _ => Err(Usage::OutOfRange),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Dial for Endpoint {
    type Transport = TcpStream;

    /// Tries each address of the host in turn, all of them within `patience`.
    fn dial(&self, patience: Duration) -> io::Result<TcpStream> {
        let deadline = Instant::now() + patience;
        let mut failure = io::ErrorKind::NotFound.into();
        for address in self.addresses()? {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn udp(&self) -> Option<Endpoint> {
        Some(Self::new(self.host.as_str(), Self::DEFAULT_UDP_PORT))
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.ip().to_string(), address.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_and_shown_in_every_usual_form() {
        let table = [
            ("127.0.0.1", "127.0.0.1:7656"),
            ("127.0.0.1:7777", "127.0.0.1:7777"),
            ("router.lan", "router.lan:7656"),
            ("router.lan:1", "router.lan:1"),
            ("::1", "[::1]:7656"),
            ("[::1]:7700", "[::1]:7700"),
            ("[fe80::1]", "[fe80::1]:7656"),
        ];
        for (text, shown) in table {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(shown.parse(), Ok(endpoint));
        }
    }

    #[test]
    fn endpoints_that_are_none_are_refused() {
        for text in [
            "",
            ":7656",
            "host:",
            "host:0",
            "host:65536",
            "[::1",
            "a b",
            "http://x",
            "u@h",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text:?}");
        }
    }
}
