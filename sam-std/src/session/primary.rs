//! A PRIMARY session: several sessions that share one destination.

use std::fmt;

use sam_core::command::{DatagramParameters, SessionAdd};
use sam_core::error::Usage;
use sam_core::{
    Address, Ports, ResultCode, SessionId, SessionOptions, Style, TunnelOptions, Value,
};

use super::builder::{SessionBuilder, random_id};
use super::identity::copy_of;
use super::{Inside, Session};
use crate::datagrams::{DatagramSocket, Datagrams};
use crate::dial::Dial;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::router::Router;
use crate::target::ToTarget;
use crate::{Destination, PrivateKey};

/// A session that carries nothing itself and holds subsessions, which share its destination; made
/// by [`SessionBuilder::primary`].
///
/// Dropping it, or [`PrimarySession::close`], ends its subsessions as well.
pub struct PrimarySession<D: Dial = Endpoint>(Session<D>);

impl<D: Dial> PrimarySession<D> {
    /// Brings one online: PRIMARY, or MASTER where the router knows only that.
    pub(super) fn open(builder: &SessionBuilder<'_, D>) -> Result<Self> {
        let open = |style| {
            let nothing = DatagramParameters::default();
            builder.open(Some((style, nothing))).map(Self)
        };
        let router = builder.router();
        if router.learnt().knows_only_master() {
            return open(Style::Master);
        }
        match open(Style::Primary) {
            // i2pd refuses the word, other old routers may close without one.
            Err(first)
                if matches!(first, Error::Closed) || first.is_refused(ResultCode::I2pError) =>
            {
                let opened = open(Style::Master)?;
                router.learnt().remember_it_knows_only_master();
                Ok(opened)
            }
            opened => opened,
        }
    }

    /// Adds a session for streams.
    ///
    /// It gets the streams to the I2CP port `port`; with 0, those to ports that no other
    /// subsession listens on. Streams that it connects come from that port. Dropping it removes
    /// it, and so does [`Session::close`].
    ///
    /// The port goes to the router as FROM_PORT, which all routers take for the port to listen
    /// on; i2pd 2.45.1 takes no subsession without. It goes by no port itself: there each stream is
    /// given to whichever subsession accepts first.
    ///
    /// # Errors
    /// [`Error::Refused`], for instance if another subsession has the port;
    /// [`Error::SessionEnded`]; [`Error::TimedOut`].
    pub fn add_stream(&self, port: u16) -> Result<Session<D>> {
        let id = random_id()?;
        self.add(&SessionAdd {
            style: Style::Stream,
            id: Value::from(id.as_str()),
            listen_port: None,
            listen_protocol: None,
            datagrams: DatagramParameters {
                ports: Some(Ports { from: port, to: 0 }),
                ..DatagramParameters::default()
            },
            options: NO_OPTIONS.into(),
        })?;
        self.inside(id)
    }

    /// Adds a session for datagrams, which travel as those of
    /// [`SessionBuilder::create_datagrams`] do.
    ///
    /// Dropping it, or closing its session, removes it.
    ///
    /// i2pd up to 2.59 has subsessions for streams alone, and ends the whole session when it is
    /// asked for another one. So the first time this is called for a router and a kind of
    /// datagrams, it tries that on another session of its own, with one tunnel each way and a
    /// new destination, which it ends at once: that takes as long as it takes to make a session,
    /// [`Timeouts::create`](crate::Timeouts::create) at the most. The answer is remembered in
    /// the [`Router`] and its clones.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the router ended that other session; [`Usage::NeedsVersion`]
    /// from a router below 3.2, such as i2pd 2.45.1, which is not even tried;
    /// [`Usage::NotNow`] for a router whose UDP address is not known, as
    /// [`SessionBuilder::create_datagrams`] has it, and for datagrams on the control socket, which
    /// subsessions would have to share; other [`Error::Usage`] for settings that
    /// cannot be; [`Error::Refused`], for instance if another subsession listens for the same;
    /// those of binding a UDP socket and of [`SessionBuilder::create`].
    pub fn add_datagrams(&self, datagrams: Datagrams) -> Result<DatagramSocket<D>> {
        DatagramSocket::inside(self, datagrams)
    }

