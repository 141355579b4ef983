//! A destination that is online, and what can be done with it.

use embassy_futures::select::{Either, select};
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, Timer};
#[cfg(feature = "b32")]
use sam_core::DestinationHash;
use sam_core::{
    Accept, Accepted, Address, Connect, Connection, Destination, ResultCode, SessionKey,
    SessionOptions, Target,
};

use crate::dial::Dial;
use crate::error::Error;
use crate::identity::Identity;
use crate::log;
use crate::pool::{Lender, Pool};
use crate::router::{Router, next};
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
    pub(crate) router: Router,
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
        let (shared, slots) = (&*shared, pool.lender());
        let session = Self {
            shared,
            slots,
            router,
        };
        let runner = Runner {
            shared,
            slots,
            router,
            key,
            options: SessionOptions::DEFAULT,
            random,
        };
        (session, runner)
    }

    /// How the session is just now.
    pub const fn state(&self) -> State {
        self.shared.state()
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
        let to = to.into();
        let ticket = self.shared.ready().await?;
        let opened = select(self.open(&ticket, to), self.shared.lost(&ticket)).await;
        self.unless_lost(&ticket, opened)
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
            let came = select(self.wait_for_peer(&ticket), self.shared.lost(&ticket)).await;
            let came = self.unless_lost(&ticket, came);
            if let Err(error) = came {
                log::failed("accept", error);
            }
            match came {
                // There was a peer, which must not be able to keep others waiting.
                Err(Error::Sam(sam_core::Error::Peer(_) | sam_core::Error::Full(_))) => {
                    Pauses::new().wait().await;
                }
                // New i2pd closes young accepts when another one fires.
                Err(error) => pauses.after(error).await?,
                stream => return stream,
            }
        }
    }

    async fn open(&self, ticket: &Ticket, to: Target<'_>) -> Result<Stream<T>, Error> {
        let mut lease = self.slots.dial(self.router.endpoint).await?;
        let (transport, heard, said) = lease.parts()?;
        let (greeting, timeouts) = (ticket.greeting(), self.router.timeouts);
        let connect = Connect::new(greeting, timeouts, &ticket.id, to);
        let mut connection = Connection::new(connect, heard, said)?;
        while next(&mut connection, transport).await?.is_some() {}
        let unread = connection.into_unread().range();
        Ok(Stream::new(lease, unread, Identity::default()))
    }

    async fn wait_for_peer(&self, ticket: &Ticket) -> Result<Stream<T>, Error> {
        let mut lease = self.slots.dial(self.router.endpoint).await?;
        let (transport, heard, said) = lease.parts()?;
        let accept = Accept::new(ticket.greeting(), self.router.timeouts, &ticket.id);
        let mut connection = Connection::new(accept, heard, said)?;
        let mut peer = Identity::default();
        while let Some(line) = next(&mut connection, transport).await? {
            if let Accepted::Peer(told) = connection.event(line)? {
                peer = Identity::of_peer(told.destination);
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
pub(crate) struct Pauses(Duration);

impl Pauses {
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(10);

    pub(crate) const fn new() -> Self {
        Self(Self::FIRST)
    }

    /// Waits after an error, unless trying again is in vain.
    ///
    /// # Errors
    /// [`Error::Closed`], given back.
    pub(crate) async fn after(&mut self, error: Error) -> Result<(), Error> {
        match error {
            Error::Closed => return Err(error),
            Error::SessionLost => *self = Self::new(),
            _ => self.wait().await,
        }
        Ok(())
    }

    async fn wait(&mut self) {
        Timer::after(self.0).await;
        self.0 = (self.0 * 2).min(Self::LONGEST);
    }
}
