//! The router's half of a connection: commands in, replies out.
//!
//! For router authors and test doubles. The half knows the protocol; the program behind it knows
//! sessions, streams and names:
//!
//! ```
//! use sam_core::bridge::{Bridge, Request};
//! use sam_core::{Connection, Error, LeaseSetOptions, Reply, ResultCode, Status, Step};
//!
//! /// Answers what a client has said so far; returns what has to be written to it.
//! fn serve(connection: &mut Connection<Bridge, Vec<u8>>) -> Result<Vec<u8>, Error> {
//!     let mut out = Vec::new();
//!     loop {
//!         match connection.step()? {
//!             Step::Transmit => {
//!                 let line = connection.pending().to_vec();
//!                 connection.transmitted(line.len())?;
//!                 out.extend(line);
//!             }
//!             Step::Event(line) => {
//!                 let status = Status::new(ResultCode::KeyNotFound);
//!                 match connection.event(line)? {
//!                     Request::Lookup(_) => {
//!                         let options = LeaseSetOptions::NONE;
//!                         let reply = Reply::Naming { status, name: None, value: None, options };
//!                         connection.request(|bridge, tx| bridge.answer(&reply, tx))?;
//!                     }
//!                     _ => connection.request(|bridge, tx| bridge.refuse(status, tx))?,
//!                 }
//!             }
//!             Step::Receive | Step::Payload(_) | Step::Done => return Ok(out),
//!         }
//!     }
//! }
//!
//! let mut connection = Connection::new(Bridge::default(), vec![0; 1024], vec![0; 1024])?;
//! let said = b"HELLO VERSION\nNAMING LOOKUP NAME=nobody.i2p\n";
//! connection.spare()?[..said.len()].copy_from_slice(said);
//! connection.received(said.len())?;
//! assert_eq!(
//!     serve(&mut connection)?,
//!     b"HELLO REPLY RESULT=OK VERSION=3.3\nNAMING REPLY RESULT=KEY_NOT_FOUND\n"
//! );
//! # Ok::<(), Error>(())
//! ```

mod complaint;
mod due;
mod negotiate;
mod request;

use crate::client::Versions;
use crate::command::{Command, Hello};
use crate::error::{Error, Malformed, Usage};
use crate::header::{CountedReceived, CountedSend, Peer};
use crate::machine::{Heard, Machine};
use crate::reply::Reply;
use crate::status::{ResultCode, Status};
use crate::time::Duration;
use crate::types::Version;
use crate::writer::Writer;
use complaint::{complain, complaint};
use due::Due;
use negotiate::negotiate;

pub use request::{Ending, Request};

/// The router's half of one connection.
///
/// Answers HELLO, PING, HELP, QUIT and what makes no sense by itself; everything else is an event that
/// wants one [`Bridge::answer`]. Ask for the next step only after it was given: replies come in
/// the order of their commands.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Bridge {
    versions: Versions,
    version: Option<Version>,
    at: At,
    is_session: bool,
    is_guarded: bool,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum At {
    Ready,
    Due(Due),
    AwaitingPeer { silent: bool },
    Over,
}

impl Default for Bridge {
    /// Speaks SAM 3.0 to 3.3.
    fn default() -> Self {
        Self::new(Versions {
            min: Version::V3_0,
            max: Version::V3_3,
        })
    }
}

impl Bridge {
    /// A bridge that speaks these versions.
    pub const fn new(versions: Versions) -> Self {
        Self {
            versions,
            version: None,
            at: At::Ready,
            is_session: false,
            is_guarded: false,
            ending: Ending::Close,
        }
    }

    /// The same bridge, which asks the program behind it who may talk: [`Request::Greet`].
    #[must_use]
    pub const fn guarded(self) -> Self {
        Self {
            is_guarded: true,
            ..self
        }
    }

    /// The version settled on, once the client has said HELLO.
    pub const fn version(&self) -> Option<Version> {
        self.version
    }

    /// Whether closing the connection ends a session.
    pub const fn is_session(&self) -> bool {
        self.is_session
    }

    /// What becomes of the connection when its step is [`Step::Done`](crate::Step::Done).
    pub const fn ending(&self) -> Ending {
        self.ending
    }

