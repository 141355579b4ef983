//! STREAM CONNECT, and the bytes of streams.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;

use crate::client::{Client, bridge, connect};

#[test]
fn what_cannot_be_connected_is_refused_and_closed() {
    let bridge = bridge();
    let (_session, destination) = Client::with_session(&bridge, "a");
    let keys = Client::greeted(&bridge).ask("DEST GENERATE SIGNATURE_TYPE=7");
    let stranger = keys
        .split([' ', '='])
        .nth(3)
        .map(|start| format!("{start}=="))
        .unwrap();
    let b32 = format!("{}.b32.i2p", "a".repeat(52));
    let table = [
        ("nope", &*destination, "INVALID_ID"),
        ("", &destination, "INVALID_ID"),
        ("a", "nobody.i2p", "INVALID_KEY"),
        ("a", "AAAA", "INVALID_KEY"),
        ("a", "127.0.0.1", "INVALID_KEY"),
        ("a", "ME", "INVALID_KEY"),
        ("a", &stranger, "CANT_REACH_PEER"),
        ("a", &b32, "CANT_REACH_PEER"),
        ("a", &destination, "CANT_REACH_PEER"),
    ];
    for (id, destination, code) in table {
        let mut client = Client::greeted(&bridge);
        let reply = client.ask(&connect(id, destination));
        let expected = format!("STREAM STATUS RESULT={code} MESSAGE=");
        assert!(reply.starts_with(&expected), "{reply}");
        assert_eq!(client.rest(), b"");
    }
}

#[test]
fn bytes_go_both_ways() {
    let mut ends = stream();
    for round in 0..100_u8 {
        ends.connected.send(&[b'a', round]);
        assert_eq!(ends.accepted.bytes(2), [b'a', round]);
        ends.accepted.send(&[b'b', round, 0]);
        assert_eq!(ends.connected.bytes(3), [b'b', round, 0]);
    }
}

#[test]
fn the_first_to_speak_may_be_the_acceptor() {
    let mut ends = stream();
    ends.accepted.send(b"220 welcome\r\n");
    assert_eq!(ends.connected.bytes(13), b"220 welcome\r\n");
}

#[test]
fn bytes_behind_the_connect_line_are_delivered() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let mut accepting = Client::accepting(&bridge, "b");
    let mut connecting = Client::greeted(&bridge);
    let line = connect("a", &destination);
    connecting.send(format!("{line}\nGET / HTTP/1.0\r\n\r\n").as_bytes());
    assert_eq!(connecting.line(), "STREAM STATUS RESULT=OK");
    connecting.send(b"more");
    connecting.finish();
    accepting.line();
    assert_eq!(accepting.rest(), b"GET / HTTP/1.0\r\n\r\nmore");
}

#[test]
fn each_direction_ends_by_itself() {
    let mut ends = stream();
    ends.connected.send(b"question");
    ends.connected.finish();
    assert_eq!(ends.accepted.rest(), b"question");
    ends.accepted.send(b"answer");
    assert_eq!(ends.connected.bytes(6), b"answer");
    ends.accepted.finish();
    assert_eq!(ends.connected.rest(), b"");

    let mut ends = stream();
    ends.accepted.send(b"all");
    ends.accepted.finish();
    assert_eq!(ends.connected.rest(), b"all");
    ends.connected.send(b"thanks");
    ends.connected.finish();
    assert_eq!(ends.accepted.rest(), b"thanks");
}

#[test]
fn a_peer_that_leaves_takes_the_stream_with_it() {
    let mut ends = stream();
    drop(ends.accepted);
    assert_eq!(ends.connected.rest(), b"");
    let mut ends = stream();
    drop(ends.connected);
    assert_eq!(ends.accepted.rest(), b"");
}

