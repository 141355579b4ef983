//! The line in front of a stream: who the peer is.

use super::read_ports;
use crate::error::{Error, KeyError, Malformed};
use crate::field::Field;
use crate::grammar::{Pairs, find};
use crate::key::DestinationText;
use crate::types::{Ports, Version};
use crate::writer::Writer;

/// The line that comes before the data of an accepted or forwarded stream.
///
/// Three shapes are seen: a bare destination (i2pd, emissary), a destination with ports (Java
/// I2P, from 3.2 on), and, instead of it, a late `STREAM STATUS`, which this is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Peer<'a> {
    /// Who connected; the router vouches for it.
    pub destination: DestinationText<'a>,
    /// The I2CP ports, if the router tells them.
    pub ports: Option<Ports>,
}

impl<'a> Peer<'a> {
    /// Parses the line without its `\n`.
    ///
    /// # Errors
    /// [`Malformed::Key`] unless it starts with a whole destination in base64; [`Malformed::Value`]
    /// and [`Malformed::Twice`] for ports that cannot be. What else stands in the line is ignored.
    pub fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let end = find(b' ', line).unwrap_or(line.len());
        let Some((destination, rest)) = line.split_at_checked(end) else {
            return Err(Malformed::Key(KeyError::Length));
        };
        let destination = DestinationText::new(destination).map_err(Malformed::Key)?;
        let [from, to] = Pairs::new(rest).fields(&[Field::FromPort, Field::ToPort])?;
        Ok(Self {
            destination,
            ports: read_ports(from, to)?,
        })
    }

    /// What of it a client of this version is told: ports from 3.2 on.
    #[must_use]
    pub fn in_version(self, version: Version) -> Self {
        let ports = self.ports.filter(|_| version >= Version::V3_2);
        Self { ports, ..self }
    }

    /// Writes the line.
    ///
    /// # Errors
    /// [`Full`](crate::error::Full) if it does not fit; nothing is written then.
    pub fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.sentence(|line| {
            line.add(self.destination.as_bytes());
            if let Some(ports) = self.ports {
                line.ports(ports);
            }
        })
    }
}
