//! Peers that the router brings to a listening socket.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sam_core::error::Usage;
use sam_core::{Forward, Forwarded};

use super::Session;
use crate::dial::{Dial, Transport};
use crate::error::{Error, Result};
use crate::forwarding::Forwarding;

impl<D: Dial> Session<D> {
    /// Has the router dial a listening socket of this program for each peer.
    ///
    /// Each connection starts with a line that names the peer; [`Stream::from_forwarded`](crate::Stream::from_forwarded) reads
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
}
