//! A destination that is online, and what can be done with it.

use embassy_futures::select::{Either, select};
use embassy_net::tcp::TcpSocket;
use embassy_time::Timer;
#[cfg(feature = "b32")]
use sam_core::DestinationHash;
use sam_core::{
    Accept, Address, Connect, Connection, Destination, ResultCode, SessionKey, SessionOptions,
    Target,
};

use crate::dial::Dial;
use crate::error::Error;
use crate::identity::Identity;
use crate::log;
use crate::opening::{Opening, Wanted};
use crate::pool::{Lender, Pool};
use crate::router::{Router, bounded, next};
use crate::runner::Runner;
use crate::shared::{Shared, State, Ticket};
use crate::stream::Stream;

/// A destination, online as long as its [`Runner`] runs and its router lives.
///
/// A copy is the same session. All verbs take `&self`, so several tasks can connect and accept at
/// once, one slot of the [`Pool`] each. A verb waits while the session is not online; put
/// `with_timeout` around it where that is too long. Dropping a verb that waits leaves nothing
/// behind.
pub struct Session<T: 'static = TcpSocket<'static>> {
    pub(crate) shared: &'static Shared,
    pub(crate) slots: Lender<T>,
}

impl<T> Clone for Session<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Session<T> {}

impl<T: Dial> Session<T> {
    /// A session that comes about when the runner runs.
    ///
    /// `key` is a private key in binary, [`SessionKey::Binary`], and the session always has the
    /// same address; or [`SessionKey::TRANSIENT`], and it has a new one after each loss. `random`
    /// fills slices with random bytes: whoever guesses them can use the session.
    pub fn new<const N: usize, R: FnMut(&mut [u8])>(
        router: Router,
        pool: &'static Pool<N, T>,
        shared: &'static mut Shared,
        key: SessionKey<'static>,
        random: R,
    ) -> (Self, Runner<R, T>) {
        shared.router = router;
        let (shared, slots) = (&*shared, pool.lender());
        let session = Self { shared, slots };
        let runner = Runner {
            shared,
            slots,
            key,
            options: SessionOptions::DEFAULT,
            expiry: None,
            #[cfg(feature = "udp")]
            datagrams: None,
            #[cfg(feature = "control-datagrams")]
            exchange: None,
            random,
        };
        (session, runner)
    }

    /// How the session is just now.
    pub const fn state(&self) -> State {
        self.shared.state()
    }

    /// Why the session was lost or refused last, also when it is online again; `None` if it never
    /// was.
    pub const fn last_error(&self) -> Option<Error> {
        self.shared.last_error.get()
    }

