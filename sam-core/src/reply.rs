//! Everything a router says, both ways: parsed by clients, emitted by routers and test doubles.

use crate::answer::{Answer, Verb};
use crate::error::{Error, Malformed};
use crate::field::Field;
use crate::header::CountedReceived;
use crate::lease_set_options::LeaseSetOptions;
use crate::status::Status;
use crate::types::Version;
use crate::value::{Secret, Value};
use crate::writer::Writer;

/// One line of a router, borrowed from the buffer it stands in.
///
/// Parsing goes by the verb: i2pd answers STREAM FORWARD with `SESSION STATUS`, Java writes
/// `STATUS` where others write `REPLY`, go-sam-bridge leaves the second word out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reply<'a> {
    /// `HELLO REPLY`.
    Hello {
        /// Whether the router goes on.
        status: Status<'a>,
        /// The version settled on; routers before 3.1 may leave it out.
        version: Option<Version>,
    },
    /// `SESSION STATUS`: the answer to SESSION commands, and what a router says unasked.
    Session {
        /// How it went.
        status: Status<'a>,
        /// The session's *private* key.
        destination: Option<Secret<'a>>,
        /// The subsession an answer is about.
        id: Option<Value<'a>>,
    },
    /// `STREAM STATUS`.
    Stream(Status<'a>),
    /// `NAMING REPLY`.
    Naming {
        /// How it went.
        status: Status<'a>,
        /// The name asked for; some routers leave it out of refusals.
        name: Option<Value<'a>>,
        /// The destination in base64; always there if the status is OK.
        value: Option<Value<'a>>,
        /// What the leaseset tells besides, if that was asked for.
        options: LeaseSetOptions<'a>,
    },
    /// `DEST REPLY` with a new pair of keys.
    Dest {
        /// The destination in base64.
        public: Value<'a>,
        /// The private key in base64.
        private: Secret<'a>,
    },
    /// `DEST REPLY` that says why there are no keys.
    DestRefused(Status<'a>),
    /// `DATAGRAM RECEIVED` or `RAW RECEIVED`: so many bytes of payload follow the line.
    Received(CountedReceived<'a>),
    /// `PING` with its text, verbatim: wants a [`Reply::Pong`]-like answer with the same text.
    Ping(&'a [u8]),
    /// `PONG` with the text of the PING it answers.
    Pong(&'a [u8]),
    /// The status of anything else: `QUIT STATUS`, `HELP STATUS`, `FOO STATUS`, `FOO RESULT=`.
    Other {
        /// The verb.
        verb: &'a [u8],
        /// How it went.
        status: Status<'a>,
    },
}

impl<'a> Reply<'a> {
    /// Parses one line without its `\n`.
    ///
    /// # Errors
    /// [`Malformed::Syntax`] for what is no SAM line, [`Malformed::Missing`] and
    /// [`Malformed::Twice`] for keys, [`Malformed::Value`] for a VERSION that is none. Unknown
    /// keys, stray words and unknown result words are no errors.
    pub fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        if CountedReceived::is_in(line) {
            return CountedReceived::parse(line).map(Self::Received);
        }
        let answer = Answer::parse(line)?;
        let [_, _, first, second] = answer.values;
        let missing = |key| Malformed::Missing(key);
        let status = match (answer.verb, answer.status()) {
            (Verb::Ping, _) => return Ok(Self::Ping(answer.text)),
            (Verb::Pong, _) => return Ok(Self::Pong(answer.text)),
            (Verb::Dest, None) => {
                return Ok(Self::Dest {
                    public: first.ok_or(missing(Field::Pub))?,
                    private: Secret::new(second.ok_or(missing(Field::Priv))?),
                });
            }
            (_, status) => status.ok_or(missing(Field::Result))?,
        };
        Ok(match answer.verb {
            Verb::Hello => Self::Hello {
                status,
                version: answer.version,
            },
            Verb::Session => Self::Session {
                status,
                destination: first.map(Secret::new),
                id: second,
            },
            Verb::Stream => Self::Stream(status),
            Verb::Naming => Self::Naming {
                status,
                name: first,
                value: second,
                options: LeaseSetOptions::parse(line)?,
            },
            Verb::Dest => Self::DestRefused(status),
            Verb::Other | Verb::Ping | Verb::Pong => Self::Other {
                verb: answer.text,
                status,
            },
        })
    }

    /// Writes the reply as one line.
    ///
    /// # Errors
    /// [`Full`](crate::error::Full) if it does not fit; [`Usage`](crate::error::Usage) if a value
    /// cannot stand in a line. Nothing is written then.
    pub fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        if let Self::Received(received) = self {
            return received.encode(writer);
        }
        writer.sentence(|line| match *self {
            Self::Received(_) => {}
            Self::Hello { status, version } => {
                line.add(b"HELLO REPLY");
                status.encode_result(line);
                if let Some(version) = version {
                    line.version("VERSION", version);
                }
                status.encode_message(line);
            }
            Self::Session {
                status,
                destination,
                id,
            } => {
                line.add(b"SESSION STATUS");
                status.encode_result(line);
                line.optional("ID", id);
                line.optional("DESTINATION", destination.map(Secret::expose));
                status.encode_message(line);
            }
            Self::Stream(status) => {
                line.add(b"STREAM STATUS");
                status.encode(line);
            }
            Self::Naming {
                status,
                name,
                value,
                options,
            } => {
                line.add(b"NAMING REPLY");
                status.encode_result(line);
                line.optional("NAME", name);
                line.optional("VALUE", value);
                options.encode(line);
                status.encode_message(line);
            }
            Self::Dest { public, private } => {
                line.add(b"DEST REPLY");
                line.add_pair("PUB", public);
                line.add_pair("PRIV", private.expose());
            }
            Self::DestRefused(status) => {
                line.add(b"DEST REPLY");
                status.encode(line);
            }
            Self::Ping(text) => {
                line.add(b"PING");
                line.verbatim(text);
            }
            Self::Pong(text) => {
                line.add(b"PONG");
                line.verbatim(text);
            }
            Self::Other { verb, status } => {
                line.add(verb);
                line.add(b" STATUS");
                status.encode(line);
            }
        })
    }

    /// The status the reply carries, if it carries one.
    pub const fn status(&self) -> Option<Status<'a>> {
        match *self {
            Self::Hello { status, .. }
            | Self::Session { status, .. }
            | Self::Naming { status, .. }
            | Self::Stream(status)
            | Self::DestRefused(status)
            | Self::Other { status, .. } => Some(status),
            Self::Dest { .. } | Self::Received(_) | Self::Ping(_) | Self::Pong(_) => None,
        }
    }
}
