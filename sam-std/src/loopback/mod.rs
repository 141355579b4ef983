//! A SAM bridge without an I2P router.
//!
//! [`LoopbackBridge`] speaks SAM v3 on a TCP port of this machine and connects its own sessions
//! with each other, in memory. So a program that speaks SAM, in any language, runs and is tested
//! where there is no router, and without waiting for tunnels.
//!
//! **It is not I2P.** It gives no anonymity: nothing is encrypted and nothing is signed. Of its
//! keys, those for Ed25519 are real, the others are random bytes in the right order. And it reaches nobody else: its sessions find each other
//! and the host names given to it at the start, and that is all. For the same reason it listens on
//! `127.0.0.1` only, and streams and datagrams are forwarded to nobody but the client itself.
//!
//! ```
//! use std::io::{BufRead, BufReader, Write};
//! use std::net::TcpStream;
//!
//! use sam_std::loopback::LoopbackBridge;
//!
//! let bridge = LoopbackBridge::start()?;
//! let mut client = TcpStream::connect(bridge.addr())?;
//! client.write_all(b"HELLO VERSION MIN=3.1 MAX=3.3\n")?;
//! let mut reply = String::new();
//! BufReader::new(&client).read_line(&mut reply)?;
//! assert_eq!(reply, "HELLO REPLY RESULT=OK VERSION=3.3\n");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What it speaks
//! SAM 3.0 to 3.3: `HELLO`, `PING`, `QUIT`, `HELP`, `AUTH`, `SESSION CREATE` of the styles `STREAM`,
//! `DATAGRAM`, `DATAGRAM2`, `DATAGRAM3`, `RAW`, `PRIMARY` and `MASTER`, `SESSION ADD` of all but the
//! last two and `SESSION REMOVE`, `STREAM CONNECT`, `ACCEPT` and `FORWARD`, `NAMING LOOKUP` of host
//! names, b32 and b33 addresses, destinations and `ME`, `DEST GENERATE`; datagrams by UDP and on
//! control sockets. A session with `i2cp.leaseSetType=5` is found by its b33 address alone. A private
//! key with an offline signature that is forged or has expired is an `INVALID_KEY`. Unlike some
//! routers it reads what a client sends ahead of an answer, passes half-closed streams on, and answers
//! PING at any moment: test against a real router as well.
//!
//! With a [`Personality`] it hears and speaks like one router: it takes lines apart as that does, knows
//! its commands, checks them in its order, answers in its words, and closes, drops or is silent where
//! it is. That holds for what recordings and 45 vectors know; what tunnels and lost datagrams do to a
//! client is not imitated. Memory that i2pd sends in place of payload that came in one segment with
//! CONNECT is not sent, the payload is dropped; where i2pd wedges or spins, the socket stays open,
//! and silent; where it would die of a signature type, the socket is closed.
//!
//! Streams wait 10 seconds for an ACCEPT, up to 50 of them for each session. A session, with
//! everything that belongs to it, ends when its control socket is closed. There is a thread for
//! each socket, and so a limit: 8192 clients at a time.

mod acceptor;
mod chance;
mod client;
mod connector;
mod datagrams;
mod door;
mod forward;
mod group;
mod hub;
mod keys;
mod lines;
mod listener;
mod lock;
mod naming;
mod personality;
mod redacted;
mod session;
mod slot;
mod socket;
mod stream;
mod subsessions;
mod threads;
mod transcript;
mod users;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sam_core::key::{Destination, HostName};

pub use personality::{Personality, UnknownPersonality};

use chance::Chance;
use door::Door;
use hub::{Hub, Settings};
use listener::Listener;
use naming::{HostNames, LeaseSets};
use transcript::Transcript;
use users::Users;

#[cfg(feature = "tls")]
use crate::tls::{Server, TlsError};

/// A SAM bridge without an I2P router, running in threads of its own; see [the module](self).
///
/// It stops when it is dropped: the port is closed, so are all sockets, and no thread is left.
pub struct LoopbackBridge {
    listener: Listener,
}

/// How a [`LoopbackBridge`] is to be.
#[derive(Clone, Debug)]
pub struct Builder {
    port: u16,
    door: Door,
    udp_port: u16,
    host_names: HostNames,
    lease_sets: LeaseSets,
    users: Users,
    seed: Option<u64>,
    transcript: Option<PathBuf>,
    settings: Settings,
}

impl LoopbackBridge {
    /// Starts a bridge on a free port of `127.0.0.1`.
    ///
    /// # Errors
    /// Those of listening and of starting a thread.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// A bridge with other settings.
    pub fn builder() -> Builder {
        Builder {
            port: 0,
            door: Door::default(),
            udp_port: 0,
            host_names: HostNames::new(),
            lease_sets: LeaseSets::new(),
            users: Users::default(),
            seed: None,
            transcript: None,
            settings: Settings {
                personality: Personality::default(),
                peer_line_with_first_data: false,
                hello_timeout: Duration::from_secs(60),
                backlog_timeout: Duration::from_secs(10),
            },
        }
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.listener.addr()
    }

