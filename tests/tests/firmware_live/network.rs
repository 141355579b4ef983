//! The private network: a router for boards, which can be killed, and a peer on another one.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::{Address, PrivateKey, Router, Session, Stream, TunnelOptions};

/// How long real routers may take for what a bridge does at once; after a router was killed its
/// peers take two minutes until they look for its sessions' new tunnels.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The SAM port of the router that boards use.
pub(crate) fn port_for_boards() -> u16 {
    ports()[0]
}

/// A peer on the other router, with a destination that this one holds ready.
pub(crate) fn peer(number: usize) -> Session {
    let port = ports()[1];
    let path = std::env::var("I2P_TESTNET_WARM").expect("the private network has keys ready");
    let keys: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).expect("a JSON file");
    let key = keys[port.to_string()][number]["priv"].as_str();
    let key = key.expect("enough keys").as_bytes();
    let tunnels = TunnelOptions {
        length: Some(0),
        quantity: Some(1),
    };
    Session::builder(&Router::new(&format!("127.0.0.1:{port}")).unwrap())
        .key(&PrivateKey::from_base64(key, vec![0; 1024].into()).unwrap())
        .inbound(tunnels)
        .outbound(tunnels)
        .create()
        .unwrap()
}

/// A stream to a board, tried again until its destination is known everywhere.
#[track_caller]
pub(crate) fn stream_to(peer: &Session, address: &Address) -> Stream {
    let limit = Instant::now() + PATIENCE;
    let stream = loop {
        match peer.connect(address) {
            Ok(stream) => break stream,
            Err(error) if Instant::now() > limit => panic!("{error}"),
            Err(_) => thread::sleep(Duration::from_millis(500)),
        }
    };
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
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
