//! sam-std on real routers: the private network of `tests/testnet`.
//!
//! `./test.sh live` starts it and runs these. Each test has its own destinations among those the
//! routers hold ready, since a new one takes i2pd 2.45.1 twenty seconds.

#[path = "live/vectors.rs"]
mod vectors;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use sam_std::sam_core::error::{KeyError, Usage};
use sam_std::sam_core::key::EncryptedAddress;
use sam_std::{
    Address, DatagramSocket, Datagrams, Destination, Dropped, Endpoint, Error, KeyFile, Ports,
    PrivateKey, ResultCode, Router, Session, SessionBuilder, Stream, TunnelOptions, Version,
    keygen,
};
use sha2::{Digest, Sha256};

/// Two sessions, on two routers, with the destinations number `which`.
fn two_sessions(which: usize) -> (Session, Session) {
    let session = |router: usize| session(router, &ready_key(router, which));
    (session(0), session(1))
}

fn session(router: usize, key: &PrivateKey) -> Session {
    builder(router).key(key).create().unwrap()
}

/// A session on a router, with as few tunnels as there can be.
fn builder(router: usize) -> SessionBuilder<'static> {
    let tunnels = TunnelOptions {
        length: Some(0),
        quantity: Some(1),
    };
    Session::builder(&routers()[router])
        .inbound(tunnels)
        .outbound(tunnels)
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
fn a_key_made_without_a_router_is_reached() {
    let key = keygen::identity().unwrap();
    let a = session(0, &key);
    let b = session(1, &ready_key(1, 5));
    assert_eq!(a.address(), Address::from(&key.destination()));
    echo_a_megabyte(&b, &a);
    echo_a_megabyte(&a, &b);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn an_offline_signed_key_is_reached_at_the_address_of_its_identity() {
    let identity = keygen::identity().unwrap();
    let a = session(0, &delegated(&identity));
    let b = session(1, &ready_key(1, 6));
    assert_eq!(a.address(), Address::from(&identity.destination()));
    echo_a_megabyte(&b, &a);
    echo_a_megabyte(&a, &b);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn a_forged_offline_signature_is_refused_by_the_router_too() {
    let key = delegated(&keygen::identity().unwrap());
    // One bit of the signature, which ends before the transient private key.
    let mut forged = key.as_bytes().to_vec();
    forged[780] ^= 1;
    let forged = PrivateKey::new(forged.clone().into(), forged.len()).unwrap();
    let answer = asked_for_a_session(&forged);
    assert!(
        answer.starts_with("SESSION STATUS RESULT=INVALID_KEY"),
        "{answer}"
    );
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn an_expired_offline_signature_is_refused_by_us() {
    let identity = keygen::identity().unwrap();
    let expired = identity.delegate(&[7; 32], 1_700_000_000, vec![0; 813].into());
    let refused = builder(0).key(&expired.unwrap()).create().unwrap_err();
    assert!(
        matches!(refused, Error::Usage(Usage::Key(KeyError::Expired))),
        "{refused:?}"
    );
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn an_encrypted_lease_set_is_found_by_its_address() {
    let key = keygen::identity().unwrap();
    let hidden = builder(0).key(&key).option("i2cp.leaseSetType", "5");
    let a = hidden.create().unwrap();
    let b = session(1, &ready_key(1, 7));
    // Nobody can look for it by its hash.
    let by_hash = b.connect(a.address()).unwrap_err();
    assert!(by_hash.is_refused(ResultCode::CantReachPeer), "{by_hash}");

    let address = Address::from(EncryptedAddress::new(a.destination()).unwrap());
    assert_eq!(b.lookup(address.clone()).unwrap(), *a.destination());

    let mut stream = b.connect(address).unwrap();
    stream.write_all(b"found").unwrap();
    assert_eq!(text_from(a.accept().unwrap(), 5), "found");
}

/// A key that a router may be given instead of the identity, for an hour.
fn delegated(identity: &PrivateKey) -> PrivateKey {
    let expires = SystemTime::now() + Duration::from_secs(3600);
    keygen::delegate(identity, expires).unwrap()
}

/// What a router says to a key that this library would not give it.
fn asked_for_a_session(key: &PrivateKey) -> String {
    let ports = std::env::var("I2P_TESTNET_SAM").unwrap();
    let port = ports.split(',').next().unwrap();
    let mut socket = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
    socket.write_all(b"HELLO VERSION\n").unwrap();
    assert!(
        lines
            .next()
            .unwrap()
            .unwrap()
            .starts_with("HELLO REPLY RESULT=OK")
    );
    let mut text = [0; 1084];
    let text = key.to_base64(&mut text).unwrap();
    let command = format!("SESSION CREATE STYLE=STREAM ID=forged DESTINATION={text}\n");
    socket.write_all(command.as_bytes()).unwrap();
    lines.next().unwrap().unwrap()
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn the_router_says_what_it_speaks() {
    assert!(routers()[0].version().unwrap() >= Version::V3_1);
}

/// Has both sockets say something to each other until it arrives: i2pd loses what is sent while
/// it looks for a peer.
fn acquainted(a: &DatagramSocket, b: &DatagramSocket) {
    for (from, to) in [(a, b), (b, a)] {
        let limit = Instant::now() + Duration::from_secs(60);
        to.set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        loop {
            from.send_to(b"hello", to.destination()).unwrap();
            match to.recv_from(&mut [0; 5]) {
                Ok(_) => break,
                Err(Error::TimedOut) if Instant::now() < limit => {}
                Err(error) => panic!("{error}"),
            }
        }
        // What was said more than once may still come.
        while to.recv_from(&mut [0; 5]).is_ok() {}
        to.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    }
}

/// Two sockets, on two routers, with the destinations number `which`.
fn two_sockets(which: usize, datagrams: Datagrams) -> [DatagramSocket; 2] {
    [0, 1].map(|router| {
        let key = ready_key(router, which);
        let asked = builder_with_udp(router).key(&key);
        asked.create_datagrams(datagrams).unwrap()
    })
}

/// i2pd takes datagrams at the port below its TCP port.
fn builder_with_udp(router: usize) -> SessionBuilder<'static> {
    let ports = std::env::var("I2P_TESTNET_SAM").unwrap();
    let port: u16 = ports.split(',').nth(router).unwrap().parse().unwrap();
    let known = routers()[router].clone();
    let tunnels = TunnelOptions {
        length: Some(0),
        quantity: Some(1),
    };
    Session::builder(&known.with_udp(Endpoint::new("127.0.0.1", port - 1)))
        .inbound(tunnels)
        .outbound(tunnels)
}

/// Sends a datagram of each size there and back, one at a time; a lost one is sent again.
fn echo_datagrams(a: &DatagramSocket, b: &DatagramSocket, lens: &[usize]) {
    for len in lens {
        let data = noise(*len);
        for (from, to) in [(a, b), (b, a)] {
            to.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut heard = vec![0; DatagramSocket::<Endpoint>::MAX_LEN];
            let received = (0..6)
                .find_map(|_| {
                    assert_eq!(from.send_to(&data, to.destination()).unwrap(), *len);
                    to.recv_from(&mut heard).ok()
                })
                .unwrap_or_else(|| panic!("{len} bytes never arrive"));
            assert_eq!(received.len, *len);
            assert_eq!(heard[..received.len], data);
            let source = received.source.as_ref();
            assert!(source.is_none_or(|source| *source == *from.destination()));
        }
    }
}

const LENS: [usize; 5] = [1000, 7600, 11_000, 20_000, 31_000];

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn repliable_datagrams_of_every_size_arrive_by_udp() {
    let [a, b] = two_sockets(8, Datagrams::repliable());
    acquainted(&a, &b);
    echo_datagrams(&a, &b, &LENS);
    echo_datagrams(&a, &b, &[1]);
    assert_eq!(
        [a.dropped(), b.dropped()],
        [Dropped::default(), Dropped::default()]
    );
    // The source is who signed it, so an answer finds its way.
    a.send_to(b"who are you?", b.destination()).unwrap();
    let received = b.recv_from(&mut [0; 12]).unwrap();
    assert!(received.source.unwrap() == *a.destination());
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn raw_datagrams_of_every_size_arrive_by_udp() {
    let [a, b] = two_sockets(9, Datagrams::raw());
    acquainted(&a, &b);
    echo_datagrams(&a, &b, &LENS);
    // i2pd 2.45.1 loses the raw ones of one and two bytes.
    echo_datagrams(&a, &b, &[3]);
    a.send_to(b"from nobody", b.destination()).unwrap();
    let received = b.recv_from(&mut [0; 11]).unwrap();
    assert_eq!(received.source, None);
}

/// What i2pd takes on the control socket, in bytes.
const CONTROL_LENS: [usize; 4] = [1, 1000, 4000, 7600];

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn repliable_datagrams_of_every_size_arrive_on_the_control_socket() {
    let [a, b] = two_sockets(20, Datagrams::repliable().on_control_socket());
    acquainted(&a, &b);
    echo_datagrams(&a, &b, &CONTROL_LENS);
    let refused = a.send_to(&noise(7601), b.destination()).unwrap_err();
    assert!(matches!(refused, Error::Usage(Usage::TooLarge(7600))));
    assert_eq!(
        [a.dropped(), b.dropped()],
        [Dropped::default(), Dropped::default()]
    );
    // What is said right behind one is heard: i2pd has read it alone.
    for _ in 0..50 {
        a.send_to(&noise(7600), b.destination()).unwrap();
        a.send_to(b"among", b.destination()).unwrap();
        b.send_to(b"others", a.destination()).unwrap();
        assert_eq!(a.session().lookup(b.address()).unwrap(), *b.destination());
    }
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn raw_datagrams_of_every_size_arrive_on_the_control_socket() {
    let [a, b] = two_sockets(21, Datagrams::raw().on_control_socket());
    acquainted(&a, &b);
    // i2pd 2.45.1 loses the raw ones of one and two bytes.
    echo_datagrams(&a, &b, &[3]);
    echo_datagrams(&a, &b, &CONTROL_LENS[1..]);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn datagrams_sent_by_udp_arrive_on_a_control_socket_and_the_other_way_round() {
    let ways = [
        Datagrams::repliable(),
        Datagrams::repliable().on_control_socket(),
    ];
    let [udp, control] = [0, 1].map(|router| {
        let key = ready_key(router, 22);
        let asked = builder_with_udp(router).key(&key);
        asked.create_datagrams(ways[router]).unwrap()
    });
    acquainted(&udp, &control);
    echo_datagrams(&udp, &control, &CONTROL_LENS);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn an_old_router_is_not_asked_for_what_it_does_not_know() {
    let router = &routers()[0];
    let version = router.version().unwrap();
    if version >= Version::V3_2 {
        return;
    }
    for datagrams in [
        Datagrams::raw().header(),
        Datagrams::raw().protocol(200),
        Datagrams::repliable().ports(Ports { from: 1, to: 2 }),
    ] {
        let refused = builder(0).create_datagrams(datagrams).unwrap_err();
        let needs = Usage::NeedsVersion(Version::V3_2);
        assert!(
            matches!(refused, Error::Usage(usage) if usage == needs),
            "{refused:?}"
        );
    }
}

/// Streams to and from subsessions of a destination, with this key or a new one.
fn two_subsessions_share_a_destination(key: Option<&PrivateKey>, which: usize) {
    let builder = builder(0);
    let primary = match key {
        Some(key) => builder.key(key).primary(),
        None => builder.primary(),
    };
    let primary = primary.unwrap();
    let [any, other] = [0, 80].map(|port| primary.add_stream(port).unwrap());
    assert_eq!(any.destination(), primary.destination());
    let peer = session(1, &ready_key(1, which));
    echo_a_megabyte(&peer, &any);
    echo_a_megabyte(&any, &peer);
    echo_a_megabyte(&other, &peer);
    whoever_accepts_gets_a_stream(&peer, [&any, &other]);
    // Asked all the same, i2pd would end the session; see the echo below.
    let refused = primary.add_datagrams(Datagrams::repliable()).unwrap_err();
    let needs = Usage::NeedsVersion(Version::V3_2);
    assert!(
        matches!(refused, Error::Usage(usage) if usage == needs),
        "{refused}"
    );
    drop(other);
    assert!(primary.is_alive());
    echo_a_megabyte(&peer, &any);
    drop(primary);
    assert!(matches!(any.accept(), Err(Error::SessionEnded)));
}

/// i2pd 2.45.1 goes by no port: whichever subsession accepts first gets the stream.
fn whoever_accepts_gets_a_stream(peer: &Session, subsessions: [&Session; 2]) {
    for listening in subsessions {
        for port in [0, 80, 81] {
            thread::scope(|scope| {
                let (tell, told) = std::sync::mpsc::channel();
                scope.spawn(move || tell.send(listening.accept().map(drop)));
                let _calling = call(peer, listening.destination(), port);
                let accepted = told.recv_timeout(Duration::from_secs(30));
                if accepted.is_err() {
                    listening.close();
                }
                accepted.expect("a stream").unwrap();
            });
        }
    }
}

/// A stream to a port, which a router of this version is not asked for by sam-std.
fn call(from: &Session, to: &Destination, port: u16) -> TcpStream {
    let mut asking = BufReader::new(TcpStream::connect(routers()[1].to_string()).unwrap());
    let id = from.id().as_str();
    for line in [
        "HELLO VERSION".to_owned(),
        format!("STREAM CONNECT ID={id} DESTINATION={to} TO_PORT={port}"),
    ] {
        let said = format!("{line}\n");
        asking.get_mut().write_all(said.as_bytes()).unwrap();
        let mut answer = String::new();
        asking.read_line(&mut answer).unwrap();
        assert!(answer.contains(" RESULT=OK"), "{answer}");
    }
    let mut stream = asking.into_inner();
    stream.write_all(b"hello").unwrap();
    stream
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn subsessions_share_the_destination_of_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyFile::load_or_create(folder.path().join("site.dat"), &routers()[0]).unwrap();
    two_subsessions_share_a_destination(Some(&key), 5);
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn subsessions_share_a_new_destination() {
    two_subsessions_share_a_destination(None, 6);
}
