//! SESSION ADD and SESSION REMOVE: the sessions inside a PRIMARY one.

use super::encode::command;
use super::{DatagramParameters, read};
use crate::error::{Error, Malformed, Usage};
use crate::field::Field;
use crate::grammar::Pairs;
use crate::header::read_protocol;
use crate::options::Options;
use crate::types::{Style, Version};
use crate::value::Value;
use crate::writer::Writer;

/// `SESSION ADD STYLE= ID= [LISTEN_PORT=] [LISTEN_PROTOCOL=] …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SessionAdd<'a> {
    /// What the subsession carries; never PRIMARY or MASTER.
    pub style: Style,
    /// The subsession's name at the router.
    pub id: Value<'a>,
    /// The I2CP port it listens on, 0 for all that nobody else listens on; without one,
    /// FROM_PORT. i2pd up to 2.59 ignores it and goes by FROM_PORT; 2.45.1 requires that, and
    /// goes by no port at all.
    pub listen_port: Option<u16>,
    /// The I2CP protocol a raw one listens on, 0 for all; without one, PROTOCOL.
    pub listen_protocol: Option<u8>,
    /// The ports of what is sent, and what else is said of datagrams.
    pub datagrams: DatagramParameters<'a>,
    /// Everything else, passed on to the router.
    pub options: Options<'a>,
}

impl<'a> SessionAdd<'a> {
    /// Whether a subsession can be asked for so.
    ///
    /// # Errors
    /// [`Usage::NotNow`] for a style that is no subsession's, and for LISTEN_PROTOCOL of one that
    /// is not raw; [`Usage::OutOfRange`] for the protocol of streams, 6, and for streams that
    /// listen on another port than 0 or their own; those of [`DatagramParameters::validate`].
    pub fn validate(&self) -> Result<(), Usage> {
        if matches!(self.style, Style::Primary | Style::Master)
            || self.style != Style::Raw && self.listen_protocol.is_some()
        {
            return Err(Usage::NotNow);
        }
        let own = self.datagrams.ports.unwrap_or_default().from;
        let listens_elsewhere = self
            .listen_port
            .is_some_and(|port| port != 0 && port != own);
        if self.listen_protocol == Some(6) || self.style == Style::Stream && listens_elsewhere {
            return Err(Usage::OutOfRange);
        }
        self.datagrams.validate(self.style)
    }

    /// The lowest version to ask for it.
    ///
    /// Less than 3.3, which the specification says: i2pd 2.45.1 calls itself 3.1 and has
    /// subsessions for streams, emissary calls itself 3.2 and has all.
    pub fn needs(&self) -> Version {
        match (self.style, self.listen_port) {
            (Style::Stream, None) => Version::V3_0,
            _ => Version::V3_2,
        }
    }

    pub(super) fn read(pairs: Pairs<'a>) -> Result<Self, Malformed> {
        let [style, id, port, protocol] = pairs.fields(&[
            Field::Style,
            Field::Id,
            Field::ListenPort,
            Field::ListenProtocol,
        ])?;
        let style = read(style, Field::Style, Style::from_word)?;
        let port = port.map(|port: Value<'_>| port.number());
        Ok(Self {
            style: style.ok_or(Malformed::Missing(Field::Style))?,
            id: id.unwrap_or(Value::EMPTY),
            listen_port: match port {
                Some(None) => return Err(Malformed::Value(Field::ListenPort)),
                port => port.flatten(),
            },
            listen_protocol: read_protocol(protocol)
                .map_err(|_| Malformed::Value(Field::ListenProtocol))?,
            datagrams: DatagramParameters::read(pairs)?,
            options: Options::from_pairs(pairs),
        })
    }

    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"SESSION ADD", |line| {
            line.word("STYLE", self.style.word());
            line.required("ID", self.id);
            self.datagrams.encode(line);
            let numbers = [
                ("LISTEN_PORT", self.listen_port),
                ("LISTEN_PROTOCOL", self.listen_protocol.map(u16::from)),
            ];
            for (key, number) in numbers {
                if let Some(number) = number {
                    line.add_number(key, number.into());
                }
            }
            self.options.encode(line);
        })
    }
}

/// Refuses what only a subsession is told: a PRIMARY session itself listens nowhere.
pub(super) fn listens_nowhere(pairs: Pairs<'_>) -> Result<(), Malformed> {
    for field in [Field::ListenPort, Field::ListenProtocol] {
        if let [Some(_)] = pairs.fields(&[field])? {
            return Err(Malformed::Value(field));
        }
    }
    Ok(())
}

/// SESSION REMOVE.
pub(crate) fn remove(id: Value<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"SESSION REMOVE", |line| line.required("ID", id))
}
