//! Datagrams, against the bridge that stands in for a router and against scripts.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use sam_std::loopback::LoopbackBridge;
use sam_std::sam_core::error::Usage;
use sam_std::{
    Address, DatagramSocket, Datagrams, Dropped, Endpoint, Error, Ports, ResultCode, Router,
    Session, Version,
};

use crate::keys;
use crate::router::{ID, ScriptedRouter, Scripts, id};
use crate::watchdog::bounded;

const MAX_LEN: usize = DatagramSocket::<Endpoint>::MAX_LEN;

/// Shorter than anything waits for what comes.
const MOMENT: Duration = Duration::from_millis(50);

fn router(bridge: &LoopbackBridge) -> Router {
    Router::from(bridge.addr()).with_udp(bridge.udp_addr().into())
}

fn socket(bridge: &LoopbackBridge, datagrams: Datagrams) -> DatagramSocket {
    let builder = Session::builder(&router(bridge));
    builder.create_datagrams(datagrams).unwrap()
}

fn bridge() -> LoopbackBridge {
    LoopbackBridge::start().unwrap()
}

fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|place| (place * 31 % 251) as u8).collect()
}

/// A socket whose router is a script and a UDP socket of the test's.
fn scripted(datagrams: Datagrams) -> (ScriptedRouter, UdpSocket, DatagramSocket) {
    let scripted = Scripts::default()
        .then(|wire| {
            wire.greet();
            wire.hear_start("SESSION CREATE STYLE=");
            wire.say(format!(
                "SESSION STATUS RESULT=OK DESTINATION={}\n",
                keys::private()
            ));
            wire.hear_end();
        })
        .start();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let endpoint = udp.local_addr().unwrap().into();
    let builder = Session::builder(&scripted.router().with_udp(endpoint)).id(id());
    let socket = builder.create_datagrams(datagrams).unwrap();
    (scripted, udp, socket)
}

#[test]
fn a_repliable_datagram_is_answered() {
    bounded(|| {
        let bridge = bridge();
        let [server, client] = [(); 2].map(|()| socket(&bridge, Datagrams::repliable()));
        let mut buffer = [0; 16];
        assert_eq!(client.send_to(b"ping", server.destination()).unwrap(), 4);
        let received = server.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len], b"ping");
        let source = received.source.unwrap();
        assert_eq!(source.destination(), Some(client.destination()));
        assert_eq!(received.ports, Some(Ports::default()));
        server.send_to(b"pong", source).unwrap();
        let received = client.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len], b"pong");
        assert_eq!(server.dropped(), Dropped::default());
    });
}

#[test]
fn datagrams_of_every_size_arrive_whole() {
    bounded(|| {
        let bridge = bridge();
        for datagrams in [Datagrams::repliable(), Datagrams::raw()] {
            let [a, b] = [(); 2].map(|()| socket(&bridge, datagrams));
            let mut buffer = vec![0; MAX_LEN];
            for len in [1, 2, 1472, 8192, MAX_LEN] {
                a.send_to(&noise(len), b.destination()).unwrap();
                let received = b.recv_from(&mut buffer).unwrap();
                assert_eq!(buffer[..received.len], noise(len));
            }
        }
    });
}

#[test]
fn bad_sizes_are_refused_before_anything_is_sent() {
    bounded(|| {
        let bridge = bridge();
        let [a, b] = [(); 2].map(|()| socket(&bridge, Datagrams::repliable()));
        let table = [(0, Usage::Empty), (MAX_LEN + 1, Usage::TooLarge(31_000))];
        for (len, expected) in table {
            let refused = a.send_to(&noise(len), b.destination()).unwrap_err();
            assert!(matches!(refused, Error::Usage(usage) if usage == expected));
        }
        b.set_read_timeout(Some(MOMENT)).unwrap();
        assert!(matches!(b.recv_from(&mut [0; 9]), Err(Error::TimedOut)));
    });
}

#[test]
fn a_datagram_larger_than_the_buffer_is_told_by_its_size() {
    bounded(|| {
        let bridge = bridge();
        let [a, b] = [(); 2].map(|()| socket(&bridge, Datagrams::raw()));
        a.send_to(&noise(1000), b.destination()).unwrap();
        a.send_to(b"next", b.destination()).unwrap();
        let mut buffer = [0; 999];
        let refused = b.recv_from(&mut buffer).unwrap_err();
        assert!(
            matches!(refused, Error::Oversized { len: 1000 }),
            "{refused:?}"
        );
        assert_eq!(b.recv_from(&mut buffer).unwrap().len, 4);
    });
}

