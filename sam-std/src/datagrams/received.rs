//! What came, and what did not count.

use sam_core::header::{CountedReceived, DatagramHeader, RawHeader, Source};
use sam_core::{Ports, Style};

use super::settings::Datagrams;
use crate::Destination;
use crate::answer::own_destination;

/// What was received, and what the router tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// How many bytes of the caller's buffer it fills.
    pub len: usize,
    /// Who sent it; nobody knows with raw datagrams.
    pub source: Option<Destination>,
    /// The I2CP ports, if the router tells them; i2pd does not.
    pub ports: Option<Ports>,
    /// The I2CP protocol, if the router tells it: raw datagrams with [`Datagrams::header`].
    pub protocol: Option<u8>,
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
            Some(Source::Destination(text)) => Some(own_destination(text).ok()?),
            Some(Source::Hash(_)) => return None,
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
            let Source::Destination(text) = header.source else {
                return None;
            };
            received.source = Some(own_destination(text).ok()?);
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
