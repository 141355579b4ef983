//! Bringing a session online.

use core::fmt;

use super::control_datagrams::ControlDatagrams;
use super::greeting::Greeting;
use super::session::Session;
use super::{Progress, hear};
use crate::answer::{Answer, Verb};
use crate::command::{DatagramParameters, encode};
use crate::error::{Error, KeyError, Malformed, Usage};
use crate::key::{Destination, decoded_len};
use crate::machine::{Heard, Machine, Timeouts};
use crate::operand::SessionKey;
use crate::options::SessionOptions;
use crate::session_id::SessionId;
use crate::time::Duration;
use crate::types::{SignatureType, Style, Version};
use crate::value::Secret;
use crate::writer::Writer;

/// Greets the router and creates a session: for streams, unless told otherwise.
///
/// Events: [`Created::Greeted`], then [`Created::Ready`] when the router has built its tunnels,
/// seconds or minutes later. The private key passes through the connection's buffers, so hand in
/// such as are wiped when they are given up (`Zeroizing`). Then turn it into the [`Session`] it has created:
///
/// ```
/// use sam_core::{Connection, Create, Error, Session};
///
/// fn online(created: Connection<Create<'_>, [u8; 2048]>) -> Connection<Session, [u8; 2048]> {
///     created.then(Create::into_session)
/// }
/// ```
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Create<'a> {
    greeting: Greeting<'a>,
    timeouts: Timeouts,
    id: &'a SessionId,
    key: SessionKey<'a>,
    style: Style,
    datagrams: Option<Datagrams<'a>>,
    options: SessionOptions<'a>,
    version: Option<Version>,
}

/// What is said of datagrams, by a function, so that programs for streams do not link it.
struct Datagrams<'a> {
    parameters: DatagramParameters<'a>,
    needs: Version,
    say: fn(&DatagramParameters<'a>, &mut Writer<'_>),
}

impl fmt::Debug for Datagrams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parameters.fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Datagrams<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.parameters.format(f);
    }
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Created<'l> {
    /// The router agreed to talk and was asked for the session.
    Greeted(Version),
    /// The session is online.
    Ready {
        /// The session's *private* key in base64; its public part is the address. i2pd 2.45.1
        /// says nothing here for an offline-signed key.
        private: Option<Secret<'l>>,
    },
}

impl<'a> Create<'a> {
    /// A machine that has not said anything yet.
    ///
    /// # Errors
    /// [`Usage`] if the options cannot be sent; [`Usage::OutOfRange`] for a signature type that
    /// routers crash on; [`Usage::Key`] for a key too short to be one.
    pub fn new(
        greeting: Greeting<'a>,
        timeouts: Timeouts,
        id: &'a SessionId,
        key: SessionKey<'a>,
        options: SessionOptions<'a>,
    ) -> Result<Self, Usage> {
        options.validate()?;
        validate_key(key)?;
        Ok(Self {
            greeting,
            timeouts,
            id,
            key,
            style: Style::Stream,
            datagrams: None,
            options,
            version: None,
        })
    }

    /// A session for datagrams, raw or repliable, instead of streams.
    ///
    /// What the router's version does not know is refused with [`Usage::NeedsVersion`] after
    /// HELLO; nothing is asked for then.
    ///
    /// # Errors
    /// [`Usage::NotNow`] for another style, and those of [`DatagramParameters::validate`].
    pub fn datagrams(self, style: Style, datagrams: DatagramParameters<'a>) -> Result<Self, Usage> {
        if matches!(style, Style::Stream | Style::Primary | Style::Master) {
            return Err(Usage::NotNow);
        }
        datagrams.validate(style)?;
        Ok(Self {
            style,
            datagrams: Some(Datagrams {
                needs: datagrams.needs().max(style.needs()),
                parameters: datagrams,
                say: DatagramParameters::encode,
            }),
            ..self
        })
    }

    /// A session for subsessions, instead of one for streams: [`Style::Primary`], or
    /// [`Style::Master`], the only one i2pd knows.
    ///
    /// The version is not looked at: i2pd 2.45.1 calls itself 3.1 and has MASTER sessions.
    ///
    /// # Errors
    /// [`Usage::NotNow`] for another style.
    pub const fn primary(mut self, style: Style) -> Result<Self, Usage> {
        if !matches!(style, Style::Primary | Style::Master) {
            return Err(Usage::NotNow);
        }
        self.style = style;
        Ok(self)
    }

    /// The session, once it is ready.
    pub fn into_session(self) -> Session {
        Session::new(self.version.unwrap_or(Version::V3_0), self.timeouts)
    }

    /// The session, once it is ready, if its datagrams come on the control socket.
    pub fn into_control_datagrams(self) -> ControlDatagrams {
        let version = self.version.unwrap_or(Version::V3_0);
        ControlDatagrams::new(self.style, version, self.timeouts)
    }

    fn say(&self, tx: &mut Writer<'_>) -> Result<(), Error> {
        let id = self.id.as_str().into();
        encode::create(self.style, id, self.key, tx, |line| {
            if let Some(datagrams) = &self.datagrams {
                (datagrams.say)(&datagrams.parameters, line);
            }
            self.options.encode(line);
        })
    }
}

impl Machine for Create<'_> {
    type Event<'l> = Created<'l>;

    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.greeting.say(tx)
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        let awaited = self.version.map_or(Verb::Hello, |_| Verb::Session);
        match hear(line, Some(awaited), tx)? {
            Progress::Nothing => Ok(Heard::Nothing),
            Progress::Greeted(version) => {
                if let Some(datagrams) = &self.datagrams
                    && version < datagrams.needs
                {
                    return Err(Usage::NeedsVersion(datagrams.needs).into());
                }
                self.version = Some(version);
                self.say(tx)?;
                Ok(Heard::Event)
            }
            Progress::Granted => Ok(Heard::Last),
        }
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<Created<'l>, Error> {
        let answer = Answer::parse(line)?;
        let [_, _, destination, _] = answer.values;
        match (self.version, answer.verb) {
            (Some(version), Verb::Hello) => Ok(Created::Greeted(version)),
            (Some(_), Verb::Session) => {
                let private = destination.filter(|key| !key.is_empty());
                Ok(Created::Ready {
                    private: private.map(Secret::new),
                })
            }
            _ => Err(Malformed::Unexpected.into()),
        }
    }

    fn timeout(&self) -> Option<Duration> {
        Some(match self.version {
            None => self.timeouts.hello,
            Some(_) => self.timeouts.create,
        })
    }
}

/// Refuses what would make some routers take another key than was meant, or crash.
fn validate_key(key: SessionKey<'_>) -> Result<(), Usage> {
    let len = match key {
        SessionKey::Transient(signature_type) => {
            let is_safe = signature_type.is_some_and(SignatureType::is_safe_to_request);
            return is_safe.then_some(()).ok_or(Usage::OutOfRange);
        }
        SessionKey::Binary(bytes) => bytes.len(),
        SessionKey::Text(text) => {
            let text = text.expose().as_bytes().unwrap_or_default();
            decoded_len(text).map_err(Usage::Key)?
        }
    };
    if len > Destination::<&[u8]>::MIN_LEN {
        Ok(())
    } else {
        Err(Usage::Key(KeyError::Length))
    }
}
