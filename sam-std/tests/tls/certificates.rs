//! Certificates, made for each test, and bridges that show them.

use rcgen::{
    BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData, date_time_ymd,
};
use sam_std::loopback::LoopbackBridge;
use sam_std::{Endpoint, Pin, Router, Tls, TlsError};
use sha2::{Digest, Sha256};

/// Somebody who vouches for servers.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// What a server shows.
pub(crate) struct Shown {
    pub(crate) pem: String,
    pub(crate) key: String,
    der: Vec<u8>,
    public_key: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { pem, issuer }
    }

    /// A certificate for these names.
    pub(crate) fn issue(&self, names: &[&str]) -> Shown {
        self.sign(params(names))
    }

    /// One that has been of no use for years.
    pub(crate) fn issue_expired(&self, names: &[&str]) -> Shown {
        let mut params = params(names);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Shown {
        let key = KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.issuer).unwrap();
        Shown {
            pem: signed.pem(),
            key: key.serialize_pem(),
            der: signed.der().to_vec(),
            public_key: key.subject_public_key_info(),
        }
    }

    /// Dials like somebody who trusts this authority.
    pub(crate) fn dial(&self, to: impl Into<Endpoint>) -> Tls {
        Tls::with_ca(to.into(), self.pem.as_bytes()).unwrap()
    }
}

impl Shown {
    /// A bridge that shows this.
    pub(crate) fn serve(&self) -> LoopbackBridge {
        self.serve_with(LoopbackBridge::builder())
    }

    pub(crate) fn serve_with(&self, builder: sam_std::loopback::Builder) -> LoopbackBridge {
        let builder = builder.tls(self.pem.as_bytes(), self.key.as_bytes());
        builder.unwrap().start().unwrap()
    }

    pub(crate) fn pin(&self) -> Pin {
        Pin::new(Sha256::digest(&self.der).into())
    }

    pub(crate) fn pin_of_key(&self) -> Pin {
        Pin::new(Sha256::digest(&self.public_key).into())
    }
}

/// A bridge behind TLS, and a router that trusts it.
pub(crate) fn bridge() -> (LoopbackBridge, Router<Tls>) {
    let authority = Authority::new();
    let bridge = authority.issue(&["127.0.0.1"]).serve();
    let router = Router::over(authority.dial(bridge.addr()));
    (bridge, router)
}

/// What TLS had against it.
pub(crate) fn tls_error<R>(result: sam_std::Result<R>) -> TlsError {
    match result {
        Err(sam_std::Error::Tls(error)) => error,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("nothing"),
    }
}

fn params(names: &[&str]) -> CertificateParams {
    CertificateParams::new(
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>(),
    )
    .unwrap()
}
