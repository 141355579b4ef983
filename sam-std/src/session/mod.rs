//! A session: one destination, and the streams from and to it.

mod builder;
mod control;
mod incoming;
mod inside;
mod primary;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use sam_core::client::Inquiry;
use sam_core::error::Usage;
use sam_core::{
    Accept, Accepted, Address, Connect, Forward, Forwarded, Greeting, Machine, Ports, SessionId,
    SignatureType, Target, Version,
};

use crate::answer::{Lookup, own_destination};
use crate::conversation::Conversation;
use crate::dial::{Dial, Transport};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::forwarding::Forwarding;
use crate::router::Router;
use crate::stream::Stream;
use crate::target::ToTarget;
use crate::{Destination, PrivateKey};

pub use builder::SessionBuilder;
pub use incoming::Incoming;
pub use primary::PrimarySession;

pub(crate) use control::Wake;
use control::{Control, Waiting};
use incoming::Pause;
use inside::Inside;
pub(crate) use primary::NO_OPTIONS;

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

    /// Has the router dial a listening socket of this program for each peer.
    ///
    /// Each connection starts with a line that names the peer; [`Stream::from_forwarded`] reads
    /// it. An unspecified address (`0.0.0.0`, `::`) is replaced by the one this host is seen
    /// under by the router. i2pd 2.45.1 ignores the address and dials this host.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Usage::NotNow`] over a transport that is not the network, whose
    /// other end the router would dial instead of this program, and for `0.0.0.0` with a router
    /// that sees this host under an IPv6 address.
    pub fn forward(&self, to: SocketAddr) -> Result<Forwarding<D::Transport>> {
        self.have_dialled(to, |forward| forward)
    }

    /// As [`Self::forward`], with TLS between the router and the listening socket, which has the
    /// server's part; the line that names the peer comes inside. Only Java I2P does it: i2pd and
    /// emissary take no notice and dial without TLS, which the server has to refuse.
    ///
    /// # Errors
    /// As [`Self::forward`]; [`Usage::NeedsVersion`] if the router speaks less than SAM 3.2.
    pub fn forward_tls(&self, to: SocketAddr) -> Result<Forwarding<D::Transport>> {
        self.have_dialled(to, |forward| forward.ssl())
    }

    fn have_dialled(
        &self,
        to: SocketAddr,
        how: impl Fn(Forward<'_>) -> Forward<'_>,
    ) -> Result<Forwarding<D::Transport>> {
        let here = self.control.transport().local_ip().ok_or(Usage::NotNow)?;
        let host = match to.ip() {
            // Nothing listens on an IPv6 address there.
            IpAddr::V4(ip) if ip.is_unspecified() && here.is_ipv6() => match here.is_loopback() {
                true => Ipv4Addr::LOCALHOST.into(),
                false => return Err(Usage::NotNow.into()),
            },
            ip if ip.is_unspecified() => here,
            ip => ip,
        };
        let (id, port) = (&self.id, to.port());
        self.on_socket(
            |greeting| {
                let timeouts = self.router.timeouts();
                Ok(how(Forward::new(greeting, timeouts, id, Some(host), port)))
            },
            |mut asking| match asking.recv()? {
                Some(Forwarded::Active) => Forwarding::new(asking),
                _ => Err(Error::Closed),
            },
        )
    }

    /// Which destination a name or address stands for, asked on the session's own socket.
    ///
    /// # Errors
    /// [`Error::Refused`] with `KEY_NOT_FOUND`, or `INVALID_KEY` from i2pd, for an unknown name.
    pub fn lookup(&self, name: impl ToTarget) -> Result<Destination> {
        name.to_target(|target| {
            let patience = self.router.timeouts().naming.into();
            let answer = self
                .control
                .ask(patience, |inquiry, tx| inquiry.lookup(target, tx))?;
            Ok(answer.lookup()?.destination)
        })?
    }

    /// As [`Router::lookup_with_options`], asked on the session's own socket.
    ///
    /// # Errors
    /// As [`Router::lookup_with_options`].
    pub fn lookup_with_options(&self, name: impl ToTarget) -> Result<Lookup> {
        name.to_target(|target| {
            let patience = self.router.timeouts().naming.into();
            self.control
                .ask(patience, |inquiry, tx| {
                    inquiry.lookup_with_options(target, tx)
                })?
                .lookup()
        })?
    }

    /// Has the router make a new destination with Ed25519 signatures.
    ///
    /// # Errors
    /// As [`Router::generate_destination`].
    pub fn generate_destination(&self) -> Result<PrivateKey> {
        const TYPE: SignatureType = SignatureType::ED25519;
        self.control
            .ask(self.router.timeouts().naming.into(), |inquiry, tx| {
                inquiry.generate(TYPE, tx)
            })?
            .private_key(TYPE)
    }

    /// The destination as the router has it.
    fn ask_me(&self) -> Result<Destination> {
        let patience = self.router.timeouts().naming.into();
        let answer = self.control.ask(patience, Inquiry::lookup_me)?;
        Ok(answer.lookup()?.destination)
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
