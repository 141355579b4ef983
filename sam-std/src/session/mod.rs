//! A session: one destination, and the streams from and to it.

mod asking;
mod builder;
mod control;
mod forward;
mod identity;
mod incoming;
mod inside;
mod primary;
mod waiting;

use std::fmt;
use std::sync::Arc;

use sam_core::error::Usage;
use sam_core::{
    Accept, Accepted, Address, Connect, Greeting, Machine, Ports, SessionId, Target, Version,
};

use crate::answer::own_destination;
use crate::conversation::Conversation;
use crate::dial::Dial;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::router::Router;
use crate::stream::Stream;
use crate::target::ToTarget;
use crate::{Destination, PrivateKey};

pub use builder::SessionBuilder;
pub use incoming::Incoming;
pub use primary::PrimarySession;

use control::Control;
use incoming::Pause;
use inside::Inside;
pub(crate) use primary::NO_OPTIONS;
use waiting::Waiting;
pub(crate) use waiting::Wake;

/// A session at a router: its own destination, and the streams from and to it.
///
/// All verbs take `&self` and can be used from many threads at once. A thread named `sam-session`
/// reads the session's socket: it answers the router's PING, and wakes whoever waits for the router
/// when the session is lost. Dropping the session, or [`Session::close`], ends it and whatever runs on it.
pub struct Session<D: Dial = Endpoint> {
    router: Router<D>,
    id: SessionId,
    destination: Destination,
    key: Option<PrivateKey>,
    version: Version,
    control: Arc<Control<D::Transport>>,
    /// Of a subsession, whose control socket is its primary session's.
    inside: Option<Inside>,
}

