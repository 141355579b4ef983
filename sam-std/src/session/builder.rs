//! How a session is to be, and bringing it online.

use std::fmt;
use std::sync::Arc;

use sam_core::client::Inquiry;
use sam_core::command::DatagramParameters;
use sam_core::error::Usage;
use sam_core::{
    Create, Created, SessionId, SessionKey, SessionOption, SessionOptions, SignatureType, Style,
    Timeouts, TunnelOptions,
};
use zeroize::Zeroizing;

use super::control::Control;
use super::identity::{Identity, nonsense};
use super::{PrimarySession, Session};
use crate::PrivateKey;
use crate::conversation::Conversation;
use crate::datagrams::{DatagramSocket, Datagrams, Inbox};
use crate::dial::Dial;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::keygen;
use crate::router::Router;

/// How a session is to be; made by [`Session::builder`].
///
/// The defaults are a new Ed25519 destination, a random ID, and the options of
/// [`SessionOptions::DEFAULT`]. Keep to them where possible: odd values make a session stand out.
#[must_use = "nothing happens before `create`"]
pub struct SessionBuilder<'k, D: Dial = Endpoint> {
    router: Router<D>,
    id: Option<SessionId>,
    key: Option<&'k PrivateKey>,
    signature_type: SignatureType,
    inbound: TunnelOptions,
    outbound: TunnelOptions,
    lease_set_enc_type: Option<String>,
    others: Vec<Other>,
    /// Why the first option that cannot be sent cannot.
    refused: Option<Usage>,
}

/// An option that was checked: its key and its value, which may be a secret.
type Other = (String, Zeroizing<String>);

impl<'k, D: Dial> SessionBuilder<'k, D> {
    pub(super) fn new(router: Router<D>) -> Self {
        let SessionOptions {
            inbound,
            outbound,
            lease_set_enc_type,
            ..
        } = SessionOptions::DEFAULT;
        Self {
            router,
            id: None,
            key: None,
            signature_type: SignatureType::ED25519,
            inbound,
            outbound,
            lease_set_enc_type: lease_set_enc_type.map(Into::into),
            others: Vec::new(),
            refused: None,
        }
    }

