//! The private network: a router for boards, which can be killed, and a peer on another one.

use std::io;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::{
    Address, DatagramSocket, Datagrams, Endpoint, PrivateKey, Router, Session, SessionBuilder,
    Stream, TunnelOptions,
};

/// How long real routers may take for what a bridge does at once.
///
/// After a router was killed, a floodfill that has not heard of its sessions' new tunnels names
/// those of before, until that leaseset ends: ten minutes, and some more for a call.
pub(crate) const PATIENCE: Duration = Duration::from_secs(720);

/// After so long without a byte a peer calls again.
const SILENCE: Duration = Duration::from_secs(20);

/// The SAM port of the router that boards use.
pub(crate) fn port_for_boards() -> u16 {
    ports()[0]
}

/// A peer on the other router, with a destination that this one holds ready.
pub(crate) fn peer(number: usize) -> Session {
    builder(&key(number)).create().unwrap()
}

/// The same for datagrams, on which no read lasts for ever.
pub(crate) fn datagram_peer(number: usize) -> DatagramSocket {
    let repliable = Datagrams::repliable();
    let peer = builder(&key(number)).create_datagrams(repliable).unwrap();
    peer.set_read_timeout(Some(PATIENCE)).unwrap();
    peer
}

fn key(number: usize) -> PrivateKey {
    let path = std::env::var("I2P_TESTNET_WARM").expect("the private network has keys ready");
    let keys: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).expect("a JSON file");
    let key = keys[ports()[1].to_string()][number]["priv"].as_str();
    let key = key.expect("enough keys").as_bytes();
    PrivateKey::from_base64(key, vec![0; 1024].into()).unwrap()
}

fn builder(key: &PrivateKey) -> SessionBuilder<'_> {
    let tunnels = TunnelOptions {
        length: Some(0),
        quantity: Some(1),
    };
    let [_, port, ..] = *ports() else {
        panic!("two routers")
    };
    // i2pd takes datagrams one port below.
    let udp = Endpoint::new("127.0.0.1", port - 1);
    let router = Router::new(&format!("127.0.0.1:{port}")).unwrap();
    Session::builder(&router.with_udp(udp))
        .key(key)
        .inbound(tunnels)
        .outbound(tunnels)
}

/// Calls a board and talks to it, all over again until that works.
///
/// i2pd says that a stream is there before the other end has heard of it, so one that leads into
/// tunnels of before, or to a destination that is not known everywhere yet, is just silent.
#[track_caller]
pub(crate) fn call<T>(
    peer: &Session,
    address: &Address,
    talk: impl Fn(&Stream) -> io::Result<T>,
) -> T {
    let began = Instant::now();
    loop {
        let talked = peer.connect(address).map_err(io::Error::other);
        let talked = talked.and_then(|stream| {
            stream.set_read_timeout(Some(SILENCE))?;
            talk(&stream)
        });
        match talked {
            Ok(heard) => {
                println!("called after {} s", began.elapsed().as_secs());
                return heard;
            }
            Err(error) if began.elapsed() > PATIENCE => panic!("{error}"),
            Err(_) => thread::sleep(Duration::from_millis(500)),
        }
    }
}

/// A router that is killed and starts again when this is dropped, whatever a test comes to.
pub(crate) struct Outage(());

impl Outage {
    /// Kills the router of the boards.
    pub(crate) fn begin() -> Self {
        testnet("kill");
        Self(())
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        testnet("revive");
    }
}

fn testnet(action: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testnet/testnet.py");
    let directory = std::env::var("I2P_TESTNET_DIR").expect("the private network runs");
    let done = Command::new("python3")
        .arg(script)
        .args([action, "--dir", &directory])
        .args(["--at", &port_for_boards().to_string()])
        .status()
        .unwrap();
    assert!(done.success(), "{action}: {done}");
}

fn ports() -> Vec<u16> {
    let ports = std::env::var("I2P_TESTNET_SAM").expect("the private network runs");
    ports.split(',').map(|port| port.parse().unwrap()).collect()
}
