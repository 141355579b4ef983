//! What the clients of a bridge share: its sessions and its names.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sam_core::key::{DestinationHash, EncryptedAddress};
use sam_core::types::SignatureType;
use sam_core::{Ports, ResultCode, Status};

use super::chance::Chance;
use super::connector::Parked;
use super::group::Group;
use super::keys::{self, Key};
use super::lock::lock;
use super::naming::{self, HostNames, LeaseSets, Named, Unnamed};
use super::personality::Personality;
use super::session::{Carries, Session};
use super::socket::Socket;
use super::subsessions::{Listen, Subsessions};
use super::threads::Threads;
use super::transcript::Transcript;
use super::users::Users;

/// How a bridge behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) personality: Personality,
    pub(super) peer_line_with_first_data: bool,
    pub(super) hello_timeout: Duration,
    pub(super) backlog_timeout: Duration,
}

/// The middle of a bridge.
pub(super) struct Hub {
    pub(super) settings: Settings,
    pub(super) chance: Chance,
    pub(super) transcript: Option<Arc<Transcript>>,
    pub(super) threads: Threads,
    /// All sockets that clients have opened.
    pub(super) clients: Arc<Group>,
    /// Where datagrams come in, and leave from.
    pub(super) udp: UdpSocket,
    pub(super) users: Mutex<Users>,
    host_names: HostNames,
    lease_sets: LeaseSets,
    sessions: Mutex<Sessions>,
    /// ME of clients without a session, once one of them has asked.
    everybodys: Mutex<Option<Arc<str>>>,
}

#[derive(Default)]
struct Sessions {
    by_id: HashMap<Vec<u8>, Arc<Session>>,
    by_hash: HashMap<DestinationHash, Arc<Session>>,
}

/// A session that lives as long as this.
pub(super) struct OpenSession {
    hub: Arc<Hub>,
    session: Arc<Session>,
}

impl Hub {
    pub(super) fn new(
        settings: Settings,
        host_names: HostNames,
        lease_sets: LeaseSets,
        users: Users,
        chance: Chance,
        transcript: Option<Arc<Transcript>>,
        udp: UdpSocket,
    ) -> Self {
        Self {
            settings,
            chance,
            transcript,
            threads: Threads::default(),
            clients: Arc::default(),
            udp,
            users: Mutex::new(users),
            host_names,
            lease_sets,
            sessions: Mutex::default(),
            everybodys: Mutex::default(),
        }
    }

