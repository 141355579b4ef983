//! The way to the router: plain TCP, or through TLS.

use std::fmt;
use std::io;
use std::time::Duration;

use sam_std::{Dial, Endpoint, Tls, Transport};

pub(crate) type Router = sam_std::Router<Way>;
pub(crate) type Session = sam_std::Session<Way>;
pub(crate) type Stream = sam_std::Stream<Box<dyn Transport>>;

#[derive(Debug)]
pub(crate) enum Way {
    Plain(Endpoint),
    Tls(Tls),
}

impl Dial for Way {
    type Transport = Box<dyn Transport>;

    fn dial(&self, patience: Duration) -> io::Result<Box<dyn Transport>> {
        match self {
            Self::Plain(endpoint) => Ok(Box::new(endpoint.dial(patience)?)),
            Self::Tls(tls) => Ok(Box::new(tls.dial(patience)?)),
        }
    }

    fn udp(&self) -> Option<Endpoint> {
        match self {
            Self::Plain(endpoint) => endpoint.udp(),
            Self::Tls(tls) => tls.udp(),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(endpoint) => endpoint.fmt(f),
            Self::Tls(tls) => tls.fmt(f),
        }
    }
}