#[test]
fn much_goes_both_ways_at_once() {
    const COUNT: usize = 1 << 20;
    let ends = stream();
    let bytes: Vec<u8> = (0..COUNT).map(|index| (index % 251) as u8).collect();
    thread::scope(|scope| {
        for client in [&ends.connected, &ends.accepted] {
            scope.spawn(|| {
                client.stream().write_all(&bytes).unwrap();
                client.stream().shutdown(Shutdown::Write).unwrap();
            });
            scope.spawn(|| {
                let mut heard = Vec::new();
                client.stream().read_to_end(&mut heard).unwrap();
                assert!(heard == bytes);
            });
        }
    });
}

#[test]
fn a_reader_that_is_slow_slows_the_writer_and_loses_nothing() {
    const COUNT: usize = 64 << 20;
    let ends = stream();
    let patience = Some(Duration::from_millis(200));
    ends.connected.stream().set_write_timeout(patience).unwrap();
    let bytes = vec![7; 1 << 16];
    let mut written = 0;
    // Nobody reads: at some point no more is taken.
    while let Ok(count) = ends.connected.stream().write(&bytes) {
        written += count;
        assert!(written < COUNT, "the bridge takes whatever it gets");
    }
    ends.connected.stream().shutdown(Shutdown::Write).unwrap();
    let mut heard = Vec::new();
    ends.accepted.stream().read_to_end(&mut heard).unwrap();
    assert_eq!(heard.len(), written);
}

#[test]
fn many_streams_at_once() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let mut streams: Vec<_> = (0..200_u8)
        .map(|number| {
            let accepting = Client::accepting(&bridge, "b");
            let connected = Client::connected(&bridge, "a", &destination);
            (number, connected, accepting)
        })
        .collect();
    for (number, connected, accepted) in &mut streams {
        accepted.line();
        connected.send(&[*number]);
        assert_eq!(accepted.bytes(1), [*number]);
    }
}

#[test]
fn silence_is_kept() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let mut accepting = Client::greeted(&bridge);
    accepting.send(b"STREAM ACCEPT ID=b SILENT=true\nfrom b");
    let mut connecting = Client::greeted(&bridge);
    let line = format!("STREAM CONNECT ID=a DESTINATION={destination} SILENT=true\nfrom a");
    connecting.send(line.as_bytes());
    connecting.finish();
    assert_eq!(accepting.rest(), b"from a");
    accepting.send(b", and more");
    accepting.finish();
    assert_eq!(connecting.rest(), b"from b, and more");

    let mut refused = Client::greeted(&bridge);
    refused.send(b"STREAM CONNECT ID=nope DESTINATION=nobody.i2p SILENT=true\n");
    assert_eq!(refused.rest(), b"");
}

#[test]
fn a_stream_that_nobody_accepts_is_closed_after_a_while() {
    let builder = LoopbackBridge::builder().backlog_timeout(Duration::from_millis(50));
    let bridge = builder.start().unwrap();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let mut connected = Client::connected(&bridge, "a", &destination);
    assert_eq!(connected.rest(), b"");
    // It is no longer in the backlog.
    let mut accepting = Client::accepting(&bridge, "b");
    let mut second = Client::connected(&bridge, "a", &destination);
    second.send(b"second");
    accepting.line();
    assert_eq!(accepting.bytes(6), b"second");
}

/// Both ends of a stream, and what has to live as long.
struct Joined {
    connected: Client,
    accepted: Client,
    _sessions: [Client; 2],
    _bridge: LoopbackBridge,
}

/// A stream of which nothing but the peer line has been read.
fn stream() -> Joined {
    let bridge = bridge();
    let (source, _) = Client::with_session(&bridge, "a");
    let (target, destination) = Client::with_session(&bridge, "b");
    let mut accepted = Client::accepting(&bridge, "b");
    let connected = Client::connected(&bridge, "a", &destination);
    accepted.line();
    Joined {
        connected,
        accepted,
        _sessions: [source, target],
        _bridge: bridge,
    }
}