    /// Opens a session.
    pub(super) fn create(
        self: &Arc<Self>,
        id: Vec<u8>,
        key: &Key,
        is_encrypted: bool,
        control: &Arc<Socket>,
        carries: Carries,
    ) -> Result<OpenSession, Status<'static>> {
        let destination: Arc<str> = key.destination().to_string().into();
        let hash = key.destination().hash();
        let encrypted = if is_encrypted {
            let address = EncryptedAddress::new(&key.destination());
            Some(address.map_err(|_| invalid_key("keys of this type cannot be blinded"))?)
        } else {
            None
        };
        // The threads of sessions whose clients are gone may not have noticed yet.
        let namesakes = [self.by_id(&id), self.by_hash(hash)];
        for session in namesakes.into_iter().flatten() {
            if session.control.is_gone() {
                self.end(&session);
            }
        }
        let mut sessions = lock(&self.sessions);
        let personality = self.settings.personality;
        if sessions.by_id.contains_key(&id) {
            if personality.unregisters_victims() {
                sessions.by_id.remove(&id);
            }
            return Err(Status::new(ResultCode::DuplicatedId));
        }
        if sessions.by_hash.contains_key(&hash) && !personality.shares_destinations() {
            return Err(Status::new(ResultCode::DuplicatedDest));
        }
        let control = Arc::clone(control);
        let session = Session::new(id, destination, hash, encrypted, control, carries);
        let session = Arc::new(session);
        let Sessions { by_id, by_hash } = &mut *sessions;
        by_id.insert(session.id.clone(), Arc::clone(&session));
        // Peers find the first of several.
        by_hash.entry(hash).or_insert_with(|| Arc::clone(&session));
        Ok(OpenSession {
            hub: Arc::clone(self),
            session,
        })
    }

    /// The session with this ID, which has to be one for streams.
    pub(super) fn session(&self, id: &[u8]) -> Result<Arc<Session>, Status<'static>> {
        let session = self.by_id(id).filter(|session| session.carries_streams());
        let session = session.filter(|session| !session.control.is_gone());
        let status = Status::new(ResultCode::InvalidId);
        session.ok_or(status.with_message("there is no session with this ID"))
    }

    /// Lines up for a stream from the session `id` to the destination that `name` stands for.
    pub(super) fn connect(
        &self,
        socket: &Arc<Socket>,
        id: &[u8],
        name: &[u8],
        ports: Ports,
    ) -> Result<Parked, Status<'static>> {
        let source = self.session(id)?;
        let target = match self.find(name) {
            Ok(target) => target
                .and_then(|target| target.listening(Listen::streams(ports.to)))
                .filter(|target| target.carries_streams()),
            Err(Unnamed::Unknown) => return Err(invalid_key("host name not found")),
            Err(Unnamed::Malformed) => return Err(invalid_key("neither a name nor a destination")),
        };
        match target.filter(|target| !target.control.is_gone()) {
            None => Err(unreachable("lease set not found")),
            Some(target) if Arc::ptr_eq(&source, &target) => {
                Err(unreachable("a session cannot connect to itself"))
            }
            Some(target) => Parked::new(self, socket, [source, target], ports),
        }
    }

    /// The session whose destination a name stands for, if it is here.
    pub(super) fn find(&self, name: &[u8]) -> Result<Option<Arc<Session>>, Unnamed> {
        Ok(match naming::resolve(name, &self.host_names)? {
            Named::Hash(hash) => self.published(hash),
            Named::Encrypted(address) => self.encrypted(&address),
            Named::Destination(destination) => {
                naming::hash(&destination).and_then(|hash| self.published(hash))
            }
        })
    }

    /// The destination, in base64, that a name stands for.
    pub(super) fn look_up(&self, name: &[u8]) -> Result<Arc<str>, ResultCode> {
        match naming::resolve(name, &self.host_names) {
            Ok(Named::Destination(destination)) => Ok(destination),
            Ok(Named::Hash(hash)) => destination_of(self.published(hash)),
            Ok(Named::Encrypted(address)) => destination_of(self.encrypted(&address)),
            Err(Unnamed::Unknown) => Err(ResultCode::KeyNotFound),
            Err(Unnamed::Malformed) => Err(ResultCode::InvalidKey),
        }
    }

    /// Who is ME to clients without a session.
    pub(super) fn everybodys_destination(&self) -> Result<Arc<str>, ResultCode> {
        let personality = self.settings.personality;
        if !personality.shares_me() {
            return Err(ResultCode::KeyNotFound);
        }
        if let Some(nameless) = self.by_id(b"") {
            return Ok(Arc::clone(&nameless.destination));
        }
        let mut everybodys = lock(&self.everybodys);
        if everybodys.is_none() {
            let key = keys::generate(&self.chance, SignatureType::ED25519);
            let key = key.map_err(|status| status.code())?;
            *everybodys = Some(key.destination().to_string().into());
        }
        everybodys.clone().ok_or(ResultCode::KeyNotFound)
    }

    /// The options in the lease set of a destination, if there is one.
    pub(super) fn lease_set_options(&self, destination: &str) -> Option<&[(String, String)]> {
        let hash = naming::hash(destination)?;
        match self.lease_sets.get(&hash) {
            Some(options) => Some(options),
            None => self.by_hash(hash).map(|_| &[][..]),
        }
    }

    /// Ends a session with all that belongs to it.
    fn end(&self, session: &Arc<Session>) {
        let is_this =
            |other: Option<&Arc<Session>>| other.is_some_and(|other| Arc::ptr_eq(other, session));
        let mut sessions = lock(&self.sessions);
        if is_this(sessions.by_id.get(&session.id)) {
            sessions.by_id.remove(&session.id);
        }
        if is_this(sessions.by_hash.get(&session.hash)) {
            sessions.by_hash.remove(&session.hash);
        }
        drop(sessions);
        session.group.close();
        let inside = session.subsessions.as_ref().map(Subsessions::drain);
        for subsession in inside.into_iter().flatten() {
            self.end(&subsession);
        }
    }

    /// Adds a session to a PRIMARY one.
    fn add(
        &self,
        primary: &Session,
        id: Vec<u8>,
        carries: Carries,
        listen: Listen,
    ) -> Result<(), Status<'static>> {
        let inside = primary.subsessions.as_ref();
        let inside = inside.ok_or(refusal("Not a PRIMARY session"))?;
        let session = Arc::new(primary.inside(id, carries));
        let mut sessions = lock(&self.sessions);
        if sessions.by_id.contains_key(&session.id) {
            return Err(refusal("Duplicate ID"));
        }
        if !inside.add(listen, &session) {
            return Err(refusal("Duplicate protocol and port"));
        }
        let id = session.id.clone();
        sessions.by_id.insert(id, Arc::clone(&session));
        drop(sessions);
        // Whoever wanted its ID or destination may have ended the primary one meanwhile.
        if primary.group.is_closed() {
            self.end(&session);
        }
        Ok(())
    }

    pub(super) fn by_id(&self, id: &[u8]) -> Option<Arc<Session>> {
        lock(&self.sessions).by_id.get(id).cloned()
    }

    /// The session whose lease set stands under this hash.
    fn published(&self, hash: DestinationHash) -> Option<Arc<Session>> {
        self.by_hash(hash)
            .filter(|session| session.encrypted.is_none())
    }

    /// The session whose encrypted lease set is found with the key of this address.
    ///
    /// What else the address says a peer needs is not asked for: nothing is encrypted here.
    fn encrypted(&self, address: &EncryptedAddress) -> Option<Arc<Session>> {
        let sessions = lock(&self.sessions);
        let mut sessions = sessions.by_hash.values();
        let is_meant = |session: &&Arc<Session>| {
            let own = session.encrypted.as_ref();
            own.is_some_and(|own| own.key() == address.key())
        };
        sessions.find(is_meant).cloned()
    }

    fn by_hash(&self, hash: DestinationHash) -> Option<Arc<Session>> {
        lock(&self.sessions).by_hash.get(&hash).cloned()
    }
}