    /// Gives the reply that is due. If the client asked for silence, nothing is written.
    ///
    /// A refused STREAM command closes the connection, as all routers do.
    ///
    /// # Errors
    /// [`Usage::NotNow`] if none is due, or the reply is of another kind than the request;
    /// [`Error::Full`] and [`Usage`] if it cannot be written. The reply is still due then.
    pub fn answer(&mut self, reply: &Reply<'_>, tx: &mut Writer<'_>) -> Result<(), Error> {
        let At::Due(due) = self.at else {
            return Err(Usage::NotNow.into());
        };
        if !due.is_met_by(reply) {
            return Err(Usage::NotNow.into());
        }
        let granted = reply.status().is_none_or(|status| status.is_ok());
        match (due, reply) {
            (Due::Greet(version), Reply::Hello { status, .. }) => {
                return self.settle(*status, granted.then_some(version), tx);
            }
            _ if due.is_silent() => {}
            _ => reply.encode(tx)?,
        }
        match due {
            Due::Create => {
                self.is_session = granted;
                self.at = At::Ready;
            }
            Due::Change | Due::Lookup | Due::Generate | Due::Auth => self.at = At::Ready,
            Due::Forward if granted => self.at = At::Ready,
            Due::Accept { silent } if granted => self.at = At::AwaitingPeer { silent },
            Due::Connect { .. } if granted => self.end(Ending::Stream),
            Due::Connect { .. } | Due::Accept { .. } | Due::Forward | Due::Greet(_) => {
                self.end(Ending::Close);
            }
        }
        Ok(())
    }

    /// Refuses what was asked for, whatever it was.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn refuse(&mut self, status: Status<'_>, tx: &mut Writer<'_>) -> Result<(), Error> {
        let At::Due(due) = self.at else {
            return Err(Usage::NotNow.into());
        };
        self.answer(&due.refusal(status), tx)
    }

    /// Names the peer that an ACCEPT waited for; the connection is its stream then.
    ///
    /// Ports are left out for clients below 3.2, and everything for silent ones.
    ///
    /// # Errors
    /// [`Usage::NotNow`] unless an ACCEPT waits; [`Error::Full`] if the line does not fit.
    pub fn peer(&mut self, peer: Peer<'_>, tx: &mut Writer<'_>) -> Result<(), Error> {
        let At::AwaitingPeer { silent } = self.at else {
            return Err(Usage::NotNow.into());
        };
        if !silent {
            let version = self.version.unwrap_or(Version::V3_0);
            peer.in_version(version).encode(tx)?;
        }
        self.end(Ending::Stream);
        Ok(())
    }

    /// Passes a datagram on to the client; ports are left out below 3.2.
    ///
    /// # Errors
    /// [`Usage::NotNow`] unless this is the control socket of a session; those of
    /// [`CountedReceived::encode_with`]. Nothing is said then.
    pub fn deliver(
        &mut self,
        received: CountedReceived<'_>,
        payload: &[u8],
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if !self.is_session || self.at == At::Over {
            return Err(Usage::NotNow.into());
        }
        let version = self.version.unwrap_or(Version::V3_0);
        received.in_version(version).encode_with(payload, tx)
    }

    fn end(&mut self, ending: Ending) {
        self.at = At::Over;
        self.ending = ending;
    }

    fn hear_hello(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let settled = match Command::parse(line) {
            Ok(Command::Hello(Hello { min, max, .. })) => negotiate(min, max, self.versions),
            _ => {
                Err(Status::new(ResultCode::I2pError).with_message("Must start with HELLO VERSION"))
            }
        };
        match settled {
            Ok(version) if self.is_guarded => {
                self.at = At::Due(Due::Greet(version));
                return Ok(Heard::Event);
            }
            Ok(version) => self.settle(Status::OK, Some(version), tx)?,
            Err(status) => self.settle(status, None, tx)?,
        }
        Ok(Heard::Nothing)
    }

    fn settle(
        &mut self,
        status: Status<'_>,
        version: Option<Version>,
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        Reply::Hello { status, version }.encode(tx)?;
        self.version = version;
        match version {
            Some(_) => self.at = At::Ready,
            None => self.end(Ending::Close),
        }
        Ok(())
    }

    fn hear_command(&mut self, command: Command<'_>, tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let due = match command {
            Command::Ping(text) => {
                Reply::Pong(text).encode(tx)?;
                return Ok(Heard::Nothing);
            }
            Command::Pong(_) => return Ok(Heard::Nothing),
            Command::Quit => {
                let status = Status::OK.with_message("bye");
                Reply::Other {
                    verb: b"QUIT",
                    status,
                }
                .encode(tx)?;
                self.end(Ending::Close);
                return Ok(Heard::Nothing);
            }
            Command::Help => {
                let status = Status::OK.with_message("https://geti2p.net/en/docs/api/samv3");
                Reply::Other {
                    verb: b"HELP",
                    status,
                }
                .encode(tx)?;
                return Ok(Heard::Nothing);
            }
            Command::Hello(_) => {
                let status = complaint("HELLO was already said");
                Reply::Hello {
                    status,
                    version: None,
                }
                .encode(tx)?;
                return Ok(Heard::Nothing);
            }
            Command::SessionCreate(_) if self.is_session => {
                let status = complaint("Session already exists");
                Reply::Session {
                    status,
                    destination: None,
                    id: None,
                }
                .encode(tx)?;
                return Ok(Heard::Nothing);
            }
            Command::Send(send) if self.is_session => return Ok(Heard::Payload(send.size)),
            Command::Send(_) => {
                self.end(Ending::Close);
                return Ok(Heard::Nothing);
            }
            Command::StreamConnect(_) | Command::StreamAccept(_) | Command::StreamForward(_)
                if self.is_session =>
            {
                let status = complaint("v3 control socket cannot be used for STREAM");
                Reply::Stream(status).encode(tx)?;
                self.end(Ending::Close);
                return Ok(Heard::Nothing);
            }
            Command::Auth(_) => Due::Auth,
            Command::SessionCreate(_) => Due::Create,
            Command::SessionAdd(_) | Command::SessionRemove(_) => Due::Change,
            Command::StreamConnect(connect) => Due::Connect {
                silent: connect.silent,
            },
            Command::StreamAccept(accept) => Due::Accept {
                silent: accept.silent,
            },
            Command::StreamForward(_) => Due::Forward,
            Command::NamingLookup(_) => Due::Lookup,
            Command::DestGenerate(_) => Due::Generate,
        };
        self.at = At::Due(due);
        Ok(Heard::Event)
    }
}

