//! What keeps TLS from being trusted, grouped by who must act.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use rustls::CertificateError;

use super::pin::Pin;

/// Why TLS to the router failed; inside an [`io::Error`] where the signature asks for one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsError {
    /// What was given as a CA's or server's certificate is none, or has no key: mend the file.
    NoCertificate,
    /// The name that the certificate is to be for is neither a host name nor an IP address.
    Name,
    /// The port answers, but not with TLS: plain SAM, perhaps. Dial without TLS, or another port.
    NotTls,
    /// None of the CAs given has issued the certificate: give the right one, or somebody else
    /// answers there.
    Untrusted,
    /// Not the pinned certificate: it was changed, or somebody else answers there.
    OtherPin {
        /// The pin of the certificate that was shown.
        certificate: Pin,
        /// The pin of its public key.
        public_key: Pin,
    },
    /// The certificate is for another name; see [`Tls::server_name`](crate::Tls::server_name).
    OtherName,
    /// The certificate has expired or is not valid yet, or this computer's clock is wrong.
    OutOfDate,
    /// Something else is wrong with the certificate: make another, or pin this one.
    Certificate(String),
    /// The other end refused: what it said, or that it closed. Its log tells more.
    Refused(String),
    /// The connection was cut: it ended without the end that TLS has. What came before is whole,
    /// what was to come is missing.
    Truncated,
    /// The other end broke the rules, or somebody has meddled.
    Broken(String),
}

impl TlsError {
    /// The one inside an error of the system's.
    pub(crate) fn inside(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    pub(crate) const fn kind(&self) -> io::ErrorKind {
        match self {
            Self::NoCertificate | Self::Name => io::ErrorKind::InvalidInput,
            Self::NotTls | Self::Broken(_) => io::ErrorKind::InvalidData,
            Self::Untrusted
            | Self::OtherPin { .. }
            | Self::OtherName
            | Self::OutOfDate
            | Self::Certificate(_) => io::ErrorKind::PermissionDenied,
            Self::Refused(_) => io::ErrorKind::ConnectionRefused,
            Self::Truncated => io::ErrorKind::UnexpectedEof,
        }
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(error) => about_certificate(&error),
            rustls::Error::NoCertificatesPresented => Self::Certificate("there is none".into()),
            rustls::Error::AlertReceived(alert) => Self::Refused(format!("{alert:?}")),
            rustls::Error::PeerIncompatible(reason) => Self::Refused(format!("{reason:?}")),
            error => Self::Broken(error.to_string()),
        }
    }
}

fn about_certificate(error: &CertificateError) -> TlsError {
    match error {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TlsError::OutOfDate,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsError::OtherName
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsError::Untrusted,
        CertificateError::Other(other) => match other.0.downcast_ref::<TlsError>() {
            Some(ours) => ours.clone(),
            None => TlsError::Certificate(other.to_string()),
        },
        error => TlsError::Certificate(error.to_string()),
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("there is no usable certificate in what was given"),
            Self::Name => f.write_str("a certificate can be for no such name"),
            Self::NotTls => f.write_str("the port does not speak TLS; plain SAM, perhaps"),
            Self::Untrusted => f.write_str("the router's certificate is from no CA that was given"),
            Self::OtherPin {
                certificate,
                public_key,
            } => write!(
                f,
                "the router's certificate is not the pinned one: SHA-256 {certificate}, of its \
                 public key {public_key}"
            ),
            Self::OtherName => f.write_str("the router's certificate is for another name"),
            Self::OutOfDate => {
                f.write_str("the router's certificate has expired or is not valid yet")
            }
            Self::Certificate(what) => write!(
                f,
                "the router's certificate is no good ({what}): make another, or pin it"
            ),
            Self::Refused(what) => write!(f, "the router's end refused TLS: {what}"),
            Self::Truncated => f.write_str("the connection was cut in the middle of TLS"),
            Self::Broken(what) => write!(f, "TLS failed: {what}"),
        }
    }
}

impl StdError for TlsError {}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        Self::new(error.kind(), error)
    }
}