    /// Waits until the session is online.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn wait_ready(&self) -> Result<(), Error> {
        self.shared.ready().await.map(|_| ())
    }

    /// The session's own address; `None` while it is not online, or if the router does not tell.
    #[cfg(feature = "b32")]
    pub fn address(&self) -> Option<DestinationHash> {
        self.shared.identity().hash()
    }

    /// Asks the router which destination an address stands for.
    ///
    /// `out` takes the destination: 391 bytes for one with an Ed25519 key, 512 at the most. Needs
    /// no slot. One lookup is asked at a time; others wait.
    ///
    /// # Errors
    /// [`Error::Sam`] with a refusal, usually `KEY_NOT_FOUND` or `INVALID_KEY`, if there is none;
    /// with [`Full::Output`](sam_core::error::Full::Output) if `out` is too short.
    /// [`Error::TimedOut`], [`Error::SessionLost`], [`Error::Closed`].
    pub async fn lookup<'o>(
        &self,
        address: &Address,
        out: &'o mut [u8],
    ) -> Result<Destination<&'o [u8]>, Error> {
        self.shared.look_up(address, out).await
    }

    /// Opens a stream to a peer: an [`Address`] or a [`Destination`], by reference.
    ///
    /// Takes one slot.
    ///
    /// # Errors
    /// [`Error::Sam`] with a refusal if the peer cannot be found or reached.
    /// [`Error::Unreachable`], [`Error::NotTrusted`], [`Error::Reset`], [`Error::TimedOut`],
    /// [`Error::SessionLost`], [`Error::Closed`].
    pub async fn connect<'a>(&self, to: impl Into<Target<'a>>) -> Result<Stream<T>, Error> {
        let wanted = Wanted::Peer(to.into());
        let ticket = self.shared.ready().await?;
        self.open(&ticket, &wanted).await
    }

    /// Waits for a peer.
    ///
    /// Takes one slot, also while it waits. It outlasts losses of the session, refusals, and peers
    /// that cannot be understood, such as those whose destination is too long for the buffers.
    ///
    /// # Errors
    /// [`Error::Closed`] and no other.
    pub async fn accept(&self) -> Result<Stream<T>, Error> {
        let mut pauses = Pauses::new();
        loop {
            let ticket = self.shared.ready().await?;
            let error = match self.open(&ticket, &Wanted::AnyPeer).await {
                Ok(stream) => return Ok(stream),
                // New i2pd closes young accepts when another one fires.
                Err(error) => error,
            };
            log::failed("accept", error);
            pauses.after(error)?.await;
        }
    }

    /// A stream, unless the session is lost before there is one.
    async fn open(&self, ticket: &Ticket, wanted: &Wanted<'_>) -> Result<Stream<T>, Error> {
        let opened = select(self.greet(ticket, wanted), self.shared.lost(ticket)).await;
        self.unless_lost(ticket, opened)
    }

    async fn greet(&self, ticket: &Ticket, wanted: &Wanted<'_>) -> Result<Stream<T>, Error> {
        let router = &self.shared.router;
        let mut lease = self.slots.dial(router.endpoint).await?;
        let (transport, heard, said) = lease.parts()?;
        let (greeting, id) = (ticket.greeting(), ticket.id());
        let mut connection = Connection::new(
            match *wanted {
                Wanted::Peer(to) => {
                    Opening::Connect(Connect::new(greeting, router.timeouts, &id, to))
                }
                Wanted::AnyPeer => Opening::Accept(Accept::new(greeting, router.timeouts, &id)),
            },
            heard,
            said,
        )?;
        let mut peer = Identity::default();
        while let Some(line) = bounded(next(&mut connection, transport).await)? {
            if let Some(told) = connection.event(line)? {
                peer = told;
            }
        }
        let unread = connection.into_unread().range();
        Ok(Stream::new(lease, unread, peer))
    }

    /// What a verb came to, and whether it shows that the session is gone.
    pub(crate) fn unless_lost<V>(
        &self,
        ticket: &Ticket,
        came: Either<Result<V, Error>, Error>,
    ) -> Result<V, Error> {
        match came {
            Either::First(Err(Error::Sam(sam_core::Error::Refused(ResultCode::InvalidId)))) => {
                self.shared.disown(ticket);
                Err(Error::SessionLost)
            }
            Either::First(result) => result,
            Either::Second(error) => Err(error),
        }
    }
}

/// Pauses between tries, each twice as long as the one before.
pub(crate) struct Pauses(u32);

impl Pauses {
    /// In milliseconds.
    const FIRST: u32 = 100;
    const LONGEST: u32 = 10_000;

    pub(crate) const fn new() -> Self {
        Self(Self::FIRST)
    }

    /// The pause after an error, unless trying again is in vain.
    ///
    /// # Errors
    /// [`Error::Closed`], given back.
    pub(crate) fn after(&mut self, error: Error) -> Result<Timer, Error> {
        let pause = match error {
            Error::Closed => return Err(error),
            Error::SessionLost => 0,
            // There was a peer, which must not be able to keep others waiting.
            Error::Sam(sam_core::Error::Peer(_) | sam_core::Error::Full(_)) => Self::FIRST,
            _ => self.0,
        };
        self.0 = (pause * 2).clamp(Self::FIRST, Self::LONGEST);
        Ok(Timer::after_millis(pause.into()))
    }
}
