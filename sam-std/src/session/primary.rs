//! A PRIMARY session: several sessions that share one destination.

use std::fmt;

use sam_core::command::{DatagramParameters, SessionAdd};
use sam_core::{Address, Ports, ResultCode, SessionOptions, Style, Value};

use super::builder::{SessionBuilder, copy_of, random_id};
use super::{Inside, Session};
use crate::dial::Dial;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
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
        if router.knows_only_master() {
            return open(Style::Master);
        }
        match open(Style::Primary) {
            // i2pd refuses the word, other old routers may close without one.
            Err(first)
                if matches!(first, Error::Closed) || first.is_refused(ResultCode::I2pError) =>
            {
                let opened = open(Style::Master)?;
                router.remember_it_knows_only_master();
                Ok(opened)
            }
            opened => opened,
        }
    }

    /// Adds a session for streams.
    ///
    /// It gets the streams to the I2CP port `port`; with 0, those to ports that no other
    /// subsession listens on. Streams that it connects come from that port. Dropping it, or
    /// [`Session::close`], removes it, for whose answer the caller waits.
    ///
    /// The port goes to the router as FROM_PORT, which all routers take for the port to listen
    /// on; i2pd 2.45.1 takes no subsession without.
    ///
    /// # Errors
    /// [`Error::Refused`], for instance if another subsession has the port;
    /// [`Error::SessionEnded`]; [`Error::TimedOut`].
    pub fn add_stream(&self, port: u16) -> Result<Session<D>> {
        let session = &self.0;
        let id = random_id()?;
        let add = SessionAdd {
            style: Style::Stream,
            id: Value::from(id.as_str()),
            listen_port: None,
            listen_protocol: None,
            datagrams: DatagramParameters {
                ports: Some(Ports { from: port, to: 0 }),
                ..DatagramParameters::default()
            },
            options: NO_OPTIONS.into(),
        };
        let patience = session.router.timeouts().naming.into();
        let key = session.key.as_ref().map(copy_of).transpose()?;
        let answer = session
            .control
            .ask(patience, |inquiry, tx| inquiry.add(&add, tx))?;
        answer.granted()?;
        Ok(Session {
            router: session.router.clone(),
            id,
            destination: Destination::new(session.destination.as_bytes().into())?,
            key,
            version: session.version,
            control: session.control.clone(),
            inside: Some(Inside::default()),
        })
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
const NO_OPTIONS: SessionOptions<'static> = SessionOptions {
    inbound: NO_TUNNELS,
    outbound: NO_TUNNELS,
    lease_set_enc_type: None,
    others: &[],
};

const NO_TUNNELS: sam_core::TunnelOptions = sam_core::TunnelOptions {
    length: None,
    quantity: None,
};

impl<D: Dial> fmt::Debug for PrimarySession<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrimarySession").field(&self.0).finish()
    }
}
