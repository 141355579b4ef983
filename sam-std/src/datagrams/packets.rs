//! UDP packets to the router and from it, and from nobody else.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use sam_core::error::Usage;

use super::settings::Datagrams;
use crate::dial::Dial;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::router::Router;
use crate::session::Wake;

/// More than any UDP packet has.
const PACKET_LEN: usize = 64 * 1024;

/// A UDP socket that takes packets from one address only.
///
/// Not connected, so that packets of others are seen, and counted.
pub(super) struct Packets {
    socket: UdpSocket,
    here: SocketAddr,
    router: SocketAddr,
    foreign: AtomicU64,
    /// Buffers nobody uses just now: as many as were used at once.
    buffers: Mutex<Vec<Box<[u8]>>>,
}

impl Packets {
    /// Binds a socket the router can send to, if its UDP address is known.
    pub(super) fn towards<D: Dial>(router: &Router<D>, settings: Datagrams) -> Result<Self> {
        Self::bind(router.udp().ok_or(Usage::NotNow)?, settings.local)
    }

    fn bind(router: &Endpoint, local: Option<SocketAddr>) -> Result<Self> {
        let router = resolve(router, local)?;
        let wanted = local.unwrap_or((unspecified(router), 0).into());
        let ip = match wanted.ip() {
            ip if ip.is_unspecified() => ip_towards(router)?,
            ip => ip,
        };
        let socket = UdpSocket::bind((ip, wanted.port()))?;
        let here = socket.local_addr()?;
        Ok(Self {
            socket,
            here,
            router,
            foreign: AtomicU64::new(0),
            buffers: Mutex::default(),
        })
    }

    pub(super) const fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    pub(super) const fn local_addr(&self) -> SocketAddr {
        self.here
    }

    /// How many packets came from elsewhere.
    pub(super) fn foreign(&self) -> u64 {
        self.foreign.load(Ordering::Relaxed)
    }

    /// Sends the packet that `fill` writes, of the length it returns.
    pub(super) fn send(&self, fill: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<()> {
        let mut buffer = self.take_buffer();
        let sent = fill(&mut buffer).and_then(|len| {
            let packet = buffer.get(..len).unwrap_or_default();
            Ok(self.socket.send_to(packet, self.router)?)
        });
        self.give_buffer(buffer);
        sent.map(drop)
    }

    /// Waits for a packet of the router's, and shows it to `read`.
    pub(super) fn recv<R>(
        &self,
        check_alive: impl Fn() -> Result<()>,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<R> {
        let mut buffer = self.take_buffer();
        let received = self.wait(&mut buffer, check_alive);
        let shown = received.map(|len| read(buffer.get(..len).unwrap_or_default()));
        self.give_buffer(buffer);
        shown
    }

    fn wait(&self, buffer: &mut [u8], check_alive: impl Fn() -> Result<()>) -> Result<usize> {
        let limit = self.socket.read_timeout()?;
        let end = limit.map(|limit| Instant::now() + limit);
        loop {
            // Whoever waits longer than this is woken by a packet.
            check_alive().inspect_err(|_| self.wake())?;
            match self.socket.recv_from(buffer) {
                Ok((len, from)) if from == self.router => return Ok(len),
                Ok((_, from)) if from == self.here => continue,
                Ok(_) => self.foreign.fetch_add(1, Ordering::Relaxed),
                Err(error) => match error.kind() {
                    // The latter is Windows speaking of a packet that a router did not take.
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionReset => continue,
                    _ => return Err(error.into()),
                },
            };
            if end.is_some_and(|end| Instant::now() >= end) {
                return Err(Error::TimedOut);
            }
        }
    }

    fn take_buffer(&self) -> Box<[u8]> {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let spare = buffers.pop();
        drop(buffers);
        spare.unwrap_or_else(|| vec![0; PACKET_LEN].into())
    }

    fn give_buffer(&self, buffer: Box<[u8]>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        buffers.push(buffer);
    }
}

/// Wakes one thread that waits, which wakes the next.
impl Wake for Packets {
    fn wake(&self) {
        // If there is no room for it, nobody waits.
        let _ = self.socket.send_to(&[], self.here);
    }
}

/// The router's address; of several, an IPv4 one, since routers listen on 127.0.0.1.
fn resolve(router: &Endpoint, local: Option<SocketAddr>) -> Result<SocketAddr> {
    let mut known = router.addresses()?;
    let wants_v4 = local.is_none_or(|local| local.is_ipv4());
    let first = known.next();
    let found = first
        .into_iter()
        .chain(known)
        .find(|address| address.is_ipv4() == wants_v4);
    found
        .or(first.filter(|_| local.is_none()))
        .ok_or_else(|| Error::Io(io::ErrorKind::AddrNotAvailable.into()))
}

const fn unspecified(like: SocketAddr) -> IpAddr {
    match like {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

/// This host's address on the way to the router. Nothing is sent.
fn ip_towards(router: SocketAddr) -> io::Result<IpAddr> {
    let probe = UdpSocket::bind((unspecified(router), 0))?;
    probe.connect(router)?;
    Ok(probe.local_addr()?.ip())
}
