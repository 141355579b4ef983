//! The other end, for the loopback bridge.

use std::fmt;
use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

use super::error::TlsError;
use super::stream::TlsStream;

/// A certificate and its key, which clients are answered with.
#[derive(Clone)]
pub(crate) struct Server(Arc<ServerConfig>);

impl Server {
    pub(crate) fn new(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.map_err(|_| TlsError::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoCertificate)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|_| TlsError::NoCertificate)?;
        Ok(Self(Arc::new(config)))
    }

    /// The server's end, before the handshake.
    pub(crate) fn over(&self, tcp: TcpStream) -> io::Result<TlsStream> {
        let server = ServerConnection::new(Arc::clone(&self.0)).map_err(TlsError::from)?;
        Ok(TlsStream::new(tcp, server.into()))
    }
}

/// The key is a secret.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server")
    }
}