#[test]
fn ports_and_protocol_of_a_raw_datagram_are_told() {
    bounded(|| {
        let bridge = bridge();
        let ports = Ports { from: 1, to: 2 };
        let sent = Datagrams::raw().ports(ports).protocol(200);
        let a = socket(&bridge, sent);
        let b = socket(&bridge, Datagrams::raw().header());
        let mut buffer = [0; 16];
        a.send_to(b"one", b.destination()).unwrap();
        let received = b.recv_from(&mut buffer).unwrap();
        assert_eq!(
            (received.ports, received.protocol),
            (Some(ports), Some(200))
        );
        let others = Ports { from: 3, to: 65535 };
        a.send_to_with_ports(b"two", b.destination(), others)
            .unwrap();
        let received = b.recv_from(&mut buffer).unwrap();
        assert_eq!((received.ports, received.len), (Some(others), 3));
        assert_eq!(received.source, None);
    });
}

#[test]
fn a_raw_datagram_without_a_header_is_nothing_but_its_bytes() {
    bounded(|| {
        let bridge = bridge();
        let [a, b] = [(); 2].map(|()| socket(&bridge, Datagrams::raw()));
        let payload = b"FROM_PORT=1 TO_PORT=2 PROTOCOL=3\nrest";
        a.send_to(payload, b.destination()).unwrap();
        let mut buffer = [0; 64];
        let received = b.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len], payload);
        assert_eq!((received.ports, received.protocol), (None, None));
    });
}

#[test]
fn a_name_is_looked_up() {
    bounded(|| {
        let bridge = bridge();
        let [a, b] = [(); 2].map(|()| socket(&bridge, Datagrams::repliable()));
        a.send_to(b"hello", b.address()).unwrap();
        assert_eq!(b.recv(&mut [0; 9]).unwrap(), 5);
        let nobody = Address::from_hash([7; 32]);
        let refused = a.send_to(b"hello", nobody).unwrap_err();
        assert!(refused.is_refused(ResultCode::KeyNotFound), "{refused:?}");
    });
}

#[test]
fn a_connected_socket_hears_its_peer_alone() {
    bounded(|| {
        let bridge = bridge();
        let [a, b, other] = [(); 3].map(|()| socket(&bridge, Datagrams::repliable()));
        assert!(matches!(a.send(b"x"), Err(Error::Usage(Usage::NotNow))));
        a.connect(b.address()).unwrap();
        assert_eq!(a.peer().as_ref(), Some(b.destination()));
        a.send(b"hello").unwrap();
        assert_eq!(b.recv(&mut [0; 9]).unwrap(), 5);
        other.send_to(b"not me", a.destination()).unwrap();
        b.send_to(b"me", a.destination()).unwrap();
        assert_eq!(a.recv(&mut [0; 9]).unwrap(), 2);
    });
}

#[test]
fn whoever_waits_wakes_when_the_session_ends() {
    bounded(|| {
        let bridge = bridge();
        let waiting = socket(&bridge, Datagrams::repliable());
        thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(|| waiting.recv(&mut [0; 9])));
            bridge.stop();
            for thread in threads {
                let ended = thread.join().unwrap();
                assert!(matches!(ended, Err(Error::SessionEnded)), "{ended:?}");
            }
        });
        let refused = waiting.send_to(b"x", waiting.destination());
        assert!(matches!(refused, Err(Error::SessionEnded)));
    });
}

#[test]
fn whoever_waits_wakes_when_the_session_is_closed_here() {
    bounded(|| {
        let bridge = bridge();
        let waiting = socket(&bridge, Datagrams::raw());
        thread::scope(|scope| {
            let thread = scope.spawn(|| waiting.recv(&mut [0; 9]));
            waiting.session().close();
            assert!(matches!(thread.join().unwrap(), Err(Error::SessionEnded)));
        });
    });
}

#[test]
fn host_and_port_are_those_of_the_bound_socket() {
    bounded(|| {
        let port = {
            let free = UdpSocket::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.greet();
                wire.hear(&format!(
                    "SESSION CREATE STYLE=DATAGRAM ID={ID} DESTINATION=TRANSIENT \
                     SIGNATURE_TYPE=7 HOST=127.0.0.1 PORT={port} inbound.quantity=3 \
                     outbound.quantity=3 i2cp.leaseSetEncType=4"
                ));
                wire.say(format!(
                    "SESSION STATUS RESULT=OK DESTINATION={}\n",
                    keys::private()
                ));
                wire.hear_end();
            })
            .start();
        let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        let datagrams = Datagrams::repliable().bind(everywhere);
        let socket = scripted.builder().create_datagrams(datagrams).unwrap();
        assert_eq!(
            socket.local_addr(),
            Some(SocketAddr::from(([127, 0, 0, 1], port)))
        );
    });
}

