//! Where the router is, and what it does without a session.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sam_core::error::Usage;
use sam_core::{Credentials, Greeting, SignatureType, Timeouts, Utility, Version, Versions};

use zeroize::Zeroizing;

use crate::answer::{Answer, Lookup};
use crate::conversation::Conversation;
use crate::dial::{Dial, Transport};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::learnt::Learnt;
use crate::target::ToTarget;
#[cfg(feature = "tls")]
use crate::tls::TlsError;
use crate::{Destination, PrivateKey};

/// A router's SAM port.
///
/// Cheap to clone. Clones share what was learned about the router, so that the fall-back to an
/// older version is paid for once.
pub struct Router<D = Endpoint> {
    dial: Arc<D>,
    udp: Option<Endpoint>,
    /// Whether it is dialled over plain TCP, as UDP goes.
    is_plain: bool,
    timeouts: Timeouts,
    login: Option<Arc<Login>>,
    learnt: Arc<Learnt>,
}

/// A user name and a password.
struct Login {
    user: String,
    password: Zeroizing<String>,
}

impl Router {
    /// The router at an endpoint such as `127.0.0.1:7656`, `router.lan` or `[::1]:7656`.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is no endpoint.
    pub fn new(endpoint: &str) -> Result<Self> {
        Ok(endpoint.parse()?)
    }

    /// The router that the environment variable `I2P_SAM_ADDRESS` names, else `127.0.0.1:7656`.
    ///
    /// # Errors
    /// [`Error::Usage`] if the variable holds what is no endpoint.
    pub fn from_env() -> Result<Self> {
        Ok(Self::over(Endpoint::from_env()?))
    }
}

impl<D: Dial> Router<D> {
    /// The router that `dial` opens connections to.
    pub fn over(dial: D) -> Self {
        Self {
            is_plain: dial.udp().is_some(),
            udp: dial.udp(),
            dial: Arc::new(dial),
            timeouts: Timeouts::DEFAULT,
            login: None,
            learnt: Arc::default(),
        }
    }

    /// The same router with other patience; [`Timeouts::DEFAULT`] suits all routers known.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// The same router, which asks who talks to it: Java I2P, if it is set up so.
    ///
    /// Both cross the network in clear with each socket, also to routers that do not ask. One that
    /// is empty or holds a line break or NUL is refused before anything is sent.
    #[must_use]
    pub fn with_login(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        let login = Login {
            user: user.into(),
            password: Zeroizing::new(password.into()),
        };
        Self {
            login: Some(Arc::new(login)),
            ..self
        }
    }

    /// The same router, which takes datagrams by UDP at `endpoint`.
    ///
    /// Unless told so, it is the host of the TCP endpoint and port 7655. Over other transports
    /// UDP is used only if [`Datagrams::udp_in_clear`](crate::Datagrams::udp_in_clear) asks for
    /// it.
    #[must_use]
    pub fn with_udp(self, endpoint: Endpoint) -> Self {
        Self {
            udp: Some(endpoint),
            ..self
        }
    }

    /// Where the router takes datagrams by UDP; `None` over transports that are not plain TCP.
    pub const fn udp(&self) -> Option<&Endpoint> {
        self.udp.as_ref()
    }

    /// How long each wait for the router may last.
    pub const fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// The SAM version the router settles on; a way to see whether it is there.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if nothing answers there.
    pub fn version(&self) -> Result<Version> {
        let utility = self.utility()?;
        Ok(utility.machine().version().unwrap_or(Version::V3_0))
    }

    /// Which destination a name or address stands for.
    ///
    /// [`Session::lookup`](crate::Session::lookup) is surer: some routers know few names before
    /// a session exists.
    ///
    /// # Errors
    /// [`Error::Refused`] with `KEY_NOT_FOUND`, or `INVALID_KEY` from i2pd, for an unknown name.
    pub fn lookup(&self, name: impl ToTarget) -> Result<Destination> {
        name.to_target(|target| {
            let mut utility = self.utility()?;
            utility.request(|machine, tx| machine.ask()?.lookup(target, tx))?;
            Ok(hear_answer(&mut utility)?.lookup()?.destination)
        })?
    }

