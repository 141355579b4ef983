//! What came, and what did not count.

use sam_core::error::Usage;
use sam_core::header::{self, CountedReceived, DatagramHeader, RawHeader};
use sam_core::key::DestinationHash;
use sam_core::{Address, Ports, Style, Target};

use super::settings::Datagrams;
use crate::Destination;
use crate::answer::own_destination;
use crate::target::ToTarget;

/// What was received, and what the router tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// How many bytes of the caller's buffer it fills.
    pub len: usize,
    /// Who sent it; nobody knows with raw datagrams.
    pub source: Option<Source>,
    /// The I2CP ports, if the router tells them; i2pd does not.
    pub ports: Option<Ports>,
    /// The I2CP protocol, if the router tells it: raw datagrams with [`Datagrams::header`].
    pub protocol: Option<u8>,
}

/// Who sent a datagram; can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The destination that signed it.
    Destination(Destination),
    /// What the sender of a DATAGRAM3 calls itself, which nobody has checked.
    Hash(DestinationHash),
}

/// How many datagrams were dropped since the socket was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// Those that did not come from the router.
    pub foreign: u64,
    /// Those of the router's whose header makes no sense, or that are longer than datagrams are.
    pub malformed: u64,
    /// Those that came on the control socket while 64 others waited.
    pub overflow: u64,
}

impl Received {
    /// What a line on the control socket tells; `None` if it makes no sense to such a session.
    pub(super) fn counted(header: CountedReceived<'_>, style: Style) -> Option<Self> {
        let source = match header.source {
            Some(source) => Some(Source::own(source, style)?),
            None => None,
        };
        (source.is_none() == (style == Style::Raw)).then_some(Self {
            len: header.size,
            source,
            ports: header.ports,
            protocol: header.protocol,
        })
    }

    /// What stands in front of a datagram, and the datagram; `None` if it makes no sense.
    pub(super) fn read(packet: &[u8], settings: Datagrams) -> Option<(Self, &[u8])> {
        let mut received = Self {
            len: 0,
            source: None,
            ports: None,
            protocol: None,
        };
        if settings.style != Style::Raw {
            let (header, payload) = DatagramHeader::parse(packet).ok()?;
            received.source = Some(Source::own(header.source, settings.style)?);
            received.ports = header.ports;
            return Some((received, payload));
        }
        if !settings.header || !RawHeader::is_in(packet) {
            return Some((received, packet));
        }
        let (header, payload) = RawHeader::parse(packet).ok()?;
        received.ports = Some(header.ports);
        received.protocol = Some(header.protocol);
        Some((received, payload))
    }
}

impl Source {
    /// The b32 address; for a hash it is to be looked up for a reply.
    pub fn address(&self) -> Address {
        match self {
            Self::Destination(destination) => destination.into(),
            Self::Hash(hash) => (*hash).into(),
        }
    }

    /// The destination, unless only its hash is known.
    pub const fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Destination(destination) => Some(destination),
            Self::Hash(_) => None,
        }
    }

    /// In memory of its own; `None` for what datagrams of this style do not have.
    fn own(source: header::Source<'_>, style: Style) -> Option<Self> {
        match source {
            header::Source::Destination(text) => {
                Some(Self::Destination(own_destination(text).ok()?))
            }
            header::Source::Hash(hash) => (style == Style::Datagram3).then_some(Self::Hash(hash)),
        }
    }
}

impl ToTarget for Source {
    fn to_target<R>(&self, with: impl FnOnce(Target<'_>) -> R) -> Result<R, Usage> {
        match self {
            Self::Destination(destination) => destination.to_target(with),
            Self::Hash(_) => self.address().to_target(with),
        }
    }
}

impl PartialEq<Destination> for Source {
    fn eq(&self, destination: &Destination) -> bool {
        match self {
            Self::Destination(source) => source == destination,
            Self::Hash(_) => self.address() == destination.into(),
        }
    }
}
