//! The task that keeps a session.

use embassy_futures::select::{Either3, select3};
use embassy_net::tcp::TcpSocket;
use embassy_time::{Instant, Timer};
use sam_core::client::recovery::{self, Input, Recovery};
use sam_core::error::{KeyError, Malformed};
use sam_core::{
    Connection, Create, Created, Event, Greeting, ResultCode, SessionId, SessionKey, SessionOptions,
};

#[cfg(any(feature = "control-datagrams", feature = "udp"))]
use crate::datagrams::Datagrams;
#[cfg(feature = "control-datagrams")]
use crate::datagrams::Exchange;
use crate::dial::Dial;
use crate::error::{Error, from_driver};
use crate::expiry::Expiry;
use crate::identity::{Identity, LONGEST_DESTINATION};
use crate::kept::{self, Kept};
use crate::log;
use crate::pool::Lender;
use crate::router::{after, bounded, next};
use crate::shared::{Online, Shared, State, Wish};

pub(crate) const UNEXPECTED: sam_core::Error = sam_core::Error::Peer(Malformed::Unexpected);

/// Keeps a session: one task has to run it, or nothing else happens.
///
/// It creates the session, answers PING, asks what [`Session::lookup`](crate::Session::lookup)
/// wants to know and, after a silence, whether the router is still there; notices the loss of the
/// session and brings it back, with a new random ID and the same key. When it is dropped the
/// session ends and its verbs return [`Error::Closed`].
#[must_use = "the session comes about when this runs"]
pub struct Runner<R, T: 'static = TcpSocket<'static>> {
    pub(crate) shared: &'static Shared,
    pub(crate) slots: Lender<T>,
    pub(crate) key: SessionKey<'static>,
    pub(crate) options: SessionOptions<'static>,
    pub(crate) expiry: Option<Expiry>,
    /// What datagrams it is for, if it is, and the port they come to.
    #[cfg(feature = "udp")]
    pub(crate) datagrams: Option<(Datagrams, u16)>,
    /// Where those go that come on the session's own connection.
    #[cfg(feature = "control-datagrams")]
    pub(crate) exchange: Option<(Datagrams, &'static Exchange)>,
    pub(crate) random: R,
}

impl<R, T> Runner<R, T> {
    /// Creates sessions with these options instead of [`SessionOptions::DEFAULT`].
    ///
    /// Odd ones make a session stand out; each says who can see it. Those that cannot be sent end
    /// [`Self::run`] before anything is sent.
    ///
    /// ```
    /// use sam_embassy::{SessionOption, SessionOptions, Tunnels};
    ///
    /// const OPTIONS: SessionOptions<'static> = SessionOptions {
    ///     others: &[Tunnels::Inbound.nickname("sensor"), SessionOption::gzip(false)],
    ///     ..SessionOptions::DEFAULT
    /// };
    /// ```
    pub fn with_options(mut self, options: SessionOptions<'static>) -> Self {
        self.options = options;
        self
    }

    /// Looks at a clock, in seconds since 1970, before each session and whenever the router was
    /// silent for a while: when the key's offline signature has expired, [`Self::run`] returns
    /// [`KeyError::Expired`].
    ///
    /// For a device whose router has only a transient key, while the identity is elsewhere. i2pd
    /// 2.45.1 takes an expired key, and peers then drop what it signs. For a key without such a
    /// signature this does nothing.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn with_clock(mut self, now: fn() -> u64) -> Result<Self, KeyError> {
        self.expiry = Expiry::of(self.key, now)?;
        Ok(self)
    }

    fn check_key(&self) -> Result<(), Error> {
        Ok(self.expiry.map_or(Ok(()), Expiry::check)?)
    }
}

impl<R: FnMut(&mut [u8]), T: Dial> Runner<R, T> {
    /// Runs until trying again would be in vain; returns what is wrong then.
    ///
    /// Reasons: a key the router calls invalid or that has expired, no SAM version in common, options that cannot be
    /// sent, a line buffer that is too small for the key.
    pub async fn run(mut self) -> sam_core::Error {
        let mut recovery = Recovery::new();
        loop {
            self.publish(&recovery);
            match recovery.state() {
                recovery::State::Failed(error) => return error,
                recovery::State::Waiting { until } => {
                    Timer::at(Instant::from_millis(until.as_millis())).await;
                    // Not `now`: a coarse clock may say that it is a little earlier.
                    recovery.handle(Input::Elapsed, until, 0);
                }
                _ => {
                    if let Err(error) = self.live(&mut recovery).await {
                        log::failed("session", error);
                        self.shared.last_error.set(Some(error));
                        self.handle(&mut recovery, Input::Ended(error.to_core()));
                    }
                }
            }
        }
    }

    /// One session, from the dial to its end.
    async fn live(&mut self, recovery: &mut Recovery) -> Result<(), Error> {
        self.check_key()?;
        let mut lease = self.slots.dial(self.shared.router.endpoint).await?;
        let (transport, heard, said) = lease.parts()?;
        match self.create(recovery, transport, heard, said).await? {
            Some(connection) => self.keep(connection, transport).await,
            None => Ok(()),
        }
    }

