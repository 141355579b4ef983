//! One client: its requests, and what it has become by them.

use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sam_core::bridge::Request;
use sam_core::command::{
    DatagramParameters, SessionAdd, SessionCreate, StreamConnect, StreamForward,
};
use sam_core::types::SignatureType;
use sam_core::value::{Secret, Value};
use sam_core::{LeaseSetOptions, Reply, ResultCode, SessionKey, Status, Style};
use zeroize::Zeroizing;

use super::acceptor::Acceptor;
use super::connector::Parked;
use super::datagrams::{self, Inbox, Receiver};
use super::forward::{Forward, Forwarding};
use super::hub::{Hub, OpenSession};
use super::keys;
use super::lines::Lines;
use super::lock::lock;
use super::naming;
use super::session::Carries;
use super::socket::Socket;
use super::subsessions::Listen;

/// A client in line mode.
pub(super) struct Client {
    hub: Arc<Hub>,
    lines: Lines,
    role: Role,
}

/// What ends when the client closes its socket.
enum Role {
    Utility,
    Session(OpenSession),
    Forward { _forwarding: Forwarding },
}

type PrivateText = Zeroizing<Vec<u8>>;

impl Client {
    pub(super) fn new(hub: Arc<Hub>, socket: Arc<Socket>) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::new(socket, Arc::clone(&hub))?,
            hub,
            role: Role::Utility,
        })
    }

    /// Serves the client to its end.
    pub(super) fn serve(mut self) -> io::Result<()> {
        let patience = self.hub.settings.hello_timeout;
        self.lines.socket().admit(patience)?;
        while let Some(line) = self.lines.next()? {
            match self.lines.request(line)? {
                Request::Greet(hello) => {
                    let status = lock(&self.hub.users).admit(&hello);
                    self.lines.answer(&Reply::Hello {
                        status,
                        version: None,
                    })?;
                }
                Request::Auth(auth) => {
                    let status = lock(&self.hub.users).change(&auth);
                    self.lines.answer(&Reply::Other {
                        verb: b"AUTH",
                        status,
                    })?;
                }
                Request::Lookup(lookup) => {
                    let name = naming::text(lookup.name);
                    self.look_up(&name, lookup.options)?;
                }
                Request::Generate(signature_type) => self.generate(signature_type)?,
                _ if matches!(self.role, Role::Forward { .. }) => {
                    self.lines.refuse(refusal("this connection forwards"))?;
                }
                Request::Create(create) => match self.open(&create) {
                    Ok((session, private)) => {
                        self.role = Role::Session(session);
                        self.lines.answer(&Reply::Session {
                            status: Status::OK,
                            destination: Some(Secret::new(Value::new(&private))),
                            id: None,
                        })?;
                    }
                    Err(status) => self.lines.refuse(status)?,
                },
                Request::Add(add) => {
                    let id = bytes(add.id);
                    let added = self.add(&add);
                    self.tell(&id, added)?;
                }
                Request::Remove(id) => {
                    let id = bytes(id);
                    let removed = self.primary().and_then(|primary| primary.remove(&id));
                    self.tell(&id, removed)?;
                }
                Request::Forward(forward) => match self.forward(&forward) {
                    Ok(forwarding) => {
                        self.role = Role::Forward {
                            _forwarding: forwarding,
                        };
                        self.lines.answer(&Reply::Stream(Status::OK))?;
                    }
                    Err(status) => self.lines.refuse(status)?,
                },
                Request::Connect(connect) => match self.connect(&connect) {
                    Ok(parked) => {
                        self.lines.answer(&Reply::Stream(Status::OK))?;
                        parked.serve(&self.hub, self.lines.into_unread());
                        return Ok(());
                    }
                    Err(status) => self.lines.refuse(status)?,
                },
                Request::Accept(accept) => match self.hub.session(&bytes(accept.id)) {
                    Ok(session) => return Acceptor::serve(&session, self.lines),
                    Err(status) => self.lines.refuse(status)?,
                },
                Request::Send(send) => {
                    let (is_raw, ports, protocol) = (send.is_raw, send.ports, send.protocol);
                    let name = naming::text(send.destination);
                    let payload = self.lines.payload(datagrams::MAX_LEN)?;
                    if let (Role::Session(session), Some(payload)) = (&self.role, payload) {
                        let source = session.session();
                        datagrams::send(
                            &self.hub, source, is_raw, &name, ports, protocol, &payload,
                        );
                    }
                }
                _ => self.lines.refuse(refusal("unsupported command"))?,
            }
        }
        // Before what belongs to it.
        self.lines.socket().track().is_over();
        Ok(())
    }

    fn look_up(&mut self, name: &[u8], wants_options: bool) -> io::Result<()> {
        let found = match &self.role {
            Role::Session(session) if name == b"ME" => Ok(Arc::clone(session.destination())),
            _ if name == b"ME" => self.hub.everybodys_destination(),
            _ => self.hub.look_up(name),
        };
        let told = found.and_then(|destination| {
            if !wants_options {
                return Ok((destination, &[][..]));
            }
            match self.hub.lease_set_options(&destination) {
                Some(options) => Ok((destination, options)),
                None => Err(ResultCode::LeasesetNotFound),
            }
        });
        let (status, destination, options) = match told {
            Ok((destination, options)) => (Status::OK, Some(destination), options),
            Err(code) => (Status::new(code), None, &[][..]),
        };
        let options: Vec<_> = options
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        self.lines.answer(&Reply::Naming {
            status,
            name: Some(Value::new(name)),
            value: destination.as_deref().map(Value::from),
            options: LeaseSetOptions::new(&options),
        })
    }

    fn generate(&mut self, signature_type: Option<SignatureType>) -> io::Result<()> {
        match keys::generate(&self.hub.chance, self.signature_type(signature_type)) {
            Ok(key) => self.lines.answer(&Reply::Dest {
                public: Value::from(&*key.destination().to_string()),
                private: Secret::new(Value::new(&keys::text(&key))),
            }),
            Err(status) => self.lines.answer(&Reply::DestRefused(status)),
        }
    }

    fn open(
        &self,
        create: &SessionCreate<'_>,
    ) -> Result<(OpenSession, PrivateText), Status<'static>> {
        if create.id.is_empty() && !self.hub.settings.personality.takes_empty_ids() {
            return Err(refusal("ID not specified"));
        }
        let carries = match create.style {
            Style::Stream => Carries::Streams,
            Style::Datagram | Style::Datagram2 | Style::Datagram3 | Style::Raw => {
                Carries::Datagrams(self.inbox(create.style, create.datagrams)?)
            }
            Style::Primary | Style::Master if create.datagrams == DatagramParameters::default() => {
                Carries::Subsessions
            }
            Style::Primary | Style::Master => {
                return Err(refusal("PRIMARY takes no ports, addresses or protocols"));
            }
            _ => return Err(refusal("Unrecognized SESSION STYLE")),
        };
        let key = match create.key {
            SessionKey::Transient(wanted) => {
                keys::generate(&self.hub.chance, self.signature_type(wanted))?
            }
            SessionKey::Text(text) => keys::read(text.expose(), self.time_to_check())?,
            SessionKey::Binary(_) => return Err(Status::new(ResultCode::InvalidKey)),
        };
        let id = bytes(create.id);
        let is_encrypted = wants_encrypted_lease_set(create);
        let control = self.lines.socket();
        let session = self.hub.create(id, &key, is_encrypted, control, carries)?;
        Ok((session, keys::text(&key)))
    }

    fn primary(&self) -> Result<&OpenSession, Status<'static>> {
        match &self.role {
            Role::Session(session) => Ok(session),
            _ => Err(refusal("Not a PRIMARY session")),
        }
    }

    fn add(&self, add: &SessionAdd<'_>) -> Result<(), Status<'static>> {
        let primary = self.primary()?;
        if add.id.is_empty() {
            return Err(refusal("ID not specified"));
        }
        let (carries, protocol) = match add.style {
            Style::Stream => (Carries::Streams, 0),
            Style::Datagram | Style::Datagram2 | Style::Datagram3 | Style::Raw => {
                let inbox = self.inbox(add.style, add.datagrams)?;
                let protocol = inbox.protocol();
                (Carries::Datagrams(inbox), protocol)
            }
            _ => return Err(refusal("Unrecognized SESSION STYLE")),
        };
        primary.add(bytes(add.id), carries, Listen::asked(add, protocol)?)
    }

    /// Answers SESSION ADD and SESSION REMOVE.
    fn tell(&mut self, id: &[u8], done: Result<(), Status<'static>>) -> io::Result<()> {
        let id = Some(Value::new(id)).filter(|id| !id.is_empty());
        self.lines.answer(&Reply::Session {
            status: done.err().unwrap_or(Status::OK),
            destination: None,
            id,
        })
    }

    fn inbox(
        &self,
        style: Style,
        wanted: DatagramParameters<'_>,
    ) -> Result<Inbox, Status<'static>> {
        let receiver = match wanted.port {
            Some(port @ 1..) => {
                let client = self.lines.socket().peer_ip();
                let client = client.map_err(|_| refusal("no address"))?;
                Receiver::Udp((Forward::server_ip(client, wanted.host)?, port).into())
            }
            Some(0) => return Err(refusal("PORT is out of range")),
            None => Receiver::Control,
        };
        Inbox::new(style, wanted, receiver, self.lines.datagram_version())
    }

    fn connect(&self, connect: &StreamConnect<'_>) -> Result<Parked, Status<'static>> {
        let id = bytes(connect.id);
        let name = naming::text(connect.destination);
        let ports = connect.ports.unwrap_or_default();
        self.hub.connect(self.lines.socket(), &id, &name, ports)
    }

    fn forward(&self, forward: &StreamForward<'_>) -> Result<Forwarding, Status<'static>> {
        if forward.ssl {
            return Err(refusal("this bridge does not dial with TLS"));
        }
        let session = self.hub.session(&bytes(forward.id))?;
        let control = self.lines.socket();
        let client = control.peer_ip().map_err(|_| refusal("no address"))?;
        let server = Forward {
            control: Arc::clone(control),
            server: (Forward::server_ip(client, forward.host)?, forward.port).into(),
            silent: forward.silent,
            version: self.lines.stream_version(),
        };
        Forwarding::start(session, server)
    }

    /// The time, if keys that have expired are to be refused.
    fn time_to_check(&self) -> Option<u64> {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = since_1970.map_or(0, |time| time.as_secs());
        let refuses = self.hub.settings.personality.refuses_expired_keys();
        refuses.then_some(now)
    }

    fn signature_type(&self, wanted: Option<SignatureType>) -> SignatureType {
        wanted.unwrap_or(self.hub.settings.personality.signature_type())
    }
}

/// Whether the options ask for a lease set that only the key of a b33 address opens.
fn wants_encrypted_lease_set(create: &SessionCreate<'_>) -> bool {
    let mut wants = false;
    let _ = create.options.each(&mut |key, value| {
        wants |= key == b"i2cp.leaseSetType" && value.as_bytes() == Some(b"5");
        Ok(())
    });
    wants
}

fn bytes(value: Value<'_>) -> Vec<u8> {
    value.bytes().collect()
}

fn refusal(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::I2pError).with_message(message)
}
