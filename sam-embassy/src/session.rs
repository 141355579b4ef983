//! A destination that is online, and what can be done with it.

use embassy_futures::select::{Either, select};
use embassy_time::{Duration, Timer};
#[cfg(feature = "b32")]
use sam_core::DestinationHash;
use sam_core::{
    Accept, Accepted, Address, Connect, Connection, Destination, ResultCode, SessionKey,
    SessionOptions, Target,
};

use crate::error::Error;
use crate::identity::Identity;
use crate::pool::{Lender, Pool};
use crate::router::{Router, next};
use crate::runner::Runner;
use crate::shared::{Shared, State, Ticket};
use crate::stream::Stream;

/// The first and the longest pause before an accept that failed is tried again.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A destination, online as long as its [`Runner`] runs and its router lives.
///
/// A copy is the same session. All verbs take `&self`, so several tasks can connect and accept at
/// once, one slot of the [`Pool`] each. A verb waits while the session is not online; put
/// `with_timeout` around it where that is too long. Dropping a verb that waits leaves nothing
/// behind.
#[derive(Clone, Copy)]
pub struct Session {
    shared: &'static Shared,
    sockets: Lender,
    router: Router,
}

impl Session {
    /// A session that comes about when the runner runs.
    ///
    /// `key` is a private key in binary, [`SessionKey::Binary`], and the session always has the
    /// same address; or [`SessionKey::TRANSIENT`], and it has a new one after each loss. `random`
    /// fills slices with random bytes: whoever guesses them can use the session.
    pub fn new<const N: usize, R: FnMut(&mut [u8])>(
        router: Router,
        pool: &'static Pool<N>,
        shared: &'static mut Shared,
        key: SessionKey<'static>,
        random: R,
    ) -> (Self, Runner<R>) {
        let (shared, sockets) = (&*shared, pool.lender());
        let session = Self {
            shared,
            sockets,
            router,
        };
        let runner = Runner {
            shared,
            sockets,
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
    /// [`Error::Unreachable`], [`Error::Reset`], [`Error::TimedOut`], [`Error::SessionLost`],
    /// [`Error::Closed`].
    pub async fn connect<'a>(&self, to: impl Into<Target<'a>>) -> Result<Stream, Error> {
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
    pub async fn accept(&self) -> Result<Stream, Error> {
        let mut pause = PAUSE;
        loop {
            let ticket = self.shared.ready().await?;
            let came = select(self.wait_for_peer(&ticket), self.shared.lost(&ticket)).await;
            match self.unless_lost(&ticket, came) {
                Err(Error::SessionLost) => pause = PAUSE,
                // There was a peer, which must not be able to keep others waiting.
                Err(Error::Sam(sam_core::Error::Peer(_) | sam_core::Error::Full(_))) => {
                    Timer::after(PAUSE).await;
                }
                // New i2pd closes young accepts when another one fires.
                Err(error) if error != Error::Closed => {
                    Timer::after(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                other => return other,
            }
        }
    }

    async fn open(&self, ticket: &Ticket, to: Target<'_>) -> Result<Stream, Error> {
        let mut lease = self.sockets.dial(self.router.endpoint).await?;
        let (socket, heard, said) = lease.parts()?;
        let (greeting, timeouts) = (ticket.greeting(), self.router.timeouts);
        let connect = Connect::new(greeting, timeouts, &ticket.id, to);
        let mut connection = Connection::new(connect, heard, said)?;
        while next(&mut connection, socket).await?.is_some() {}
        let unread = connection.into_unread().range();
        Ok(Stream::new(lease, unread, Identity::default()))
    }

    async fn wait_for_peer(&self, ticket: &Ticket) -> Result<Stream, Error> {
        let mut lease = self.sockets.dial(self.router.endpoint).await?;
        let (socket, heard, said) = lease.parts()?;
        let accept = Accept::new(ticket.greeting(), self.router.timeouts, &ticket.id);
        let mut connection = Connection::new(accept, heard, said)?;
        let mut peer = Identity::default();
        while let Some(line) = next(&mut connection, socket).await? {
            if let Accepted::Peer(told) = connection.event(line)? {
                peer = Identity::of_peer(told.destination);
            }
        }
        let unread = connection.into_unread().range();
        Ok(Stream::new(lease, unread, peer))
    }

    /// What a verb came to, and whether it shows that the session is gone.
    fn unless_lost<T>(
        &self,
        ticket: &Ticket,
        came: Either<Result<T, Error>, Error>,
    ) -> Result<T, Error> {
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