    /// Which destination a name or address stands for, and what its leaseset tells besides.
    ///
    /// The router has to fetch the leaseset for that. Only those of API 0.9.66 do (Java I2P 2.9);
    /// older ones tell no options.
    ///
    /// # Errors
    /// As [`Self::lookup`]; [`Error::Refused`] with `LEASESET_NOT_FOUND` for a destination that is
    /// not online; [`Usage::NeedsVersion`] if the router speaks less than SAM 3.3.
    pub fn lookup_with_options(&self, name: impl ToTarget) -> Result<Lookup> {
        name.to_target(|target| {
            let mut utility = self.utility()?;
            utility.request(|machine, tx| machine.ask()?.lookup_with_options(target, tx))?;
            hear_answer(&mut utility)?.lookup()
        })?
    }

    /// Has the router make a new destination with Ed25519 signatures.
    ///
    /// # Errors
    /// As [`Self::generate_destination_of`].
    pub fn generate_destination(&self) -> Result<PrivateKey> {
        self.generate_destination_of(SignatureType::ED25519)
    }

    /// Has the router make a new destination with signatures of a type.
    ///
    /// # Errors
    /// [`Error::Usage`] for a type some routers crash on; [`Error::Malformed`] if the key is not
    /// of the type asked for, which i2pd does without a word.
    pub fn generate_destination_of(&self, signature_type: SignatureType) -> Result<PrivateKey> {
        let mut utility = self.utility()?;
        utility.request(|machine, tx| machine.ask()?.generate(signature_type, tx))?;
        hear_answer(&mut utility)?.private_key(signature_type)
    }

    pub(crate) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    pub(crate) fn learnt(&self) -> &Learnt {
        &self.learnt
    }

    pub(crate) fn greeting(&self, versions: Versions) -> Greeting<'_> {
        Greeting {
            versions,
            credentials: self.login.as_deref().map(|login| Credentials {
                user: &login.user,
                password: &login.password,
            }),
        }
    }

    pub(crate) fn dial(&self) -> Result<D::Transport> {
        let patience = self.timeouts.hello.into();
        self.dial.dial(patience).map_err(|source| {
            #[cfg(feature = "tls")]
            if let Some(error) = TlsError::inside(&source) {
                return error.clone().into();
            }
            Error::Unreachable {
                router: self.to_string(),
                source,
            }
        })
    }

    pub(crate) fn utility(&self) -> Result<Conversation<Utility<'_>, D::Transport>> {
        Conversation::open(self, |greeting| Ok(Utility::new(greeting, self.timeouts)))
    }
}

/// Waits for the answer; what the router says unasked is passed over.
pub(crate) fn hear_answer<T: Transport>(
    utility: &mut Conversation<Utility<'_>, T>,
) -> Result<Answer> {
    loop {
        let line = utility.next()?.ok_or(Error::Closed)?;
        if !utility.machine().is_busy() {
            return Answer::new(utility.event(line)?, utility.last_line());
        }
    }
}

impl<D> Clone for Router<D> {
    fn clone(&self) -> Self {
        Self {
            dial: Arc::clone(&self.dial),
            udp: self.udp.clone(),
            is_plain: self.is_plain,
            timeouts: self.timeouts,
            login: self.login.clone(),
            learnt: Arc::clone(&self.learnt),
        }
    }
}

impl Default for Router {
    /// `127.0.0.1:7656`.
    fn default() -> Self {
        Self::over(Endpoint::default())
    }
}

impl FromStr for Router {
    type Err = Usage;

    fn from_str(endpoint: &str) -> Result<Self, Usage> {
        endpoint.parse().map(Self::over)
    }
}

impl From<std::net::SocketAddr> for Router {
    fn from(address: std::net::SocketAddr) -> Self {
        Self::over(Endpoint::from(address))
    }
}

impl<D: fmt::Display> fmt::Display for Router<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dial.fmt(f)
    }
}

impl<D: fmt::Display> fmt::Debug for Router<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Router({self})")
    }
}
