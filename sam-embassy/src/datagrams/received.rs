//! What came, and what did not count.

#[cfg(feature = "udp")]
use sam_core::header::{DatagramHeader, RawHeader, Source};
use sam_core::{Destination, Ports};
#[cfg(feature = "udp")]
use sam_core::{DestinationText, Style};

#[cfg(feature = "udp")]
use super::settings::Datagrams;
use crate::identity::LONGEST_DESTINATION;

/// What was received, and what the router tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Received {
    /// How many bytes of the caller's buffer it fills.
    pub len: usize,
    /// Who sent it; nobody knows with raw datagrams.
    pub source: Option<Destination<DestinationBytes>>,
    /// The I2CP ports, if the router tells them; i2pd does not.
    pub ports: Option<Ports>,
    /// The I2CP protocol of raw datagrams, if the router tells it: by UDP with
    /// [`Datagrams::header`](crate::Datagrams::header).
    pub protocol: Option<u8>,
}

/// The bytes of a destination: 391 with an Ed25519 key, 512 at the most.
#[derive(Clone)]
pub struct DestinationBytes(pub(super) heapless::Vec<u8, LONGEST_DESTINATION>);

/// How many datagrams, or packets of UDP, were dropped since the socket was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Dropped {
    /// Packets that did not come from the router.
    pub foreign: u32,
    /// Those of the router's whose header makes no sense, or whose source has more than 512
    /// bytes.
    pub malformed: u32,
    /// Those on the session's connection that found no room in the
    /// [buffer](crate::DatagramBuffers), or came in part before the connection broke. By UDP
    /// nobody counts them.
    pub missed: u32,
}

#[cfg(feature = "udp")]
impl Received {
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
            received.source = Some(decoded(text)?);
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

#[cfg(feature = "udp")]
fn decoded(text: DestinationText<'_>) -> Option<Destination<DestinationBytes>> {
    let mut bytes = heapless::Vec::new();
    bytes.resize(text.decoded_len(), 0).ok()?;
    text.decode(&mut bytes).ok()?;
    Destination::new(DestinationBytes(bytes)).ok()
}

impl AsRef<[u8]> for DestinationBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