    /// Adds a subsession that some routers end the session for, unless this one does.
    pub(crate) fn add_safely(
        &self,
        like: impl Fn(&SessionId) -> SessionAdd<'_>,
    ) -> Result<Session<D>> {
        let id = random_id()?;
        let add = like(&id);
        add.validate()?;
        if self.0.version() < add.needs() {
            return Err(Usage::NeedsVersion(add.needs()).into());
        }
        let is_safe = self
            .router()
            .learnt()
            .takes_subsessions(add.style, || self.survives(&like(&random_id()?)))?;
        if !is_safe {
            return Err(Error::Unsupported);
        }
        self.add(&add)?;
        self.inside(id)
    }

    /// Whether a session like this is still there after this.
    fn survives(&self, add: &SessionAdd<'_>) -> Result<bool> {
        self.0.check_alive()?;
        let spare = Self::open(&Session::builder(self.router()).inbound(ONE).outbound(ONE))?;
        let lives = match spare.add(add) {
            Ok(()) => true,
            Err(Error::SessionEnded) => false,
            // Some close behind their refusal: only another answer tells.
            Err(Error::Refused { .. }) => match spare.0.ask_me() {
                Ok(_) => true,
                Err(Error::SessionEnded) => false,
                Err(error) => return Err(error),
            },
            Err(error) => return Err(error),
        };
        // A router that is gone has said nothing about itself.
        self.0.check_alive()?;
        Ok(lives)
    }

    fn add(&self, add: &SessionAdd<'_>) -> Result<()> {
        let patience = self.router().timeouts().naming.into();
        let control = &self.0.control;
        let answer = control.ask(patience, |inquiry, tx| inquiry.add(add, tx))?;
        answer.granted()
    }

    /// The subsession with this ID, which has been added.
    fn inside(&self, id: SessionId) -> Result<Session<D>> {
        let session = &self.0;
        Ok(Session {
            router: session.router.clone(),
            id,
            destination: Destination::new(session.destination.as_bytes().into())?,
            key: session.key.as_ref().map(copy_of).transpose()?,
            version: session.version,
            control: session.control.clone(),
            inside: Some(Inside::default()),
        })
    }

    pub(crate) const fn router(&self) -> &Router<D> {
        &self.0.router
    }

    /// The destination of all subsessions: what peers see and connect to.
    pub const fn destination(&self) -> &Destination {
        self.0.destination()
    }

    /// The b32 address of all subsessions.
    pub fn address(&self) -> Address {
        self.0.address()
    }

    /// The private key, as [`Session::private_key`].
    pub const fn private_key(&self) -> Option<&PrivateKey> {
        self.0.private_key()
    }

    /// Which destination a name or address stands for.
    ///
    /// # Errors
    /// As [`Session::lookup`].
    pub fn lookup(&self, name: impl ToTarget) -> Result<Destination> {
        self.0.lookup(name)
    }

    /// Whether the session is still there, as far as its socket tells.
    pub fn is_alive(&self) -> bool {
        self.0.is_alive()
    }

    /// Ends the session and its subsessions.
    pub fn close(&self) {
        self.0.close();
    }
}

/// Tunnels and leaseset are the primary session's.
pub(crate) const NO_OPTIONS: SessionOptions<'static> = SessionOptions {
    inbound: TUNNELS,
    outbound: TUNNELS,
    lease_set_enc_type: None,
    others: &[],
};

const TUNNELS: TunnelOptions = TunnelOptions {
    length: None,
    quantity: None,
};

/// For a session that is only there to be lost.
const ONE: TunnelOptions = TunnelOptions {
    quantity: Some(1),
    ..TUNNELS
};

impl<D: Dial> fmt::Debug for PrimarySession<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrimarySession").field(&self.0).finish()
    }
}
