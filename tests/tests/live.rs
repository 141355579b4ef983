//! sam-std on real routers: the private network of `tests/testnet`.
//!
//! `./test.sh live` starts it and runs these. Each test has its own destinations among those the
//! routers hold ready, since a new one takes i2pd 2.45.1 twenty seconds.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::thread;
use std::time::Duration;

use sam_std::{
    Address, KeyFile, PrivateKey, ResultCode, Router, Session, Stream, TunnelOptions, Version,
};
use sha2::{Digest, Sha256};

/// Two sessions, on two routers, with the destinations number `which`.
fn two_sessions(which: usize) -> (Session, Session) {
    let session = |router: usize| {
        let tunnels = TunnelOptions {
            length: Some(0),
            quantity: Some(1),
        };
        Session::builder(&routers()[router])
            .key(&ready_key(router, which))
            .inbound(tunnels)
            .outbound(tunnels)
            .create()
            .unwrap()
    };
    (session(0), session(1))
}

fn routers() -> Vec<Router> {
    let ports = std::env::var("I2P_TESTNET_SAM").expect("the private network runs");
    ports
        .split(',')
        .map(|port| Router::new(&format!("127.0.0.1:{port}")).unwrap())
        .collect()
}

fn ready_key(router: usize, which: usize) -> PrivateKey {
    let ports = std::env::var("I2P_TESTNET_SAM").unwrap();
    let port = ports.split(',').nth(router).unwrap();
    let path = std::env::var("I2P_TESTNET_WARM").expect("the private network has keys ready");
    let keys: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).expect("a JSON file");
    let text = keys[port][which]["priv"].as_str().expect("enough keys");
    PrivateKey::from_base64(text.as_bytes(), vec![0; 1024].into()).unwrap()
}

/// `len` bytes that do not repeat.
fn noise(len: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|n| Sha256::digest(n.to_be_bytes()))
        .take(len)
        .collect()
}

/// Sends a megabyte from `caller` to `callee`, which sends it back; compares it by hash.
fn echo_a_megabyte(caller: &Session, callee: &Session) {
    let data = noise(1 << 20);
    thread::scope(|scope| {
        let echoed = scope.spawn(|| {
            let mut stream = callee.accept().unwrap();
            let mut heard = vec![0; 1 << 20];
            stream.read_exact(&mut heard).unwrap();
            stream.write_all(&heard).unwrap();
            let peer = stream.peer().map(Address::from);
            // The accepting side stays until the other has had enough.
            assert_eq!(stream.read(&mut [0]).unwrap(), 0);
            (Sha256::digest(heard), peer)
        });
        let stream = caller.connect(callee.destination()).unwrap();
        let mut back = vec![0; 1 << 20];
        thread::scope(|scope| {
            scope.spawn(|| (&stream).write_all(&data).unwrap());
            (&stream).read_exact(&mut back).unwrap();
        });
        stream.shutdown(Shutdown::Both).unwrap();
        let (heard, peer) = echoed.join().unwrap();
        assert_eq!(heard, Sha256::digest(&data));
        assert_eq!(Sha256::digest(&back), Sha256::digest(&data));
        assert_eq!(peer, Some(caller.address()));
    });
}

fn text_from(mut stream: Stream, len: usize) -> String {
    let mut text = vec![0; len];
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream.read_exact(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn a_megabyte_is_echoed_both_ways() {
    let (a, b) = two_sessions(0);
    echo_a_megabyte(&a, &b);
    echo_a_megabyte(&b, &a);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn data_that_comes_with_the_peer_line_is_not_lost() {
    let (a, b) = two_sessions(1);
    let mut stream = a.connect(b.address()).unwrap();
    stream.write_all(b"there before you").unwrap();
    // i2pd keeps the stream, data and all, until somebody accepts.
    let accepted = b.accept().unwrap();
    assert_eq!(accepted.peer().map(Address::from), Some(a.address()));
    assert_eq!(text_from(accepted, 16), "there before you");
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn peers_are_forwarded_to_a_listening_socket() {
    let (a, b) = two_sessions(2);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let forwarding = b.forward(listener.local_addr().unwrap()).unwrap();
    let mut stream = a.connect(b.destination()).unwrap();
    stream.write_all(b"knock").unwrap();

    let (dialled, _) = listener.accept().unwrap();
    let arrived = Stream::from_forwarded(dialled).unwrap();
    assert!(forwarding.is_active());
    assert_eq!(arrived.peer().map(Address::from), Some(a.address()));
    assert_eq!(text_from(arrived, 5), "knock");
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn a_b32_address_is_looked_up() {
    let (a, b) = two_sessions(3);
    assert_eq!(a.lookup(b.address()).unwrap(), *b.destination());
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn a_refused_connect_leaves_the_session_alone() {
    let (a, b) = two_sessions(4);
    let nobody = Address::from_hash([7; 32]);
    let refused = a.connect(nobody).unwrap_err();
    let known = [ResultCode::CantReachPeer, ResultCode::InvalidKey];
    assert!(
        known.iter().any(|code| refused.is_refused(*code)),
        "{refused}"
    );
    echo_a_megabyte(&a, &b);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn a_key_file_gives_the_same_address_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.dat");
    let addresses = routers().into_iter().take(2).map(|router| {
        let key = KeyFile::load_or_create(&path, &router).unwrap();
        Session::builder(&router)
            .key(&key)
            .create()
            .unwrap()
            .address()
    });
    let addresses: Vec<_> = addresses.collect();
    assert_eq!(addresses[0], addresses[1]);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn a_new_destination_comes_online() {
    let session = Session::builder(&routers()[0]).create().unwrap();
    let key = session.private_key().expect("i2pd tells the key");
    assert_eq!(Address::from(&key.destination()), session.address());
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn the_router_says_what_it_speaks() {
    assert!(routers()[0].version().unwrap() >= Version::V3_1);
}
