//! Everything a client says, both ways: emitted by clients, parsed by routers and test doubles.

mod auth;
mod datagrams;
pub(crate) mod encode;
pub(crate) mod subsession;

pub use auth::Auth;
pub use datagrams::DatagramParameters;
pub use subsession::SessionAdd;

#[cfg(doc)]
use crate::error::Usage;
use crate::error::{Error, Malformed};
use crate::field::Field;
use crate::grammar::{self, Sentence};
use crate::header::{CountedSend, read_ports};
use crate::operand::{Host, Name, SessionKey};
use crate::options::Options;
use crate::types::{Ports, SignatureType, Style, Version};
use crate::value::{Secret, Value};
use crate::writer::Writer;

/// One line of a client, borrowed from the buffer it stands in.
///
/// A key that a client left out is an empty value here, because routers answer that differently
/// per key; emitting an empty one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'a> {
    /// `HELLO VERSION`: the first line of every socket.
    Hello(Hello<'a>),
    /// `SESSION CREATE`.
    SessionCreate(SessionCreate<'a>),
    /// `SESSION ADD`: a subsession.
    SessionAdd(SessionAdd<'a>),
    /// `SESSION REMOVE` of the subsession with this ID.
    SessionRemove(Value<'a>),
    /// `STREAM CONNECT`.
    StreamConnect(StreamConnect<'a>),
    /// `STREAM ACCEPT`.
    StreamAccept(StreamAccept<'a>),
    /// `STREAM FORWARD`.
    StreamForward(StreamForward<'a>),
    /// `NAMING LOOKUP`.
    NamingLookup(NamingLookup<'a>),
    /// `DEST GENERATE`; without a type routers make DSA_SHA1 keys.
    DestGenerate(Option<SignatureType>),
    /// `DATAGRAM SEND` or `RAW SEND`: so many bytes of payload follow the line.
    Send(CountedSend<'a>),
    /// `PING` with its text, verbatim.
    Ping(&'a [u8]),
    /// `PONG` with the text of the PING it answers.
    Pong(&'a [u8]),
    /// `AUTH`: who may talk to the router.
    Auth(Auth<'a>),
    /// `HELP`.
    Help,
    /// `QUIT`, or one of its synonyms `STOP` and `EXIT`.
    Quit,
}

/// `HELLO VERSION MIN= MAX= [USER= PASSWORD=]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hello<'a> {
    /// The lowest version the client speaks.
    pub min: Option<Version>,
    /// The highest version the client speaks.
    pub max: Option<Version>,
    /// The user name, for routers that ask for one (Java I2P).
    pub user: Option<Value<'a>>,
    /// The password that goes with it; it crosses the network in clear.
    pub password: Option<Secret<'a>>,
}

/// `SESSION CREATE STYLE= ID= DESTINATION= …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SessionCreate<'a> {
    /// What the session carries.
    pub style: Style,
    /// The session's name at the router.
    pub id: Value<'a>,
    /// Whose session it is.
    pub key: SessionKey<'a>,
    /// Where received datagrams go, and what else is said of datagrams.
    pub datagrams: DatagramParameters<'a>,
    /// Everything else, passed on to the router.
    pub options: Options<'a>,
}

/// `STREAM CONNECT ID= DESTINATION= [SILENT=] [FROM_PORT= TO_PORT=]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StreamConnect<'a> {
    /// The session that connects.
    pub id: Value<'a>,
    /// Whom to.
    pub destination: Name<'a>,
    /// Whether the router says nothing, not even that it failed.
    pub silent: bool,
    /// The I2CP ports (3.2).
    pub ports: Option<Ports>,
}

/// `STREAM ACCEPT ID= [SILENT=]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StreamAccept<'a> {
    /// The session that accepts.
    pub id: Value<'a>,
    /// Whether neither a status nor the peer line is sent.
    pub silent: bool,
}

/// `STREAM FORWARD ID= PORT= [HOST=] [SILENT=] [SSL=]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StreamForward<'a> {
    /// The session that accepts.
    pub id: Value<'a>,
    /// The TCP port the router dials for each peer.
    pub port: u16,
    /// The address the router dials; without one, the client's.
    pub host: Option<Host<'a>>,
    /// Whether the peer line is left out of the dialled connection.
    pub silent: bool,
    /// Whether the router dials with TLS (3.2).
    pub ssl: bool,
}

/// `NAMING LOOKUP NAME= [OPTIONS=]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NamingLookup<'a> {
    /// What is looked up.
    pub name: Name<'a>,
    /// Whether the options of the leaseset are asked for as well (3.3, routers of API 0.9.66).
    pub options: bool,
}

impl<'a> Command<'a> {
    /// Parses one line without its `\n`.
    ///
    /// # Errors
    /// [`Malformed::Syntax`] and [`Malformed::Verb`] for lines that are no command of SAM,
    /// [`Malformed::Twice`], [`Malformed::Missing`] and [`Malformed::Value`] for keys.
    pub fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        if let Some(text) = grammar::text_after(line, b"PING") {
            return Ok(Self::Ping(text));
        }
        if let Some(text) = grammar::text_after(line, b"PONG") {
            return Ok(Self::Pong(text));
        }
        let Sentence { verb, noun, pairs } = Sentence::parse(line)?;
        match (verb, noun) {
            (b"HELLO", Some(b"VERSION")) => {
                let [min, max, user, password] =
                    pairs.fields(&[Field::Min, Field::Max, Field::User, Field::Password])?;
                let min = read(min, Field::Min, Version::parse)?;
                let max = read(max, Field::Max, Version::parse)?;
                Ok(Self::Hello(Hello {
                    min,
                    max,
                    user,
                    password: password.map(Secret::new),
                }))
            }
            (b"SESSION", Some(b"CREATE")) => {
                let [style, id, destination, signature_type] = pairs.fields(&[
                    Field::Style,
                    Field::Id,
                    Field::Destination,
                    Field::SignatureType,
                ])?;
                let style = read(style, Field::Style, Style::from_word)?;
                if let Some(Style::Primary | Style::Master) = style {
                    subsession::listens_nowhere(pairs)?;
                }
                let signature_type =
                    read(signature_type, Field::SignatureType, SignatureType::parse)?;
                Ok(Self::SessionCreate(SessionCreate {
                    style: style.ok_or(Malformed::Missing(Field::Style))?,
                    id: id.unwrap_or(Value::EMPTY),
                    key: match destination.unwrap_or(Value::EMPTY) {
                        word if word == "TRANSIENT" => SessionKey::Transient(signature_type),
                        text => SessionKey::Text(Secret::new(text)),
                    },
                    datagrams: DatagramParameters::read(pairs)?,
                    options: Options::from_pairs(pairs),
                }))
            }
            (b"SESSION", Some(b"ADD")) => SessionAdd::read(pairs).map(Self::SessionAdd),
            (b"SESSION", Some(b"REMOVE")) => {
                let [id] = pairs.fields(&[Field::Id])?;
                Ok(Self::SessionRemove(id.unwrap_or(Value::EMPTY)))
            }
            (b"STREAM", Some(b"CONNECT")) => {
                let [id, destination, silent, from, to] = pairs.fields(&[
                    Field::Id,
                    Field::Destination,
                    Field::Silent,
                    Field::FromPort,
                    Field::ToPort,
                ])?;
                Ok(Self::StreamConnect(StreamConnect {
                    id: id.unwrap_or(Value::EMPTY),
                    destination: Name::Text(destination.unwrap_or(Value::EMPTY)),
                    silent: read_silent(silent)?,
                    ports: read_ports(from, to)?,
                }))
            }
            (b"STREAM", Some(b"ACCEPT")) => {
                let [id, silent] = pairs.fields(&[Field::Id, Field::Silent])?;
                let id = id.unwrap_or(Value::EMPTY);
                Ok(Self::StreamAccept(StreamAccept {
                    id,
                    silent: read_silent(silent)?,
                }))
            }
            (b"STREAM", Some(b"FORWARD")) => {
                let [id, port, host, silent, ssl] = pairs.fields(&[
                    Field::Id,
                    Field::Port,
                    Field::Host,
                    Field::Silent,
                    Field::Ssl,
                ])?;
                let port = port.ok_or(Malformed::Missing(Field::Port))?;
                Ok(Self::StreamForward(StreamForward {
                    id: id.unwrap_or(Value::EMPTY),
                    port: port.number().ok_or(Malformed::Value(Field::Port))?,
                    host: host.map(Host::read),
                    silent: read_silent(silent)?,
                    ssl: read_flag(ssl, Field::Ssl)?,
                }))
            }
            (b"NAMING", Some(b"LOOKUP")) => {
                let [name, options] = pairs.fields(&[Field::Name, Field::Options])?;
                Ok(Self::NamingLookup(NamingLookup {
                    name: Name::read(name.unwrap_or(Value::EMPTY)),
                    options: read_flag(options, Field::Options)?,
                }))
            }
            (b"DEST", Some(b"GENERATE")) => {
                let [signature_type] = pairs.fields(&[Field::SignatureType])?;
                let signature_type =
                    read(signature_type, Field::SignatureType, SignatureType::parse)?;
                Ok(Self::DestGenerate(signature_type))
            }
            (b"AUTH", Some(noun)) => Auth::parse(noun, pairs).map(Self::Auth),
            (b"HELP", None) => Ok(Self::Help),
            (b"DATAGRAM", Some(b"SEND")) => CountedSend::read(false, pairs).map(Self::Send),
            (b"RAW", Some(b"SEND")) => CountedSend::read(true, pairs).map(Self::Send),
            (b"QUIT" | b"STOP" | b"EXIT", None) => Ok(Self::Quit),
            _ => Err(Malformed::Verb),
        }
    }

    /// The longest line a client may send, in bytes, `\n` included.
    ///
    /// i2pd and Java I2P read 8192 bytes; i2pd spins on more, and echoes names in buffers of that
    /// size (observed). emissary reads 4096.
    pub const MAX_LEN: usize = 8000;

    /// Writes the command as one line.
    ///
    /// # Errors
    /// [`Full`](crate::error::Full) if it does not fit; [`Usage::TooLong`] above
    /// [`Self::MAX_LEN`], but for a PONG, whose length the other end has chosen; other
    /// [`Usage`] if a value cannot stand in a line. Nothing is written then.
    pub fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        match *self {
            Self::Hello(hello) => hello.encode(writer),
            Self::SessionCreate(create) => create.encode(writer),
            Self::SessionAdd(add) => add.encode(writer),
            Self::SessionRemove(id) => subsession::remove(id, writer),
            Self::StreamConnect(connect) => connect.encode(writer),
            Self::StreamAccept(accept) => accept.encode(writer),
            Self::StreamForward(forward) => forward.encode(writer),
            Self::NamingLookup(lookup) => lookup.encode(writer),
            Self::DestGenerate(signature_type) => encode::generate(signature_type, writer),
            Self::Send(send) => send.encode(writer),
            Self::Ping(text) => encode::ping(text, writer),
            Self::Pong(text) => encode::pong(text, writer),
            Self::Auth(auth) => auth.encode(writer),
            Self::Help => encode::help(writer),
            Self::Quit => encode::quit(writer),
        }
    }
}

fn read<T>(
    value: Option<Value<'_>>,
    key: Field,
    parse: impl FnOnce(&[u8]) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let Some(value) = value else {
        return Ok(None);
    };
    match value.as_bytes().and_then(parse) {
        Some(parsed) => Ok(Some(parsed)),
        None => Err(Malformed::Value(key)),
    }
}

fn read_silent(value: Option<Value<'_>>) -> Result<bool, Malformed> {
    read_flag(value, Field::Silent)
}

fn read_flag(value: Option<Value<'_>>, key: Field) -> Result<bool, Malformed> {
    value.map_or(Ok(false), |value| {
        value.boolean().ok_or(Malformed::Value(key))
    })
}