    /// Brings a session online, unless `recovery` wants another version to be offered.
    ///
    /// Apart from `keep`, which runs for days, so that its memory is free by then.
    async fn create<'s>(
        &mut self,
        recovery: &mut Recovery,
        transport: &mut T,
        heard: &'s mut [u8],
        said: &'s mut [u8],
    ) -> Result<Option<Connection<Kept, &'s mut [u8]>>, Error> {
        let mut entropy = [0; 16];
        (self.random)(&mut entropy);
        let id = SessionId::random(entropy);
        let greeting = Greeting {
            versions: recovery.versions(),
            credentials: None,
        };
        let timeouts = self.shared.router.timeouts;
        let create = Create::new(greeting, timeouts, &id, self.key, self.options)
            .map_err(sam_core::Error::from)?;
        #[cfg(feature = "udp")]
        let create = self.for_datagrams(create, transport)?;
        #[cfg(feature = "control-datagrams")]
        let create = self.for_control_datagrams(create)?;
        let mut connection = Connection::new(create, heard, said)?;
        let private = loop {
            let line = bounded(next(&mut connection, transport).await)?;
            match connection.event(line.ok_or(UNEXPECTED)?)? {
                Created::Ready { private } => break private,
                _ => self.handle(recovery, Input::Greeted),
            }
            if recovery.state() != recovery::State::Creating {
                return Ok(None);
            }
            self.publish(recovery);
        };
        let identity = Identity::of_session(self.key, private)?;
        let connection = connection.then(kept::of);
        self.handle(recovery, Input::Created);
        self.shared.set_online(Online {
            entropy,
            versions: recovery.versions(),
            #[cfg(any(feature = "control-datagrams", feature = "udp"))]
            version: connection.machine().version(),
            identity,
        });
        log::state(State::Ready);
        Ok(Some(connection))
    }

    /// Asks for datagrams, if they are wanted, to where this connection comes from.
    #[cfg(feature = "udp")]
    fn for_datagrams<'a>(&self, create: Create<'a>, transport: &T) -> Result<Create<'a>, Error> {
        let Some((datagrams, port)) = self.datagrams else {
            return Ok(create);
        };
        let host = transport.local_address().ok_or(Error::Reset)?;
        let parameters = datagrams.parameters(Some((host, port)));
        let create = create.datagrams(datagrams.style, parameters);
        Ok(create.map_err(sam_core::Error::from)?)
    }

    /// Reads the control socket until the session is lost.
    async fn keep(
        &self,
        mut connection: Connection<Kept, &mut [u8]>,
        transport: &mut T,
    ) -> Result<(), Error> {
        let mut is_probe = false;
        // Of the outstanding answer; without a question, of the silence.
        let mut deadline = after(self.shared.router.silence);
        loop {
            // A question goes on if its verb is dropped: routers answer one at a time.
            let is_busy = connection.machine().is_busy();
            let heard = select3(
                self.next(&mut connection, transport),
                self.shared.wish(is_busy),
                Timer::at(deadline),
            );
            match heard.await {
                Either3::First(line) => {
                    self.hear(&mut connection, line.map_err(from_driver)?)?;
                }
                Either3::Second(Wish::Recreate) => {
                    return Err(sam_core::Error::Refused(ResultCode::InvalidId).into());
                }
                Either3::Second(Wish::Lookup(address)) => {
                    is_probe = false;
                    connection.request(|session, tx| session.ask().lookup(&address, tx))?;
                }
                Either3::Third(()) if is_busy && is_probe => return Err(Error::TimedOut),
                Either3::Third(()) if is_busy => {
                    connection.request(|session, _| {
                        session.ask().abandon();
                        Ok(())
                    })?;
                    self.shared.answer(Err(Error::TimedOut));
                }
                Either3::Third(()) => {
                    self.check_key()?;
                    is_probe = true;
                    connection.request(|session, tx| session.ask().probe(tx))?;
                }
            }
            if !(is_busy && connection.machine().is_busy()) {
                deadline = after(connection.timeout().unwrap_or(self.shared.router.silence));
            }
        }
    }

    /// Hands an event to whoever waits for it; a refusal nobody asked for ends the session.
    pub(crate) fn tell(&self, event: Event<'_>) -> Result<(), Error> {
        let mut bytes = [0; LONGEST_DESTINATION];
        let answer = match event {
            Event::Found(text) => text.decode(&mut bytes).map_err(sam_core::Error::from),
            Event::NotFound(status) => Err(status.into_result().err().unwrap_or(UNEXPECTED)),
            Event::Noise(malformed) => Err(malformed.into()),
            Event::Status(status) => match status.into_result() {
                Err(refusal) if self.shared.answer(Err(refusal.into())) => return Ok(()),
                result => return result.map_err(Error::from),
            },
            _ => return Ok(()),
        };
        self.shared.answer(answer.map_err(Error::from));
        Ok(())
    }

    fn handle(&mut self, recovery: &mut Recovery, input: Input) {
        let mut bytes = [0; 4];
        (self.random)(&mut bytes);
        let now = sam_core::time::Instant::from_millis(Instant::now().as_millis());
        recovery.handle(input, now, u32::from_ne_bytes(bytes));
    }

    fn publish(&self, recovery: &Recovery) {
        let state = match recovery.state() {
            recovery::State::Connecting => State::Connecting,
            recovery::State::Creating => State::Creating,
            recovery::State::Ready => State::Ready,
            recovery::State::Failed(_) => State::Closed,
            _ => State::Waiting,
        };
        self.shared.set_state(state);
        log::state(state);
    }
}

impl<R, T> Drop for Runner<R, T> {
    fn drop(&mut self) {
        self.shared.set_state(State::Closed);
    }
}
