//! The private network of real routers, and those who use it from their own machines.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sam_std::{Address, Forwarding, PrivateKey, Router, Session, Stream, TunnelOptions};
use serde_json::Value;

/// The SAM port of the router that the device uses: on its own machine only, as it should be.
pub(crate) fn sam_port() -> SocketAddr {
    port(0)
}

/// Where that router takes datagrams.
pub(crate) fn datagram_port() -> SocketAddr {
    let mut port = sam_port();
    port.set_port(port.port() - 1);
    port
}

/// The same of another router, far away.
pub(crate) fn far_ports() -> (SocketAddr, SocketAddr) {
    let mut datagrams = port(1);
    datagrams.set_port(datagrams.port() - 1);
    (port(1), datagrams)
}

/// A peer on the other router.
pub(crate) fn peer() -> Session {
    let router = Router::new(&port(1).to_string()).unwrap();
    let key = Identity::fresh_far();
    let tunnels = TunnelOptions {
        length: Some(0),
        quantity: Some(1),
    };
    Session::builder(&router)
        .key(&key.private_key())
        .inbound(tunnels)
        .outbound(tunnels)
        .create()
        .unwrap()
}

/// Where a peer gets its callers, from now on.
///
/// Not by `accept`: i2pd 2.45.1 may name a caller that waited before it says that it accepts.
pub(crate) struct Callers {
    listener: TcpListener,
    _forwarding: Forwarding,
}

impl Callers {
    pub(crate) fn of(peer: &Session) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let forwarding = peer.forward(listener.local_addr().unwrap()).unwrap();
        Self {
            listener,
            _forwarding: forwarding,
        }
    }

    pub(crate) fn next(&self) -> Stream {
        Stream::from_forwarded(self.listener.accept().unwrap().0).unwrap()
    }
}

/// A destination that a router has ready, and nobody has used yet.
pub(crate) struct Identity {
    pub(crate) private: String,
    pub(crate) destination: String,
    pub(crate) address: Address,
}

impl Identity {
    /// One of the device's router.
    pub(crate) fn fresh() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self::ready(port(0), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// One of the other router.
    pub(crate) fn fresh_far() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self::ready(port(1), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn ready(router: SocketAddr, number: usize) -> Self {
        static KEYS: OnceLock<Value> = OnceLock::new();
        let keys = KEYS.get_or_init(|| {
            let path = std::env::var("I2P_TESTNET_WARM").expect("the network has keys ready");
            serde_json::from_slice(&std::fs::read(path).unwrap()).expect("a JSON file")
        });
        let key = &keys[router.port().to_string()][number];
        let text = |name: &str| key[name].as_str().expect("enough keys").to_owned();
        Self {
            private: text("priv"),
            destination: text("pub"),
            address: text("b32").parse().unwrap(),
        }
    }

    pub(crate) fn private_key(&self) -> PrivateKey {
        PrivateKey::from_base64(self.private.as_bytes(), vec![0; 1024].into()).unwrap()
    }
}

fn port(router: usize) -> SocketAddr {
    let ports = std::env::var("I2P_TESTNET_SAM").expect("the private network runs");
    let port = ports.split(',').nth(router).unwrap().parse().unwrap();
    (Ipv4Addr::LOCALHOST, port).into()
}
