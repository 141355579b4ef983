//! Every verb works over TLS, but those that it would not cover.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;
use sam_std::sam_core::error::Usage;
use sam_std::sam_core::key::HostName;
use sam_std::{Datagrams, Dial, Error, ResultCode, Router, Session, Stream};

use crate::certificates::{Authority, bridge};
use crate::relay::Relay;
use crate::watchdog::bounded;

/// A stream, its client's end first.
pub(crate) fn pair<D: Dial>(
    client: &Session<D>,
    server: &Session<D>,
) -> (Stream<D::Transport>, Stream<D::Transport>) {
    thread::scope(|scope| {
        let accepting = scope.spawn(|| server.accept().unwrap());
        let stream = client.connect(server.destination()).unwrap();
        (stream, accepting.join().unwrap())
    })
}

fn ping_pong<D: Dial>(router: &Router<D>) {
    let server = Session::builder(router).create().unwrap();
    let client = Session::builder(router).create().unwrap();
    let (mut here, mut there) = pair(&client, &server);
    assert_eq!(there.peer(), Some(client.destination()));
    here.write_all(b"ping").unwrap();
    let mut ping = [0; 4];
    there.read_exact(&mut ping).unwrap();
    assert_eq!(&ping, b"ping");
    there.write_all(b"pong").unwrap();
    drop(there);
    let mut pong = String::new();
    here.read_to_string(&mut pong).unwrap();
    assert_eq!(pong, "pong");
}

#[test]
fn peers_connect_and_accept() {
    bounded(|| {
        let (_bridge, router) = bridge();
        ping_pong(&router);
    });
}

#[test]
fn it_is_all_the_same_byte_by_byte() {
    bounded(|| {
        let authority = Authority::new();
        let bridge = authority.issue(&["127.0.0.1"]).serve();
        let relay = Relay::to(bridge.addr());
        relay.drip(Duration::from_micros(1));
        ping_pong(&Router::over(authority.dial(relay.addr())));
    });
}

#[test]
fn the_router_looks_up_makes_keys_and_tells_its_version() {
    bounded(|| {
        let authority = Authority::new();
        let key = sam_std::keygen::identity().unwrap();
        let name: HostName = "site.i2p".parse().unwrap();
        let builder = LoopbackBridge::builder().host_name(name, &key.destination());
        let bridge = authority.issue(&["127.0.0.1"]).serve_with(builder);
        let router = Router::over(authority.dial(bridge.addr()));
        assert_eq!(router.version().unwrap(), sam_std::Version::V3_3);
        assert!(router.lookup("site.i2p").unwrap() == key.destination());
        router.generate_destination().unwrap();
        let session = Session::builder(&router).key(&key).create().unwrap();
        assert!(session.lookup("site.i2p").unwrap() == *session.destination());
        session.generate_destination().unwrap();
        let error = session.lookup("other.i2p").unwrap_err();
        assert!(error.is_refused(ResultCode::KeyNotFound), "{error:?}");
    });
}

#[test]
fn first_bytes_that_come_with_the_peer_are_not_lost() {
    bounded(|| {
        let authority = Authority::new();
        let builder = LoopbackBridge::builder().peer_line_with_first_data(true);
        let bridge = authority.issue(&["127.0.0.1"]).serve_with(builder);
        let router = Router::over(authority.dial(bridge.addr()));
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        thread::scope(|scope| {
            let accepting = scope.spawn(|| server.accept().unwrap());
            let mut here = client.connect(server.destination()).unwrap();
            here.write_all(b"first").unwrap();
            drop(here);
            let mut all = String::new();
            accepting.join().unwrap().read_to_string(&mut all).unwrap();
            assert_eq!(all, "first");
        });
    });
}

#[test]
fn datagrams_go_through_it_and_a_forward_is_refused() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let session = Session::builder(&router).create().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = session.forward(listener.local_addr().unwrap()).unwrap_err();
        assert!(matches!(error, Error::Usage(Usage::NotNow)), "{error:?}");
        assert!(router.udp().is_none());
        let [a, b] = [(); 2].map(|()| {
            let builder = Session::builder(&router);
            builder.create_datagrams(Datagrams::repliable()).unwrap()
        });
        let payload = [7; 7_600];
        a.send_to(&payload, b.destination()).unwrap();
        let mut heard = [0; 7_600];
        let received = b.recv_from(&mut heard).unwrap();
        assert_eq!(heard, payload);
        assert!(received.source.unwrap() == *a.destination());
        let in_clear = Session::builder(&router).create_datagrams(Datagrams::raw().udp_in_clear());
        assert!(matches!(in_clear, Err(Error::Usage(Usage::NotNow))));
    });
}

#[test]
fn the_end_of_a_session_wakes_an_accept() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let session = Session::builder(&router).create().unwrap();
        thread::scope(|scope| {
            let accept = scope.spawn(|| session.accept().map(drop));
            // A stream that another one of its accepts takes: it is in line by then.
            let client = Session::builder(&router).create().unwrap();
            client.connect(session.destination()).unwrap();
            accept.join().unwrap().unwrap();
            let accept = scope.spawn(|| session.accept().map(drop));
            session.close();
            let result = accept.join().unwrap();
            assert!(matches!(result, Err(Error::SessionEnded)), "{result:?}");
        });
    });
}

#[test]
fn a_session_that_is_dropped_is_gone_for_its_peers() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let client = Session::builder(&router).create().unwrap();
        let server = Session::builder(&router).create().unwrap();
        let address = server.address();
        drop(server);
        let error = client.connect(&address).unwrap_err();
        assert!(error.is_refused(ResultCode::CantReachPeer), "{error:?}");
    });
}

#[test]
fn shutting_a_stream_wakes_its_reader() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        let (here, mut there) = pair(&client, &server);
        thread::scope(|scope| {
            let (started, starts) = mpsc::channel();
            let mut reader = &here;
            let reading = scope.spawn(move || {
                let mut heard = [0; 1];
                reader.read_exact(&mut heard).unwrap();
                started.send(()).unwrap();
                reader.read(&mut heard)
            });
            there.write_all(b"x").unwrap();
            starts.recv().unwrap();
            here.shutdown(Shutdown::Both).unwrap();
            assert_eq!(reading.join().unwrap().unwrap(), 0);
        });
    });
}
