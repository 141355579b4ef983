//! Recordings, said once more to a bridge.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use sam_std::loopback::{LoopbackBridge, Personality};
use sam_tests::replay::replay;
use sam_tests::transcript::{Entry, Event, Happening, conversations, events};

/// Recordings that are not replayed, and why.
const EXCLUDED: [(&str, &str, &str); 3] = [
    (
        "i2pd-2.45.1",
        "datagram-control",
        "the first datagram is lost while its lease set is looked up",
    ),
    (
        "i2pd-2.59.0",
        "datagram-control",
        "the first datagram is lost while its lease set is looked up",
    ),
    (
        "java-i2p-2.8.0",
        "ping-pong",
        "an isolated router, whose stream ends after the peer's line",
    ),
];

/// A client that says lines and hears the answers.
struct Client(BufReader<TcpStream>);

impl Client {
    fn greeted(bridge: &LoopbackBridge) -> Self {
        let stream = TcpStream::connect(bridge.addr()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let mut client = Self(BufReader::new(stream));
        client.ask("HELLO VERSION MIN=3.1 MAX=3.3");
        client
    }

    fn session(bridge: &LoopbackBridge, id: &str) -> Self {
        let mut client = Self::greeted(bridge);
        client.ask(&format!(
            "SESSION CREATE STYLE=STREAM ID={id} DESTINATION=TRANSIENT SIGNATURE_TYPE=7"
        ));
        client
    }

    fn ask(&mut self, line: &str) -> String {
        self.0
            .get_mut()
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
        self.line()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

/// What the bridge records of a stream with four bytes each way.
fn a_stream() -> Vec<Event> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("stream.sam");
    let bridge = LoopbackBridge::builder().transcript(&file).start().unwrap();
    let mut server = Client::session(&bridge, "server");
    let _client = Client::session(&bridge, "client");
    let me = server.ask("NAMING LOOKUP NAME=ME");
    let destination = me.split_once("VALUE=").unwrap().1;
    let mut accepted = Client::greeted(&bridge);
    accepted.ask("STREAM ACCEPT ID=server");
    let mut connected = Client::greeted(&bridge);
    connected.ask(&format!(
        "STREAM CONNECT ID=client DESTINATION={destination}"
    ));
    accepted.line();
    connected.0.get_mut().write_all(b"PING").unwrap();
    accepted.0.read_exact(&mut [0; 4]).unwrap();
    accepted.0.get_mut().write_all(b"PONG").unwrap();
    connected.0.read_exact(&mut [0; 4]).unwrap();
    bridge.stop();
    let mut events = events("stream", &fs::read(&file).unwrap());
    // A bridge is not stopped by its clients.
    events.retain(|(_, happening)| *happening != Happening::Entry(Entry::Closed));
    events
}

#[test]
fn a_stream_is_said_once_more_with_other_keys() {
    let recorded = a_stream();
    assert!(recorded.len() > 20, "{recorded:?}");
    let bridge = LoopbackBridge::start().unwrap();
    assert_eq!(replay(&recorded, bridge.addr()), Ok(()));
}

#[test]
fn what_a_bridge_says_otherwise_is_told() {
    let ping = conversations("i2pd-2.45.1")
        .into_iter()
        .find(|(name, _)| name == "ping");
    let bridge = LoopbackBridge::start().unwrap();
    let difference = replay(&ping.unwrap().1, bridge.addr()).unwrap_err();
    assert!(difference.contains("VERSION=3.1"), "{difference}");
    assert!(difference.contains("VERSION=3.3"), "{difference}");
}

/// Replays all recordings of a router but the excluded ones, and returns how many there were.
fn replay_all(personality: Personality, router: &str) -> usize {
    let mut conversations = conversations(router);
    for (_, name, reason) in EXCLUDED.iter().filter(|excluded| excluded.0 == router) {
        let all = conversations.len();
        conversations.retain(|(other, _)| other != name);
        assert_eq!(
            conversations.len(),
            all - 1,
            "{name}, not replayed: {reason}"
        );
    }
    let replay_one = |(name, events): &(String, Vec<Event>)| {
        let bridge = LoopbackBridge::builder().personality(personality).start();
        let difference = replay(events, bridge.unwrap().addr()).err()?;
        Some(format!("{router}/{name}: {difference}"))
    };
    let differences: Vec<_> = thread::scope(|scope| {
        let replayed: Vec<_> = conversations
            .iter()
            .map(|conversation| scope.spawn(|| replay_one(conversation)))
            .collect();
        replayed
            .into_iter()
            .filter_map(|replayed| replayed.join().unwrap())
            .collect()
    });
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    conversations.len()
}

#[test]
fn the_bridge_says_what_i2pd_2_45_1_said() {
    assert_eq!(replay_all(Personality::I2pd245, "i2pd-2.45.1"), 20);
}

#[test]
fn the_bridge_says_what_i2pd_2_59_0_said() {
    assert_eq!(replay_all(Personality::I2pd, "i2pd-2.59.0"), 20);
}

#[test]
fn the_bridge_says_what_emissary_0_4_0_said() {
    assert_eq!(replay_all(Personality::Emissary, "emissary-0.4.0"), 21);
}

#[test]
fn the_bridge_says_what_java_i2p_2_8_0_said() {
    assert_eq!(replay_all(Personality::Java, "java-i2p-2.8.0"), 20);
}