impl OpenSession {
    /// The session's own destination, in base64.
    pub(super) fn destination(&self) -> &Arc<str> {
        &self.session.destination
    }

    pub(super) const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Adds a session, if this is a PRIMARY one.
    pub(super) fn add(
        &self,
        id: Vec<u8>,
        carries: Carries,
        listen: Listen,
    ) -> Result<(), Status<'static>> {
        self.hub.add(&self.session, id, carries, listen)
    }

    /// Ends a session inside this one.
    pub(super) fn remove(&self, id: &[u8]) -> Result<(), Status<'static>> {
        let inside = self.session.subsessions.as_ref();
        let inside = inside.ok_or(refusal("Not a PRIMARY session"))?;
        let removed = inside.remove(id).ok_or(refusal("ID not found"))?;
        self.hub.end(&removed);
        Ok(())
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        self.hub.end(&self.session);
    }
}

fn destination_of(session: Option<Arc<Session>>) -> Result<Arc<str>, ResultCode> {
    let session = session.ok_or(ResultCode::KeyNotFound)?;
    Ok(Arc::clone(&session.destination))
}

fn invalid_key(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::InvalidKey).with_message(message)
}

fn refusal(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::I2pError).with_message(message)
}

fn unreachable(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::CantReachPeer).with_message(message)
}
