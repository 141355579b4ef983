//! Against the bridge that stands in for a router: what it does when all is well.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use sam_std::loopback::LoopbackBridge;
use sam_std::{Dial, ResultCode, Router, Session, Stream};

use crate::counting::Counting;
use crate::watchdog::bounded;

/// Has two sessions of a router exchange a ping and a pong.
fn ping_pong<D: Dial>(router: &Router<D>) {
    let server = Session::builder(router).create().unwrap();
    let client = Session::builder(router).create().unwrap();
    let server_address = server.address();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut stream = server.accept().unwrap();
            assert_eq!(stream.peer(), Some(client.destination()));
            let mut ping = [0; 4];
            stream.read_exact(&mut ping).unwrap();
            assert_eq!(&ping, b"ping");
            stream.write_all(b"pong").unwrap();
        });
        let mut stream = client.connect(server_address).unwrap();
        stream.write_all(b"ping").unwrap();
        let mut pong = String::new();
        stream.read_to_string(&mut pong).unwrap();
        assert_eq!(pong, "pong");
    });
}

#[test]
fn a_ping_is_answered_over_tcp() {
    bounded(|| ping_pong(&Router::from(LoopbackBridge::start().unwrap().addr())));
}

#[cfg(unix)]
#[test]
fn a_ping_is_answered_over_unix_sockets() {
    bounded(|| {
        let bridge = LoopbackBridge::start().unwrap();
        ping_pong(&Router::over(crate::transports::unix::Unix(bridge.addr())));
    });
}

#[test]
fn a_connect_costs_two_writes_and_two_reads_and_an_accept_one_read_more() {
    bounded(|| {
        let bridge = LoopbackBridge::start().unwrap();
        let [server_dial, client_dial] = [(); 2].map(|()| Counting::new(bridge.addr()));
        let server = Session::builder(&Router::over(server_dial.clone()));
        let client = Session::builder(&Router::over(client_dial.clone()));
        let server = server.create().unwrap();
        let client = client.create().unwrap();
        thread::scope(|scope| {
            let accepting = scope.spawn(|| {
                let stream = server.accept().unwrap();
                (server_dial.last(), stream)
            });
            let _stream = client.connect(server.destination()).unwrap();
            let (writes, reads) = client_dial.last();
            assert!(writes <= 2 && reads <= 2, "{writes} writes, {reads} reads");
            let ((writes, reads), _stream) = accepting.join().unwrap();
            assert!(writes <= 2 && reads <= 3, "{writes} writes, {reads} reads");
        });
        assert_eq!((server_dial.dials(), client_dial.dials()), (2, 2));
    });
}

#[test]
fn first_bytes_that_come_with_the_peer_are_not_lost() {
    bounded(|| {
        let bridge = LoopbackBridge::builder().peer_line_with_first_data(true);
        let bridge = bridge.start().unwrap();
        let router = Router::from(bridge.addr());
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        thread::scope(|scope| {
            let serving = scope.spawn(|| {
                let mut stream = server.accept().unwrap();
                let mut all = String::new();
                stream.read_to_string(&mut all).unwrap();
                all
            });
            let mut stream = client.connect(server.destination()).unwrap();
            stream.write_all(b"first").unwrap();
            drop(stream);
            assert_eq!(serving.join().unwrap(), "first");
        });
    });
}

#[test]
fn a_forward_hands_peers_to_a_listening_socket() {
    bounded(|| {
        let bridge = LoopbackBridge::start().unwrap();
        let router = Router::from(bridge.addr());
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let forwarding = server.forward(listener.local_addr().unwrap()).unwrap();
        let mut stream = client.connect(server.address()).unwrap();
        stream.write_all(b"ping").unwrap();
        let (connection, _) = listener.accept().unwrap();
        let mut served = Stream::from_forwarded(connection).unwrap();
        assert_eq!(served.peer(), Some(client.destination()));
        let mut ping = [0; 4];
        served.read_exact(&mut ping).unwrap();
        assert_eq!(&ping, b"ping");
        assert!(forwarding.is_active());
    });
}

#[test]
fn a_session_that_is_dropped_is_gone_for_its_peers() {
    bounded(|| {
        let bridge = LoopbackBridge::start().unwrap();
        let router = Router::from(bridge.addr());
        let client = Session::builder(&router).create().unwrap();
        let server = Session::builder(&router).create().unwrap();
        let address = server.address();
        client.lookup(&address).unwrap();
        drop(server);
        let error = client.connect(&address).unwrap_err();
        assert!(error.is_refused(ResultCode::CantReachPeer), "{error:?}");
    });
}

#[test]
fn two_sessions_cannot_have_one_key() {
    bounded(|| {
        let bridge = LoopbackBridge::start().unwrap();
        let router = Router::from(bridge.addr());
        let key = router.generate_destination().unwrap();
        let first = Session::builder(&router).key(&key).create().unwrap();
        let second = Session::builder(&router).key(&key).create();
        let error = second.unwrap_err();
        assert!(error.is_refused(ResultCode::DuplicatedDest), "{error:?}");
        drop(first);
        Session::builder(&router).key(&key).create().unwrap();
    });
}
