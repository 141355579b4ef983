//! The line in front of a repliable datagram that a router forwards.

use super::{read_ports, split, split_word};
use crate::error::{Error, KeyError, Malformed};
use crate::field::Field;
use crate::grammar::Pairs;
use crate::key::base64::Base64Groups;
use crate::key::{DestinationHash, DestinationText, base64_decode};
use crate::types::Ports;
use crate::writer::Writer;

/// Who sent a repliable datagram, and to which ports: `DESTINATION[ FROM_PORT= TO_PORT=]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DatagramHeader<'a> {
    /// Who sent it.
    pub source: Source<'a>,
    /// The I2CP ports, if the router tells them; i2pd 2.45.1 never does.
    pub ports: Option<Ports>,
}

/// Who sent a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Source<'a> {
    /// The destination that signed it: DATAGRAM and DATAGRAM2.
    Destination(DestinationText<'a>),
    /// What the sender calls itself, which nobody has checked: DATAGRAM3. Its
    /// [`Address`](crate::Address) is to be looked up for a reply.
    Hash(DestinationHash),
}

/// Characters of a hash in base64.
const HASH_LEN: usize = 44;

impl<'a> DatagramHeader<'a> {
    /// Takes a packet apart into its header and its payload.
    ///
    /// # Errors
    /// [`Malformed::Syntax`] for a packet without `\n`; [`Malformed::Key`] unless it starts with
    /// a destination or a hash in base64; [`Malformed::Value`] and [`Malformed::Twice`] for ports
    /// that cannot be. What else stands in the header is ignored.
    pub fn parse(packet: &'a [u8]) -> Result<(Self, &'a [u8]), Malformed> {
        let (line, payload) = split(packet)?;
        let (source, rest) = split_word(line);
        let [from, to] = Pairs::new(rest).fields(&[Field::FromPort, Field::ToPort])?;
        let header = Self {
            source: Source::read(source).map_err(Malformed::Key)?,
            ports: read_ports(from, to)?,
        };
        Ok((header, payload))
    }

    /// Writes the header with its `\n`.
    ///
    /// # Errors
    /// [`Full`](crate::error::Full) if it does not fit; nothing is written then.
    pub fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.sentence(|line| {
            self.source.encode(line);
            if let Some(ports) = self.ports {
                line.ports(ports);
            }
        })
    }
}

impl<'a> Source<'a> {
    pub(super) fn read(text: &'a [u8]) -> Result<Self, KeyError> {
        if text.len() != HASH_LEN {
            return DestinationText::new(text).map(Self::Destination);
        }
        let mut hash = [0; 32];
        let len = match base64_decode(text, &mut hash) {
            Ok(bytes) => bytes.len(),
            Err(_) => return Err(KeyError::Alphabet),
        };
        match len {
            32 => Ok(Self::Hash(DestinationHash::from_bytes(hash))),
            _ => Err(KeyError::Length),
        }
    }

    pub(super) fn encode(self, line: &mut Writer<'_>) {
        match self {
            Self::Destination(text) => line.add(text.as_bytes()),
            Self::Hash(hash) => {
                Base64Groups::new(hash.as_bytes()).for_each(|group| line.add(&group));
            }
        }
    }
}