impl<D: Dial> Session<D> {
    /// A session to be made at `router`.
    pub fn builder(router: &Router<D>) -> SessionBuilder<'static, D> {
        SessionBuilder::new(router.clone())
    }

    /// The session's own destination: what peers see and connect to.
    pub const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// The session's own b32 address.
    pub fn address(&self) -> Address {
        Address::from(&self.destination)
    }

    /// The private key, to be kept in a [`KeyFile`](crate::KeyFile) for another time.
    ///
    /// `None` if the router made it and keeps it to itself, as go-sam-bridge does.
    pub const fn private_key(&self) -> Option<&PrivateKey> {
        self.key.as_ref()
    }

    /// The session's name at the router. Whoever knows it and can reach the SAM port can use the
    /// session.
    pub const fn id(&self) -> &SessionId {
        &self.id
    }

    /// The SAM version the router settled on.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Connects to a peer.
    ///
    /// The peer always sees this session's destination. On i2pd success means only that the peer
    /// is known; one that refuses shows as an early end of the stream. A failure leaves the
    /// session and every other stream alone.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::TimedOut`] after 90 s unless told otherwise,
    /// [`Error::Usage`] for what is no I2P address.
    pub fn connect(&self, to: impl ToTarget) -> Result<Stream<D::Transport>> {
        self.connect_from(to, None)
    }

    /// Connects to a peer with I2CP ports; 3.2 and above, and i2pd ignores them.
    ///
    /// # Errors
    /// As [`Self::connect`]; [`Usage::NeedsVersion`] from an older router.
    pub fn connect_with_ports(
        &self,
        to: impl ToTarget,
        ports: Ports,
    ) -> Result<Stream<D::Transport>> {
        self.connect_from(to, Some(ports))
    }

    /// Waits for a peer, as long as it takes.
    ///
    /// Several threads may wait at once. Each peer is given to one of them.
    ///
    /// # Errors
    /// [`Error::SessionEnded`] when the session is closed or lost; [`Error::Refused`] if the
    /// router gives up on the accept; [`Error::TimedOut`] if
    /// [`Timeouts::accept`](crate::Timeouts::accept) is set.
    pub fn accept(&self) -> Result<Stream<D::Transport>> {
        let mut pause = Pause::FIRST;
        loop {
            match self.accept_once() {
                // Routers close waiting accepts for reasons of their own; the session may be well.
                Err(Error::Closed) => self.control.sleep(pause.lengthen())?,
                accepted => return accepted,
            }
        }
    }

    /// The peers that come, one after the other; ends when the session does.
    pub const fn incoming(&self) -> Incoming<'_, D> {
        Incoming::new(self)
    }

    /// Whether the session is still there, as far as its socket tells.
    pub fn is_alive(&self) -> bool {
        self.check_alive().is_ok()
    }

    /// Ends the session; threads that wait in its verbs return [`Error::SessionEnded`].
    ///
    /// A subsession is removed, and its primary session lives on; the router's answer is waited
    /// for.
    pub fn close(&self) {
        let Some(inside) = &self.inside else {
            return self.control.close();
        };
        if inside.end() && self.control.check_alive().is_ok() {
            let patience = self.router.timeouts().naming.into();
            let id = &self.id;
            if let Err(error) = self
                .control
                .ask(patience, |asking, tx| asking.remove(id, tx))
            {
                log::debug!("the subsession could not be removed: {error}");
            }
        }
    }

    pub(crate) fn check_alive(&self) -> Result<()> {
        match &self.inside {
            Some(inside) if inside.has_ended() => Err(Error::SessionEnded),
            _ => self.control.check_alive(),
        }
    }

    /// Sends a datagram on the session's own socket.
    pub(crate) fn send_datagram(
        &self,
        to: Target<'_>,
        ports: Option<Ports>,
        payload: &[u8],
    ) -> Result<()> {
        self.control.send(|machine, tx| match ports {
            Some(ports) => machine.send_with_ports(to, ports, payload, tx),
            None => machine.send(to, payload, tx),
        })
    }

    pub(crate) fn transport(&self) -> &D::Transport {
        self.control.transport()
    }

    /// Wakes somebody when the session ends; at once if it has.
    pub(crate) fn wake_at_end(&self, sleeper: &Arc<impl Wake + 'static>) -> Result<()> {
        if let Some(inside) = &self.inside {
            inside.wake_at_end(sleeper)?;
        }
        self.control.wake_at_end(sleeper).map(Waiting::for_good)
    }

    fn connect_from(
        &self,
        to: impl ToTarget,
        ports: Option<Ports>,
    ) -> Result<Stream<D::Transport>> {
        to.to_target(|target| {
            self.on_socket(
                |greeting| {
                    let connect = Connect::new(greeting, self.router.timeouts(), &self.id, target);
                    Ok(match ports {
                        Some(ports) => connect.ports(ports),
                        None => connect,
                    })
                },
                |mut asking| {
                    asking.next()?;
                    Stream::opened(asking, None, ports)
                },
            )
        })?
    }

    fn accept_once(&self) -> Result<Stream<D::Transport>> {
        self.on_socket(
            |greeting| Ok(Accept::new(greeting, self.router.timeouts(), &self.id)),
            |mut asking| {
                let mut caller = (None, None);
                while let Some(event) = asking.recv()? {
                    if let Accepted::Peer(peer) = event {
                        caller = (Some(own_destination(peer.destination)?), peer.ports);
                    }
                }
                Stream::opened(asking, caller.0, caller.1)
            },
        )
    }

    /// Opens another socket of the session for what `talk` does on it.
    ///
    /// When the session ends, the socket is shut, and so is every wait on it.
    fn on_socket<'s, M: Machine, R>(
        &'s self,
        machine: impl Fn(Greeting<'s>) -> Result<M, Usage>,
        talk: impl FnOnce(Conversation<M, D::Transport>) -> Result<R>,
    ) -> Result<R> {
        self.check_alive()?;
        let opened = Conversation::open(&self.router, machine);
        let opened = self.unless_ended(opened)?;
        let _waiting = self.control.wake_at_end(opened.transport())?;
        if let Some(inside) = &self.inside {
            inside.wake_at_end(opened.transport())?;
        }
        self.unless_ended(talk(opened))
    }

    /// What a verb came to; its failure means little once the session has ended.
    fn unless_ended<R>(&self, result: Result<R>) -> Result<R> {
        if result.is_err() {
            self.check_alive()?;
        }
        result
    }
}

/// As [`Session::close`], without waiting for the router.
impl<D: Dial> Drop for Session<D> {
    fn drop(&mut self) {
        match &self.inside {
            None => self.control.close(),
            Some(inside) if inside.end() => self.control.remove(&self.id),
            Some(_) => {}
        }
    }
}

impl<D: Dial> fmt::Debug for Session<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("router", &format_args!("{}", self.router))
            .field("address", &format_args!("{}", self.address()))
            .field("alive", &self.is_alive())
            .finish_non_exhaustive()
    }
}
