//! STREAM FORWARD: streams to a server of the client's.

use std::net::TcpListener;

use sam_std::loopback::LoopbackBridge;

use crate::client::{Client, bridge};

#[test]
fn each_stream_is_dialled_to_the_server() {
    let bridge = bridge();
    let (_a, source) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    for (options, peer_line) in [
        ("", format!("{source} FROM_PORT=0 TO_PORT=0\n")),
        (
            " HOST=127.0.0.1",
            format!("{source} FROM_PORT=0 TO_PORT=0\n"),
        ),
        (
            " HOST=localhost",
            format!("{source} FROM_PORT=0 TO_PORT=0\n"),
        ),
        (" SILENT=true", String::new()),
    ] {
        let (server, mut forward) = forward(&bridge, options);
        for _ in 0..3 {
            let mut connected = Client::connected(&bridge, "a", &destination);
            connected.send(b"question");
            connected.finish();
            let mut served = Client::from_stream(server.accept().unwrap().0);
            let expected = [peer_line.as_bytes(), b"question"].concat();
            assert_eq!(served.rest(), expected);
            served.send(b"answer");
            served.finish();
            assert_eq!(connected.rest(), b"answer");
        }
        assert_eq!(forward.ask("PING still there"), "PONG still there");
    }
}

#[test]
fn streams_that_waited_are_forwarded_first() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let mut connected = Client::connected(&bridge, "a", &destination);
    connected.send(b"early");
    connected.finish();
    let (server, _forward) = forward(&bridge, " SILENT=true");
    let mut served = Client::from_stream(server.accept().unwrap().0);
    assert_eq!(served.rest(), b"early");
}

#[test]
fn accept_and_forward_exclude_each_other() {
    let bridge = bridge();
    let (_b, _) = Client::with_session(&bridge, "b");
    let already = "STREAM STATUS RESULT=ALREADY_ACCEPTING";
    for _ in 0..20 {
        let accepting = Client::accepting(&bridge, "b");
        let reply = Client::greeted(&bridge).ask("STREAM FORWARD ID=b PORT=1");
        assert!(reply.starts_with(already), "{reply}");
        drop(accepting);
        let (_server, _forward) = forward(&bridge, "");
        for command in ["ACCEPT ID=b", "FORWARD ID=b PORT=1"] {
            let reply = Client::greeted(&bridge).ask(&format!("STREAM {command}"));
            assert!(reply.starts_with(already), "{reply}");
        }
    }
}

#[test]
fn closing_the_socket_ends_forwarding_but_no_stream() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let (server, forward) = forward(&bridge, " SILENT=true");
    let mut connected = Client::connected(&bridge, "a", &destination);
    let mut served = Client::from_stream(server.accept().unwrap().0);
    drop(forward);
    let mut accepting = Client::accepting(&bridge, "b");
    let _second = Client::connected(&bridge, "a", &destination);
    accepting.line();
    connected.send(b"still");
    assert_eq!(served.bytes(5), b"still");
}

#[test]
fn a_server_that_does_not_answer_costs_its_stream_only() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    let (server, mut forward) = forward(&bridge, "");
    drop(server);
    let mut connected = Client::connected(&bridge, "a", &destination);
    assert_eq!(connected.rest(), b"");
    assert_eq!(forward.ask("PING"), "PONG");
}

#[test]
fn the_end_of_the_session_ends_its_forward_and_its_streams() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (session, destination) = Client::with_session(&bridge, "b");
    let (server, mut forward) = forward(&bridge, " SILENT=true");
    let mut connected = Client::connected(&bridge, "a", &destination);
    let mut served = Client::from_stream(server.accept().unwrap().0);
    drop(session);
    for client in [&mut forward, &mut connected, &mut served] {
        assert_eq!(client.rest(), b"");
    }
}

#[test]
fn nobody_else_is_dialled() {
    let bridge = bridge();
    let (_b, _) = Client::with_session(&bridge, "b");
    for host in ["192.0.2.1", "0.0.0.0", "example.com", "2001:db8::1"] {
        let mut client = Client::greeted(&bridge);
        let reply = client.ask(&format!("STREAM FORWARD ID=b PORT=80 HOST={host}"));
        let expected = "STREAM STATUS RESULT=I2P_ERROR MESSAGE=";
        assert!(reply.starts_with(expected), "{host}: {reply}");
        assert_eq!(client.rest(), b"");
    }
    let reply = Client::greeted(&bridge).ask("STREAM FORWARD ID=nope PORT=80");
    assert!(reply.starts_with("STREAM STATUS RESULT=INVALID_ID"));
}

#[test]
fn a_connection_that_forwards_does_nothing_else() {
    let bridge = bridge();
    let (_b, _) = Client::with_session(&bridge, "b");
    let (_server, mut client) = forward(&bridge, "");
    let reply = client.ask("SESSION CREATE STYLE=STREAM ID=c DESTINATION=TRANSIENT");
    assert!(reply.starts_with("SESSION STATUS RESULT=I2P_ERROR"));
    let reply = client.ask("NAMING LOOKUP NAME=ME");
    assert_eq!(reply, "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=ME");
}

/// A server, and the client that has the streams of session "b" forwarded to it.
fn forward(bridge: &LoopbackBridge, options: &str) -> (TcpListener, Client) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut client = Client::greeted(bridge);
    let reply = client.ask(&format!("STREAM FORWARD ID=b PORT={port}{options}"));
    assert_eq!(reply, "STREAM STATUS RESULT=OK");
    (server, client)
}

#[test]
fn a_forward_with_tls_is_refused_rather_than_dialled_without() {
    let bridge = bridge();
    let (_session, _) = Client::with_session(&bridge, "a");
    let mut client = Client::greeted(&bridge);
    let reply = client.ask("STREAM FORWARD ID=a PORT=1 SSL=true");
    let expected = "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"this bridge does not dial with TLS\"";
    assert_eq!(reply, expected);
}