    /// The session has the destination of this key, and the same address each time.
    ///
    /// A key with an offline signature is checked before anything is sent.
    pub fn key<'n>(self, key: &'n PrivateKey) -> SessionBuilder<'n, D> {
        SessionBuilder {
            key: Some(key),
            ..self
        }
    }

    /// The session has a new destination; this is the default.
    pub fn transient(self) -> SessionBuilder<'static, D> {
        SessionBuilder { key: None, ..self }
    }

    /// The signature type of a new destination; see [`SignatureType::is_safe_to_request`].
    pub fn signature_type(self, signature_type: SignatureType) -> Self {
        Self {
            signature_type,
            ..self
        }
    }

    /// The session's name at the router; a random one is safer.
    pub fn id(self, id: SessionId) -> Self {
        Self {
            id: Some(id),
            ..self
        }
    }

    /// Tunnels to the session; their number is visible to every peer.
    pub fn inbound(self, inbound: TunnelOptions) -> Self {
        Self { inbound, ..self }
    }

    /// Tunnels from the session.
    pub fn outbound(self, outbound: TunnelOptions) -> Self {
        Self { outbound, ..self }
    }

    /// Encryption types of the leaseset, best first, for instance `6,4`; visible to every peer.
    pub fn lease_set_enc_type(self, types: impl Into<String>) -> Self {
        Self {
            lease_set_enc_type: Some(types.into()),
            ..self
        }
    }

    /// One of the options that few sessions need: [`SessionOption`] and
    /// [`Tunnels`](crate::Tunnels) have them, and say who can see them.
    ///
    /// ```
    /// # use sam_std::{Router, Session, SessionOption, Tunnels};
    /// # fn options(router: &Router) {
    /// let builder = Session::builder(router)
    ///     .with(Tunnels::Inbound.nickname("my-site"))
    ///     .with(SessionOption::max_connections_per_minute(30));
    /// # }
    /// ```
    pub fn with(mut self, option: SessionOption<'_>) -> Self {
        let kept = option.put(&mut |key, value| {
            let value = value.as_str().unwrap_or_default();
            self.others.push((key.into(), Zeroizing::new(value.into())));
            Ok(())
        });
        if let Err(sam_core::Error::Usage(usage)) = kept {
            self.refused.get_or_insert(usage);
        }
        self
    }

    /// Any other option of I2CP, tunnels or streaming, passed to the router as it is; see
    /// [`SessionOption::other`].
    pub fn option(self, key: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.with(SessionOption::other(key.as_ref(), value.as_ref()))
    }

    /// How long each wait for the router may last; by default as for the router.
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        let router = self.router.with_timeouts(timeouts);
        Self { router, ..self }
    }

    /// Brings the session online.
    ///
    /// The router builds tunnels first: that takes seconds, and minutes if it has just started.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; [`Error::Refused`], for instance with `DUPLICATED_DEST` while
    /// another session has the same key; [`Error::OtherIdentity`]; [`Error::TimedOut`] after 300 s unless told otherwise;
    /// [`Error::Usage`] for options that cannot be sent, and for a key whose offline signature has
    /// expired or is forged.
    pub fn create(self) -> Result<Session<D>> {
        self.open(None)
    }

    /// Brings a session for datagrams online, instead of streams.
    ///
    /// They travel by UDP between this program and [`Router::udp`]. Over transports other than
    /// plain TCP they travel on the session's own socket, unless [`Datagrams::udp_in_clear`] says
    /// otherwise.
    ///
    /// # Errors
    /// As [`Self::create`]; [`Usage::NotNow`] for [`Datagrams::udp_in_clear`] with a router whose
    /// UDP address is not known, which [`Router::with_udp`] has to tell, and for
    /// [`Datagrams::bind`] without UDP;
    /// [`Usage::NeedsVersion`] for settings that an old router does not know; those of binding a
    /// UDP socket.
    pub fn create_datagrams(self, datagrams: Datagrams) -> Result<DatagramSocket<D>> {
        DatagramSocket::open(self, datagrams)
    }

    /// Brings a session online that holds others, which share its destination.
    ///
    /// A router that refuses PRIMARY is asked for MASTER, its old name, and remembered.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn primary(self) -> Result<PrimarySession<D>> {
        PrimarySession::open(&self)
    }

    pub(crate) const fn router(&self) -> &Router<D> {
        &self.router
    }

    pub(crate) fn open(
        &self,
        datagrams: Option<(Style, DatagramParameters<'_>)>,
    ) -> Result<Session<D>> {
        self.open_with(datagrams, None)
    }

    /// Brings a session online whose control socket brings datagrams to this inbox.
    pub(crate) fn open_with(
        &self,
        datagrams: Option<(Style, DatagramParameters<'_>)>,
        inbox: Option<Arc<Inbox>>,
    ) -> Result<Session<D>> {
        if let Some(usage) = self.refused {
            return Err(usage.into());
        }
        self.key.map_or(Ok(()), keygen::check)?;
        let id = match &self.id {
            Some(id) => id.clone(),
            None => random_id()?,
        };
        let others: Vec<_> = self
            .others
            .iter()
            .map(|(key, value)| SessionOption::other(key, value))
            .collect();
        let options = SessionOptions {
            inbound: self.inbound,
            outbound: self.outbound,
            lease_set_enc_type: self.lease_set_enc_type.as_deref(),
            others: &others,
        };
        let session_key = match self.key {
            Some(key) => SessionKey::from(key),
            None => SessionKey::Transient(Some(self.signature_type)),
        };
        let mut asking = Conversation::open(&self.router, |greeting| {
            let timeouts = self.router.timeouts();
            let create = Create::new(greeting, timeouts, &id, session_key, options)?;
            match datagrams {
                Some((style @ (Style::Primary | Style::Master), _)) => create.primary(style),
                Some((style, parameters)) => create.datagrams(style, parameters),
                None => Ok(create),
            }
        })?;
        let told = match asking.recv()? {
            Some(Created::Ready { private: None }) => None,
            Some(Created::Ready { private: Some(key) }) => {
                // Copied in one piece: a vector that grows leaves parts of the key behind.
                let text = key.expose().as_bytes().ok_or_else(nonsense)?;
                Some(Zeroizing::new(text.to_vec()))
            }
            _ => return Err(Error::Closed),
        };
        let online = asking.then(Create::into_control_datagrams);
        let version = online.machine().version();
        let control = Control::start(online, inbox)?;
        let told = told.as_deref().map(Vec::as_slice);
        let identity = Identity::of(told, self.key, self.signature_type, || {
            let patience = self.router.timeouts().naming.into();
            Ok(control
                .ask(patience, Inquiry::lookup_me)?
                .lookup()?
                .destination)
        })
        .inspect_err(|_| control.close())?;
        Ok(Session {
            router: self.router.clone(),
            id,
            destination: identity.destination,
            key: identity.key,
            version,
            control,
            inside: None,
        })
    }
}

pub(super) fn random_id() -> Result<SessionId> {
    let mut entropy = [0; 16];
    getrandom::fill(&mut entropy).map_err(|error| Error::Io(error.into()))?;
    Ok(SessionId::random(entropy))
}

/// Shows the keys of the options alone: some values are secrets, those of encrypted leasesets.
impl<D: Dial> fmt::Debug for SessionBuilder<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others: Vec<_> = self.others.iter().map(|(key, _)| key).collect();
        f.debug_struct("SessionBuilder")
            .field("router", &self.router)
            .field("key", &self.key)
            .field("signature_type", &self.signature_type)
            .field("inbound", &self.inbound)
            .field("outbound", &self.outbound)
            .field("lease_set_enc_type", &self.lease_set_enc_type)
            .field("others", &others)
            .finish_non_exhaustive()
    }
}
