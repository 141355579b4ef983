//! A router behind TLS: Java I2P's SAM with SSL, or stunnel in front of any router.

mod error;
mod lock;
mod patience;
mod pin;
mod records;
#[cfg(feature = "loopback-bridge")]
mod server;
mod stream;
mod trust;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use crate::dial::Dial;
use crate::endpoint::Endpoint;

pub use error::TlsError;
pub use pin::Pin;
#[cfg(feature = "loopback-bridge")]
pub(crate) use server::Server;
pub use stream::TlsStream;

/// Dials a router through TLS 1.3 or 1.2; for [`Router::over`](crate::Router::over).
///
/// There is no way without a check of who answers: by a CA, by a pinned certificate, or by whom
/// the system trusts, if that is asked for. Datagrams go through
/// it too, unless UDP is asked for; [`Session::forward`](crate::Session::forward) is refused, since
/// it would not be covered.
///
/// ```no_run
/// use sam_std::{Endpoint, Router, Session, Tls};
///
/// let ca = std::fs::read("ca.pem")?;
/// let router = Router::over(Tls::with_ca(Endpoint::new("router.lan", 7657), &ca)?);
/// let session = Session::builder(&router).create()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Tls {
    endpoint: Endpoint,
    name: ServerName<'static>,
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Trusts certificates that one of these CAs has issued for the endpoint's host, and no others.
    ///
    /// `pem` holds one certificate or more; what else is in it is passed over. A certificate that
    /// has issued itself is to be pinned.
    ///
    /// # Errors
    /// [`TlsError::NoCertificate`] if `pem` holds none; [`TlsError::Name`] if the host is none.
    pub fn with_ca(endpoint: Endpoint, pem: &[u8]) -> Result<Self, TlsError> {
        Self::trusting(endpoint, trust::authorities(pem)?)
    }

    /// Trusts one certificate or key and no other, whoever has issued it, for whatever name and
    /// time.
    ///
    /// # Errors
    /// [`TlsError::Name`] if the host is none.
    pub fn with_pin(endpoint: Endpoint, pin: Pin) -> Result<Self, TlsError> {
        Self::trusting(endpoint, trust::pinned(pin)?)
    }

    /// Trusts everybody whom the system trusts to vouch for the endpoint's host.
    ///
    /// Those are many; a CA of one's own is better.
    ///
    /// # Errors
    /// [`TlsError::NoCertificate`] if the system trusts nobody; [`TlsError::Name`] if the host is
    /// none.
    #[cfg(feature = "tls-system-roots")]
    pub fn with_system_roots(endpoint: Endpoint) -> Result<Self, TlsError> {
        Self::trusting(endpoint, trust::system()?)
    }

    /// Expects a certificate for this name or IP address instead of the endpoint's host, and asks
    /// for it.
    ///
    /// # Errors
    /// [`TlsError::Name`] if it is neither.
    pub fn server_name(self, name: &str) -> Result<Self, TlsError> {
        let name = ServerName::try_from(name.to_owned()).map_err(|_| TlsError::Name)?;
        Ok(Self { name, ..self })
    }

    fn trusting(endpoint: Endpoint, config: ClientConfig) -> Result<Self, TlsError> {
        let name = ServerName::try_from(endpoint.host().to_owned()).map_err(|_| TlsError::Name)?;
        Ok(Self {
            endpoint,
            name,
            config: Arc::new(config),
        })
    }
}

impl Dial for Tls {
    type Transport = TlsStream;

    /// Connects and shakes hands, all within `patience`; other errors than those of the network
    /// are a [`TlsError`].
    fn dial(&self, patience: Duration) -> io::Result<TlsStream> {
        let deadline = Instant::now() + patience;
        let tcp = self.endpoint.dial(patience)?;
        let client = ClientConnection::new(Arc::clone(&self.config), self.name.clone())
            .map_err(TlsError::from)?;
        let stream = TlsStream::new(tcp, client.into());
        match stream.shake_hands(deadline) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(io::ErrorKind::TimedOut.into())
            }
            shaken => shaken.map(|()| stream),
        }
    }
}

impl fmt::Display for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (TLS)", self.endpoint)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("endpoint", &self.endpoint)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
