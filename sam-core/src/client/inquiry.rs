//! Questions and answers on a socket in line mode, one at a time.

use super::naming::fingerprint;
use super::subsessions::Changes;
use crate::answer::{Answer, Verb};
use crate::command::encode;
use crate::error::{Error, Malformed, Usage};
use crate::key::DestinationText;
use crate::machine::{Heard, Timeouts};
use crate::operand::Name;
use crate::status::Status;
use crate::time::Duration;
use crate::types::{SignatureType, Version};
use crate::value::{Secret, Value};
use crate::writer::Writer;

/// The part of a line-mode machine that asks the router things and tells its answers apart.
///
/// No line makes it fail: a line that makes no sense ends the question that is outstanding and
/// is told as [`Event::Noise`], since the next line may be a good one.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Inquiry {
    version: Version,
    patience: Duration,
    pub(super) asked: Question,
    /// What the last event answered.
    answered: Question,
    /// Answers that may still come to questions nobody waits for any more.
    abandoned: u8,
    /// Of those who ask for subsessions: nobody else links what hears the answers.
    pub(super) changes: Changes,
}

/// What a line of the router's told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Event<'l> {
    /// The router agreed to talk, in this version.
    Greeted(Version),
    /// The name stands for this destination.
    Found(DestinationText<'l>),
    /// The lookup failed. i2pd says INVALID_KEY where others say KEY_NOT_FOUND.
    NotFound(Status<'l>),
    /// A new pair of keys.
    Generated {
        /// The destination.
        public: DestinationText<'l>,
        /// The private key, in base64.
        private: Secret<'l>,
    },
    /// The router made no keys.
    NotGenerated(Status<'l>),
    /// The router has added the subsession, or removed it.
    Granted,
    /// The router is alive: the answer to a ping or a probe.
    Alive,
    /// The answer to what [`Inquiry::set_auth`] and its neighbours ask. Else a status nobody asked
    /// for, or in place of the answer; on the control socket of a session
    /// a refusal means that the session is gone or going.
    Status(Status<'l>),
    /// A line that makes no sense; an outstanding question ends without an answer.
    Noise(Malformed),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Question {
    None,
    /// A lookup of the name with this fingerprint.
    Lookup(u32),
    Generate,
    /// A change of the subsession whose ID has this fingerprint.
    Subsession(u32),
    Probe,
    Ping,
    /// What any status answers.
    Status,
}

impl Inquiry {
    pub(super) const fn new(version: Version, timeouts: Timeouts) -> Self {
        Self {
            version,
            patience: timeouts.naming,
            asked: Question::None,
            answered: Question::None,
            abandoned: 0,
            changes: Changes::NONE,
        }
    }

    /// The version both sides speak.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Asks for a new pair of keys.
    ///
    /// # Errors
    /// As [`Self::lookup`]; [`Usage::OutOfRange`] for a type that makes some routers crash or
    /// answer nonsense, see [`SignatureType::is_safe_to_request`].
    pub fn generate(
        &mut self,
        signature_type: SignatureType,
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if !signature_type.is_safe_to_request() {
            return Err(Usage::OutOfRange.into());
        }
        self.ask(Question::Generate, || {
            encode::generate(Some(signature_type), tx)
        })
    }

    /// Asks for a sign of life in a way every router survives: a lookup of `ME`.
    ///
    /// For the control socket of a session, see [`Self::lookup_me`].
    ///
    /// # Errors
    /// As [`Self::lookup`].
    pub fn probe(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.ask(Question::Probe, || encode::lookup(Name::Me, tx))
    }

    /// Sends PING with a text.
    ///
    /// Only for routers known to be Java I2P: i2pd closes the connection, emissary is silent.
    /// [`Self::probe`] works with all of them.
    ///
    /// # Errors
    /// As [`Self::lookup`]; [`Usage::NeedsVersion`] below 3.2; [`Usage::Empty`] and
    /// [`Usage::Forbidden`] for a text that is empty or holds a line break or NUL.
    pub fn ping(&mut self, text: &str, tx: &mut Writer<'_>) -> Result<(), Error> {
        if self.version < Version::V3_2 {
            return Err(Usage::NeedsVersion(Version::V3_2).into());
        }
        if text.is_empty() {
            return Err(Usage::Empty.into());
        }
        if let Some(byte) = text.bytes().find(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
            return Err(Usage::Forbidden(byte).into());
        }
        self.ask(Question::Ping, || encode::ping(text.as_bytes(), tx))
    }

    /// Stops waiting for the outstanding answer, for instance when its time is up.
    ///
    /// The next question can be asked at once; the late answer is known by its name and dropped.
    pub const fn abandon(&mut self) {
        if let Question::Lookup(_) | Question::Probe = self.asked {
            self.abandoned = self.abandoned.saturating_add(1);
        }
        if let Question::Subsession(_) = self.asked {
            self.changes.abandon();
        }
        self.asked = Question::None;
    }

    /// Whether a question is outstanding.
    pub const fn is_busy(&self) -> bool {
        !matches!(self.asked, Question::None)
    }

    pub(super) fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let Ok(answer) = Answer::parse(line) else {
            return Ok(self.leave_unanswered());
        };
        let [_, _, name, id] = answer.values;
        match (self.asked, answer.verb) {
            (_, Verb::Ping) => {
                encode::pong(answer.text, tx)?;
                Ok(Heard::Nothing)
            }
            (_, Verb::Naming) if self.is_late(name) => {
                self.abandoned -= 1;
                Ok(Heard::Nothing)
            }
            (_, Verb::Pong) if self.asked != Question::Ping => Ok(Heard::Nothing),
            (asked, Verb::Session) if self.changes.is_late(asked, id) => Ok(Heard::Nothing),
            (Question::Subsession(_), Verb::Session)
            | (Question::Ping, Verb::Pong)
            | (Question::Lookup(_) | Question::Probe, Verb::Naming)
            | (Question::Generate, Verb::Dest) => Ok(self.answer()),
            // Anything else that refuses ends the question: the router will not answer it.
            _ if answer.result().is_err() => Ok(self.leave_unanswered()),
            _ => {
                if self.asked == Question::Status {
                    self.asked = Question::None;
                }
                self.answered = Question::None;
                Ok(Heard::Event)
            }
        }
    }

    pub(super) fn view<'l>(&self, line: &'l [u8]) -> Event<'l> {
        let answer = match Answer::parse(line) {
            Ok(answer) => answer,
            Err(malformed) => return Event::Noise(malformed),
        };
        let [_, _, public, value] = answer.values;
        match (self.answered, answer.verb, answer.status()) {
            (Question::Probe, Verb::Naming, _) | (Question::Ping, Verb::Pong, _) => Event::Alive,
            (Question::Lookup(_), Verb::Naming, _) if answer.result().is_ok() => {
                checked(value, Event::Found)
            }
            (Question::Lookup(_), Verb::Naming, Some(status)) => Event::NotFound(status),
            (Question::Generate, Verb::Dest, None) => checked(public, |public| Event::Generated {
                public,
                private: Secret::new(value.unwrap_or(Value::EMPTY)),
            }),
            (Question::Generate, Verb::Dest, Some(status)) => Event::NotGenerated(status),
            (Question::Subsession(_), Verb::Session, _) if answer.result().is_ok() => {
                Event::Granted
            }
            (_, _, Some(status)) => Event::Status(status),
            (_, _, None) => Event::Noise(Malformed::Unexpected),
        }
    }

    pub(super) const fn timeout(&self) -> Option<Duration> {
        if self.is_busy() {
            Some(self.patience)
        } else {
            None
        }
    }

    pub(super) fn ask(
        &mut self,
        question: Question,
        say: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.is_busy() {
            return Err(Usage::Busy.into());
        }
        say()?;
        self.asked = question;
        Ok(())
    }

    const fn answer(&mut self) -> Heard {
        self.answered = self.asked;
        self.asked = Question::None;
        Heard::Event
    }

    /// Ends the question without an answer, which may come late all the same.
    const fn leave_unanswered(&mut self) -> Heard {
        self.abandon();
        self.answered = Question::None;
        Heard::Event
    }

    /// Whether a NAMING REPLY answers an abandoned question rather than the outstanding one.
    fn is_late(&self, name: Option<Value<'_>>) -> bool {
        let wanted = match self.asked {
            Question::Lookup(print) => print,
            Question::Probe => fingerprint(*b"ME"),
            _ => return self.abandoned > 0,
        };
        self.abandoned > 0 && name.is_some_and(|name| fingerprint(name.bytes()) != wanted)
    }
}

fn checked<'l>(
    text: Option<Value<'l>>,
    event: impl FnOnce(DestinationText<'l>) -> Event<'l>,
) -> Event<'l> {
    let text = text.and_then(Value::as_bytes).unwrap_or_default();
    match DestinationText::new(text) {
        Ok(destination) => event(destination),
        Err(error) => Event::Noise(Malformed::Key(error)),
    }
}