impl Machine for Bridge {
    type Event<'l> = Request<'l>;

    fn start(&mut self, _tx: &mut Writer<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        if self.at != At::Ready {
            return Err(Malformed::Unexpected.into());
        }
        if self.version.is_none() {
            return self.hear_hello(line, tx);
        }
        match Command::parse(line) {
            Ok(command) => self.hear_command(command, tx),
            // Where its payload ends nobody knows, and it could pass for commands.
            Err(_) if CountedSend::is_in(line) => {
                self.end(Ending::Close);
                Ok(Heard::Nothing)
            }
            Err(malformed) => complain(line, malformed, tx).map(|()| Heard::Nothing),
        }
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<Request<'l>, Error> {
        match Command::parse(line)? {
            Command::Hello(hello) => Ok(Request::Greet(hello)),
            Command::Auth(auth) => Ok(Request::Auth(auth)),
            Command::SessionCreate(create) => Ok(Request::Create(create)),
            Command::SessionAdd(add) => Ok(Request::Add(add)),
            Command::SessionRemove(id) => Ok(Request::Remove(id)),
            Command::StreamConnect(connect) => Ok(Request::Connect(connect)),
            Command::StreamAccept(accept) => Ok(Request::Accept(accept)),
            Command::StreamForward(forward) => Ok(Request::Forward(forward)),
            Command::NamingLookup(lookup) => Ok(Request::Lookup(lookup)),
            Command::Send(send) => Ok(Request::Send(send)),
            Command::DestGenerate(signature_type) => Ok(Request::Generate(signature_type)),
            _ => Err(Malformed::Unexpected.into()),
        }
    }

    fn is_done(&self) -> bool {
        self.at == At::Over
    }

    /// For ever: what a bridge does with idle clients is the router's choice.
    fn timeout(&self) -> Option<Duration> {
        None
    }
}
