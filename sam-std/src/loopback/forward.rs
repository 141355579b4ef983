//! STREAM FORWARD: a server that is dialled for each peer.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use sam_core::operand::Host;
use sam_core::{Peer, ResultCode, Status, Version, Writer};

use super::group::Membership;
use super::session::Session;
use super::socket::Socket;
use super::transcript::Track;

/// How long dialling may take: it stays on this machine.
const DIAL_TIME: Duration = Duration::from_secs(3);

/// Bytes of the longest peer line.
const PEER_LINE_BYTES: usize = 16 * 1024;

/// Where the streams of a session are forwarded to.
pub(super) struct Forward {
    /// The client that asked for it, which ends it by closing this socket.
    pub(super) control: Arc<Socket>,
    pub(super) server: SocketAddr,
    pub(super) silent: bool,
    pub(super) version: Option<Version>,
}

/// A forward that goes on as long as this lives.
pub(super) struct Forwarding {
    session: Arc<Session>,
    forward: Arc<Forward>,
    _membership: Membership,
}

impl Forward {
    /// The address a client may have dialled: its own, of which one on this machine has several.
    ///
    /// This bridge dials nobody else, or it would carry programs past the rules of a network.
    pub(super) fn server_ip(
        client: IpAddr,
        host: Option<Host<'_>>,
    ) -> Result<IpAddr, Status<'static>> {
        let host = match host {
            None => client,
            Some(Host::Ip(ip)) => ip,
            Some(Host::Text(name)) if name == "localhost" && client.is_loopback() => client,
            Some(Host::Text(_)) => return Err(refusal("HOST is not an IP address")),
        };
        if host == client || (client.is_loopback() && is_here(host)) {
            Ok(host)
        } else {
            Err(refusal("HOST is not the client's own address"))
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.control.is_gone()
    }

    /// Dials the server, and tells it who its peer is unless that is to be left out.
    pub(super) fn dial(&self, peer: Peer<'_>, first: &[u8]) -> io::Result<Socket> {
        let stream = TcpStream::connect_timeout(&self.server, DIAL_TIME)?;
        let socket = Socket::new(stream, Track::default())?;
        let mut buffer = vec![0; PEER_LINE_BYTES];
        let mut line = Writer::new(&mut buffer);
        if !self.silent {
            let version = self.version.unwrap_or(Version::V3_0);
            let told = peer.in_version(version).encode(&mut line);
            told.map_err(io::Error::other)?;
        }
        socket.write_all(&[line.written(), first].concat(), None)?;
        Ok(socket)
    }
}

impl Forwarding {
    pub(super) fn start(session: Arc<Session>, forward: Forward) -> Result<Self, Status<'static>> {
        let membership = session.group.join(&forward.control);
        let forwarding = Self {
            _membership: membership.ok_or(Status::new(ResultCode::InvalidId))?,
            forward: Arc::new(forward),
            session,
        };
        forwarding.session.forward(&forwarding.forward)?;
        Ok(forwarding)
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        self.session.end_forward(&self.forward);
    }
}

fn refusal(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::I2pError).with_message(message)
}

/// Whether an address is one of this machine's: nothing else can be listened at.
fn is_here(ip: IpAddr) -> bool {
    !ip.is_unspecified() && TcpListener::bind((ip, 0)).is_ok()
}