#[test]
fn one_packet_leaves_with_a_header_without_options() {
    bounded(|| {
        let (_scripted, udp, socket) = scripted(Datagrams::repliable());
        socket.send_to(b"pay\nload", keys::peer()).unwrap();
        let mut packet = [0; 2048];
        let (len, from) = udp.recv_from(&mut packet).unwrap();
        let expected = format!("3.0 {ID} {}\npay\nload", keys::peer());
        assert_eq!(String::from_utf8_lossy(&packet[..len]), expected);
        assert_eq!(from, socket.local_addr().unwrap());
    });
}

#[test]
fn packets_that_are_no_datagrams_are_counted_and_dropped() {
    bounded(|| {
        let (_scripted, udp, socket) = scripted(Datagrams::repliable());
        let forger = UdpSocket::bind("127.0.0.1:0").unwrap();
        let good = format!("{}\npayload", keys::peer());
        forger
            .send_to(good.as_bytes(), socket.local_addr().unwrap())
            .unwrap();
        let bad = [
            String::new(),
            "no newline".to_owned(),
            "\npayload".to_owned(),
            format!("{} FROM_PORT=x\npayload", keys::peer()),
            format!("{} FROM_PORT=1 FROM_PORT=1\npayload", keys::peer()),
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\npayload".to_owned(),
        ];
        for packet in &bad {
            udp.send_to(packet.as_bytes(), socket.local_addr().unwrap())
                .unwrap();
        }
        udp.send_to(b"\xff\xfe\n\xff", socket.local_addr().unwrap())
            .unwrap();
        udp.send_to(&[b'A'; 65_507], socket.local_addr().unwrap())
            .unwrap();
        udp.send_to(good.as_bytes(), socket.local_addr().unwrap())
            .unwrap();
        let mut buffer = [0; 16];
        let received = socket.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len], b"payload");
        let source = received.source.unwrap();
        assert_eq!(source.destination().unwrap().to_string(), keys::peer());
        let dropped = socket.dropped();
        assert_eq!(
            (dropped.foreign, dropped.malformed),
            (1, bad.len() as u64 + 2)
        );
        assert!(socket.session().is_alive());
    });
}

#[test]
fn a_raw_header_that_is_asked_for_is_read_if_it_is_there() {
    bounded(|| {
        let (_scripted, udp, socket) = scripted(Datagrams::raw().header());
        let send = |packet: &[u8]| udp.send_to(packet, socket.local_addr().unwrap()).unwrap();
        // i2pd sends none, whatever it was asked for.
        send(b"bare");
        send(b"PROTOCOL=9 FROM_PORT=1 TO_PORT=2\nbehind");
        send(b"FROM_PORT=1\nhalf");
        send(b"last");
        let mut buffer = [0; 64];
        let mut next = || {
            let received = socket.recv_from(&mut buffer).unwrap();
            let text = String::from_utf8_lossy(&buffer[..received.len]).into_owned();
            (text, received.protocol)
        };
        assert_eq!(next(), ("bare".to_owned(), None));
        assert_eq!(next(), ("behind".to_owned(), Some(9)));
        assert_eq!(next(), ("last".to_owned(), None));
        assert_eq!(socket.dropped().malformed, 1);
    });
}

#[test]
fn forged_packets_do_not_make_a_wait_endless() {
    bounded(|| {
        let (_scripted, _udp, socket) = scripted(Datagrams::raw());
        socket.set_read_timeout(Some(MOMENT)).unwrap();
        let forger = UdpSocket::bind("127.0.0.1:0").unwrap();
        let started = Instant::now();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| socket.recv(&mut [0; 9]));
            while !waiting.is_finished() {
                forger.send_to(b"x", socket.local_addr().unwrap()).unwrap();
            }
            assert!(matches!(waiting.join().unwrap(), Err(Error::TimedOut)));
        });
        assert!(started.elapsed() < Duration::from_secs(5));
        assert!(socket.dropped().foreign > 0);
    });
}