    /// Where it takes datagrams by UDP, and where those come from that it forwards.
    pub const fn udp_addr(&self) -> SocketAddr {
        self.listener.udp_addr()
    }

    /// Stops listening, closes all sockets and waits for all threads.
    pub fn stop(self) {}
}

impl fmt::Debug for LoopbackBridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoopbackBridge({})", self.addr())
    }
}

impl Builder {
    /// Listens on this port; 0, the default, is any that is free. Routers use 7656.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Lets clients in through TLS only, with this certificate, those that lead to its CA, and its
    /// private key, all in PEM. Datagrams still come in clear.
    ///
    /// # Errors
    /// [`TlsError::NoCertificate`] if they are none, or the key is that of another certificate.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        self.door = Door::Tls(Server::new(certificates, key)?);
        Ok(self)
    }

    /// Takes datagrams at this UDP port; 0, the default, is any that is free. Routers use 7655.
    #[must_use]
    pub const fn udp_port(mut self, port: u16) -> Self {
        self.udp_port = port;
        self
    }

    /// Behaves like this router.
    #[must_use]
    pub const fn personality(mut self, personality: Personality) -> Self {
        self.settings.personality = personality;
        self
    }

    /// Gives a destination a host name.
    ///
    /// Whoever creates a session with its private key can be reached by that name; see
    /// [`PrivateKey::destination`](sam_core::PrivateKey::destination).
    #[must_use]
    pub fn host_name<B: AsRef<[u8]>>(
        mut self,
        name: HostName,
        destination: &Destination<B>,
    ) -> Self {
        let destination = destination.to_string().into();
        self.host_names.insert(name, destination);
        self
    }

    /// Puts an option, such as a service record, into the lease set of a destination, which is
    /// found even without a session then; see [`LeaseSetOptions`](sam_core::LeaseSetOptions).
    #[must_use]
    pub fn lease_set_option<B: AsRef<[u8]>>(
        mut self,
        destination: &Destination<B>,
        key: &str,
        value: &str,
    ) -> Self {
        let options = self.lease_sets.entry(destination.hash()).or_default();
        options.push((key.into(), value.into()));
        self
    }

    /// Lets those clients talk that give this name and this password, and others like it.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.users.require(name, password);
        self
    }

    /// Sends the line that tells an acceptor who its peer is in one segment with the first bytes
    /// of that peer, for which it waits up to 50 milliseconds. Default: no.
    ///
    /// Real routers do so now and then, and programs that read the line carelessly lose bytes.
    #[must_use]
    pub const fn peer_line_with_first_data(mut self, together: bool) -> Self {
        self.settings.peer_line_with_first_data = together;
        self
    }

    /// How long a client may take to say HELLO. Default: 60 seconds.
    #[must_use]
    pub const fn hello_timeout(mut self, time: Duration) -> Self {
        self.settings.hello_timeout = time;
        self
    }

    /// How long a stream waits for an ACCEPT before it is closed. Default: 10 seconds.
    #[must_use]
    pub const fn backlog_timeout(mut self, time: Duration) -> Self {
        self.settings.backlog_timeout = time;
        self
    }

    /// Makes the bridge repeatable: with the same seed, the first keys it is asked for are the same
    /// in each run, so are the second ones, and so on. Nothing else in it is left to chance.
    ///
    /// Everybody can have these private keys, so they are for tests only.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Records what clients and bridge say to each other in this file, in place of what it holds.
    ///
    /// It is text, an event a line, and complete up to the last event at any time: `A-> line` was
    /// said by client A, `A<- line` to it, `A=>` and `A<=` stand before the bytes of its streams in
    /// hexadecimal, `@A close` and `A!! eof` tell that the client or the bridge has ended it. A
    /// letter is given to another socket when it is free again; when 52 sockets are open, others
    /// are left out, with a note. So are the connections that a FORWARD makes.
    ///
    /// **It shows who talks to whom, and all that streams carry.** Private keys and passwords in
    /// lines are replaced by others that are none. Only the owner of the file can read it (mode
    /// 0600).
    #[must_use]
    pub fn transcript(mut self, file: impl Into<PathBuf>) -> Self {
        self.transcript = Some(file.into());
        self
    }

    /// Starts the bridge.
    ///
    /// # Errors
    /// Those of listening, [`io::ErrorKind::AddrInUse`] among them, of starting a thread, of the
    /// system's random numbers, and of the transcript's file.
    pub fn start(self) -> io::Result<LoopbackBridge> {
        let chance = Chance::new(self.seed)?;
        let udp = datagrams::bind(self.udp_port)?;
        let transcript = match &self.transcript {
            Some(file) => Some(Transcript::create(file).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", file.display()))
            })?),
            None => None,
        };
        let hub = Hub::new(
            self.settings,
            self.host_names,
            self.lease_sets,
            self.users,
            chance,
            transcript,
            udp,
        );
        let listener = Listener::start(self.port, self.door, Arc::new(hub))?;
        Ok(LoopbackBridge { listener })
    }
}
