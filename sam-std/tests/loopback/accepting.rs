//! STREAM ACCEPT: who gets which stream.

use std::io::Read;

use sam_std::loopback::LoopbackBridge;

use crate::client::{Client, bridge, connect};

#[test]
fn an_accept_needs_a_session() {
    let bridge = bridge();
    let mut client = Client::greeted(&bridge);
    let reply = client.ask("STREAM ACCEPT ID=nope");
    assert!(reply.starts_with("STREAM STATUS RESULT=INVALID_ID MESSAGE="));
    assert_eq!(client.rest(), b"");
}

#[test]
fn the_peer_line_tells_ports_from_3_2_on() {
    let bridge = bridge();
    let (_a, source) = Client::with_session(&bridge, "a");
    let (_b, target) = Client::with_session(&bridge, "b");
    let table = [
        ("3.3", "", " FROM_PORT=0 TO_PORT=0"),
        (
            "3.3",
            " FROM_PORT=11 TO_PORT=22",
            " FROM_PORT=11 TO_PORT=22",
        ),
        ("3.2", " TO_PORT=65535", " FROM_PORT=0 TO_PORT=65535"),
        ("3.1", " FROM_PORT=11 TO_PORT=22", ""),
        ("3.0", "", ""),
    ];
    for (version, ports, expected) in table {
        let mut accepting = Client::new(&bridge);
        accepting.ask(&format!("HELLO VERSION MIN=3.0 MAX={version}"));
        accepting.ask("STREAM ACCEPT ID=b");
        let mut connecting = Client::greeted(&bridge);
        let reply = connecting.ask(&format!("{}{ports}", connect("a", &target)));
        assert_eq!(reply, "STREAM STATUS RESULT=OK");
        assert_eq!(accepting.line(), format!("{source}{expected}"));
    }
}

#[test]
fn accepts_are_served_in_their_order() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let mut accepting: Vec<_> = (0..10).map(|_| Client::accepting(&bridge, "b")).collect();
    for (number, accepting) in (0..).zip(&mut accepting) {
        let mut connected = Client::connected(&bridge, "a", &destination);
        connected.send(&[number]);
        accepting.line();
        assert_eq!(accepting.bytes(1), [number]);
    }
}

#[test]
fn streams_wait_for_accepts_in_their_order() {
    let bridge = bridge();
    let (_a, source) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let _parked: Vec<_> = (0..50)
        .map(|number| {
            let mut client = Client::connected(&bridge, "a", &destination);
            client.send(&[number]);
            client.finish();
            client
        })
        .collect();
    let reply = Client::greeted(&bridge).ask(&connect("a", &destination));
    assert!(reply.starts_with("STREAM STATUS RESULT=CANT_REACH_PEER MESSAGE="));
    for number in 0..50 {
        let mut accepting = Client::accepting(&bridge, "b");
        let peer = format!("{source} FROM_PORT=0 TO_PORT=0");
        assert_eq!(accepting.line(), peer);
        assert_eq!(accepting.rest(), [number]);
    }
}

#[test]
fn an_accept_that_was_cancelled_swallows_no_stream() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    for _ in 0..100 {
        let cancelled = Client::accepting(&bridge, "b");
        let cancelled_too = Client::accepting(&bridge, "b");
        let mut accepting = Client::accepting(&bridge, "b");
        // The one that connects has said HELLO before, so that there is nothing to wait for.
        let mut connecting = Client::greeted(&bridge);
        drop((cancelled, cancelled_too));
        connecting.ask(&connect("a", &destination));
        connecting.send(b"x");
        accepting.line();
        assert_eq!(accepting.bytes(1), b"x");
    }
}

#[test]
fn the_peer_line_and_the_first_data_may_come_together() {
    let builder = LoopbackBridge::builder().peer_line_with_first_data(true);
    let bridge = builder.start().unwrap();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    for ahead in [true, false] {
        let accepting = Client::accepting(&bridge, "b");
        let mut connecting = Client::greeted(&bridge);
        let line = connect("a", &destination);
        if ahead {
            connecting.send(format!("{line}\nfirst").as_bytes());
            connecting.line();
        } else {
            connecting.ask(&line);
            connecting.send(b"first");
        }
        let mut bytes = [0; 1024];
        let count = accepting.stream().read(&mut bytes).unwrap();
        let read = std::str::from_utf8(&bytes[..count]).unwrap();
        assert!(read.ends_with(" FROM_PORT=0 TO_PORT=0\nfirst"), "{read}");
        connecting.send(b" and last");
        connecting.finish();
        let mut rest = Vec::new();
        accepting.stream().read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b" and last");
    }
}

#[test]
fn a_peer_that_says_nothing_is_announced_all_the_same() {
    let builder = LoopbackBridge::builder().peer_line_with_first_data(true);
    let bridge = builder.start().unwrap();
    let (_a, source) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let mut accepting = Client::accepting(&bridge, "b");
    let mut connected = Client::connected(&bridge, "a", &destination);
    let peer = format!("{source} FROM_PORT=0 TO_PORT=0");
    assert_eq!(accepting.line(), peer);
    accepting.send(b"hello");
    assert_eq!(connected.bytes(5), b"hello");
}