#[test]
fn an_old_router_is_not_asked_for_ports() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.line();
                wire.say("HELLO REPLY RESULT=OK VERSION=3.1\n");
                wire.hear_end();
            })
            .start();
        let datagrams = Datagrams::repliable().ports(Ports { from: 1, to: 2 });
        let refused = scripted.builder().create_datagrams(datagrams).unwrap_err();
        let needs = Usage::NeedsVersion(Version::V3_2);
        assert!(matches!(refused, Error::Usage(usage) if usage == needs));
    });
}

#[test]
fn datagram2_and_datagram3_say_who_sent_them_and_are_answered() {
    bounded(|| {
        let bridge = bridge();
        for (datagrams, is_hash) in [
            (Datagrams::datagram2(), false),
            (Datagrams::datagram3(), true),
        ] {
            let [a, b] = [(); 2].map(|()| socket(&bridge, datagrams));
            let mut buffer = [0; 9];
            a.send_to(b"ping", b.destination()).unwrap();
            let source = b.recv_from(&mut buffer).unwrap().source.unwrap();
            assert_eq!(source.address(), a.address());
            assert_eq!(source.destination().is_none(), is_hash);
            b.send_to(b"pong", &source).unwrap();
            // Only who it settles on gets through, also by the hash.
            a.connect(b.destination()).unwrap();
            assert_eq!(a.recv(&mut buffer).unwrap(), 4);
            // On the control socket they are received, and not sent.
            let control = socket(&bridge, datagrams.on_control_socket());
            a.send_to(b"there?", control.destination()).unwrap();
            let received = control.recv_from(&mut buffer).unwrap();
            assert_eq!((received.len, received.source.unwrap()), (6, source));
            let refused = control.send_to(b"x", a.destination()).unwrap_err();
            assert!(matches!(refused, Error::Usage(Usage::NotNow)));
        }
    });
}

#[test]
fn styles_that_a_router_does_not_know_are_refused() {
    bounded(|| {
        let styles = [
            (Datagrams::datagram2(), "DATAGRAM2"),
            (Datagrams::datagram3(), "DATAGRAM3"),
        ];
        for (datagrams, style) in styles {
            let scripted = Scripts::default()
                .then(|wire| {
                    wire.line();
                    wire.say("HELLO REPLY RESULT=OK VERSION=3.1\n");
                    wire.hear_end();
                })
                .then(move |wire| {
                    wire.greet();
                    wire.hear_start(&format!("SESSION CREATE STYLE={style} "));
                    wire.say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unknown STYLE\"\n");
                })
                .start();
            let refused = scripted.builder().create_datagrams(datagrams).unwrap_err();
            let needs = Usage::NeedsVersion(Version::V3_2);
            assert!(matches!(refused, Error::Usage(usage) if usage == needs));
            let refused = scripted.builder().create_datagrams(datagrams).unwrap_err();
            assert!(refused.is_refused(ResultCode::I2pError), "{refused:?}");
        }
    });
}

#[test]
fn a_hash_is_no_source_of_signed_datagrams() {
    bounded(|| {
        let (_scripted, udp, socket) = scripted(Datagrams::datagram2());
        let here = socket.local_addr().unwrap();
        let hash = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        udp.send_to(format!("{hash}\nforged").as_bytes(), here)
            .unwrap();
        udp.send_to(format!("{}\ngood", keys::peer()).as_bytes(), here)
            .unwrap();
        assert_eq!(socket.recv(&mut [0; 9]).unwrap(), 4);
        assert_eq!(socket.dropped().malformed, 1);
    });
}

#[cfg(unix)]
#[test]
fn other_transports_use_udp_only_if_that_is_asked_for() {
    bounded(|| {
        let bridge = bridge();
        let unix = Router::over(crate::transports::unix::Unix(bridge.addr()));
        let refused = Session::builder(&unix).create_datagrams(Datagrams::raw().udp_in_clear());
        assert!(matches!(refused, Err(Error::Usage(Usage::NotNow))));
        let named = unix.with_udp(bridge.udp_addr().into());
        let table = [
            (Datagrams::raw(), false),
            (Datagrams::raw().udp_in_clear(), true),
        ];
        for (datagrams, is_udp) in table {
            let [a, b] = [(); 2].map(|()| {
                let builder = Session::builder(&named);
                builder.create_datagrams(datagrams).unwrap()
            });
            assert_eq!(a.local_addr().is_some(), is_udp);
            a.send_to(b"hello", b.destination()).unwrap();
            assert_eq!(b.recv(&mut [0; 9]).unwrap(), 5);
        }
    });
}
