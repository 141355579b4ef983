//! Datagrams on the control socket, against the bridge that stands in for a router and scripts.

use std::thread;
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;
use sam_std::sam_core::error::Usage;
use sam_std::{DatagramSocket, Datagrams, Error, Ports, Router, Session};

use crate::keys;
use crate::router::{ScriptedRouter, Scripts, Wire, found};
use crate::watchdog::bounded;

/// The longest that leaves, in bytes.
const MAX_LEN: usize = 7_600;

const REPLIABLE: Datagrams = Datagrams::repliable().on_control_socket();
const RAW: Datagrams = Datagrams::raw().on_control_socket();

fn bridge() -> LoopbackBridge {
    LoopbackBridge::start().unwrap()
}

fn pair(bridge: &LoopbackBridge, datagrams: Datagrams) -> [DatagramSocket; 2] {
    let router = Router::from(bridge.addr());
    [(); 2].map(|()| {
        Session::builder(&router)
            .create_datagrams(datagrams)
            .unwrap()
    })
}

/// A router whose session for datagrams goes on with this script.
fn scripted(style: &str, then: impl FnOnce(&mut Wire) + Send + 'static) -> ScriptedRouter {
    let create = format!("SESSION CREATE STYLE={style} ID=");
    Scripts::default()
        .then(move |wire| {
            wire.greet();
            let rest = wire.hear_start(&create);
            assert!(!rest.contains("PORT="), "{rest}");
            wire.say(format!(
                "SESSION STATUS RESULT=OK DESTINATION={}\n",
                keys::private()
            ));
            then(wire);
        })
        .start()
}

fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|place| (place * 31 % 251) as u8).collect()
}

/// A line of the router's with the payload behind it.
fn received(len: usize) -> Vec<u8> {
    let line = format!(
        "DATAGRAM RECEIVED DESTINATION={} SIZE={len}\n",
        keys::peer()
    );
    [line.into_bytes(), noise(len)].concat()
}

#[test]
fn datagrams_of_every_size_arrive_whole_and_are_answered() {
    bounded(|| {
        let bridge = bridge();
        for datagrams in [REPLIABLE, RAW] {
            let [a, b] = pair(&bridge, datagrams);
            let mut buffer = vec![0; MAX_LEN];
            for (from, to) in [(&a, &b), (&b, &a)] {
                for len in [1, 2, 2048, MAX_LEN] {
                    assert_eq!(from.send_to(&noise(len), to.destination()).unwrap(), len);
                    let received = to.recv_from(&mut buffer).unwrap();
                    assert_eq!(buffer[..received.len], noise(len));
                    let source = received.source.as_ref();
                    assert!(source.is_none_or(|source| *source == *from.destination()));
                    assert_eq!(source.is_none(), datagrams == RAW);
                    assert_eq!(received.ports, Some(Ports::default()));
                }
            }
        }
    });
}

#[test]
fn the_two_ways_reach_each_other() {
    bounded(|| {
        let bridge = bridge();
        let router = Router::from(bridge.addr()).with_udp(bridge.udp_addr().into());
        let [udp, control] = [Datagrams::repliable(), REPLIABLE].map(|datagrams| {
            Session::builder(&router)
                .create_datagrams(datagrams)
                .unwrap()
        });
        for (from, to) in [(&udp, &control), (&control, &udp)] {
            from.send_to(b"hello", to.destination()).unwrap();
            assert_eq!(to.recv(&mut [0; 9]).unwrap(), 5);
        }
    });
}

#[test]
fn bad_sizes_are_refused_with_the_limit_before_anything_is_sent() {
    bounded(|| {
        let scripted = scripted("DATAGRAM", Wire::hear_end);
        let socket = scripted.builder().create_datagrams(REPLIABLE).unwrap();
        let table = [(0, Usage::Empty), (MAX_LEN + 1, Usage::TooLarge(7_600))];
        for (len, expected) in table {
            let refused = socket.send_to(&noise(len), keys::peer()).unwrap_err();
            assert!(matches!(refused, Error::Usage(usage) if usage == expected));
        }
    });
}

#[test]
fn line_and_payload_leave_together() {
    bounded(|| {
        let scripted = scripted("RAW", |wire| {
            wire.hear(&format!("RAW SEND DESTINATION={} SIZE=9", keys::peer()));
            wire.hear_bytes(b"pay\nload\n");
            let peer = keys::peer();
            wire.hear(&format!(
                "RAW SEND DESTINATION={peer} SIZE=1 FROM_PORT=3 TO_PORT=4"
            ));
            wire.hear_bytes(b"x");
            wire.hear_end();
        });
        let socket = scripted.builder().create_datagrams(RAW).unwrap();
        socket.send_to(b"pay\nload\n", keys::peer()).unwrap();
        let ports = Ports { from: 3, to: 4 };
        socket
            .send_to_with_ports(b"x", keys::peer(), ports)
            .unwrap();
    });
}

#[test]
fn a_datagram_in_the_middle_of_a_lookup_spoils_neither() {
    bounded(|| {
        // In one piece, byte by byte, and with a payload that looks like the answer.
        for (is_spelled, len) in [(false, 40), (true, 40), (false, 5_000)] {
            let scripted = scripted("DATAGRAM", move |wire| {
                wire.hear("NAMING LOOKUP NAME=site.i2p");
                let answer = found("site.i2p", keys::peer());
                let lie = "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=site.i2p\n";
                let line = format!("DATAGRAM RECEIVED DESTINATION={} SIZE=", keys::peer());
                let lie = format!("{line}{}\n{lie}", lie.len()).into_bytes();
                let rest = [b"PING still there\n".to_vec(), answer.into_bytes()].concat();
                let all = [received(len), lie, rest, received(len)].concat();
                match is_spelled {
                    true => wire.spell(all),
                    false => wire.say(all),
                }
                wire.hear("PONG still there");
                wire.hear_end();
            });
            let socket = scripted.builder().create_datagrams(REPLIABLE).unwrap();
            let found = socket.session().lookup("site.i2p").unwrap();
            assert_eq!(found.to_string(), keys::peer());
            let mut buffer = vec![0; len.max(64)];
            for expected in [Some(noise(len)), None, Some(noise(len))] {
                let received = socket.recv_from(&mut buffer).unwrap();
                let payload = &buffer[..received.len];
                match expected {
                    Some(expected) => assert_eq!(payload, expected),
                    None => assert!(payload.starts_with(b"NAMING REPLY")),
                }
            }
        }
    });
}

#[test]
fn a_datagram_that_comes_with_the_session_is_not_lost() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.greet();
                wire.line();
                let status = format!("SESSION STATUS RESULT=OK DESTINATION={}\n", keys::private());
                wire.say([status.into_bytes(), received(3_000)].concat());
                wire.hear_end();
            })
            .start();
        let socket = scripted.builder().create_datagrams(REPLIABLE).unwrap();
        let mut buffer = vec![0; 3_000];
        assert_eq!(socket.recv(&mut buffer).unwrap(), 3_000);
        assert_eq!(buffer, noise(3_000));
    });
}

#[test]
fn a_datagram_larger_than_the_buffer_is_told_by_its_size() {
    bounded(|| {
        let bridge = bridge();
        let [a, b] = pair(&bridge, RAW);
        a.send_to(&noise(1000), b.destination()).unwrap();
        a.send_to(b"next", b.destination()).unwrap();
        let mut buffer = [0; 999];
        let refused = b.recv_from(&mut buffer).unwrap_err();
        assert!(matches!(refused, Error::Oversized { len: 1000 }));
        assert_eq!(b.recv(&mut buffer).unwrap(), 4);
    });
}

#[test]
fn what_is_no_datagram_is_counted_and_the_session_lives_on() {
    bounded(|| {
        let bad = [
            "DATAGRAM RECEIVED SIZE=1\nx".to_owned(),
            "DATAGRAM RECEIVED DESTINATION=nobody SIZE=1\nx".to_owned(),
            "RAW RECEIVED SIZE=1\nx".to_owned(),
            format!(
                "DATAGRAM RECEIVED DESTINATION={} SIZE=1 FROM_PORT=x\nx",
                keys::peer()
            ),
            format!(
                "DATAGRAM RECEIVED DESTINATION={} SIZE=65537\n{}",
                keys::peer(),
                "y".repeat(65_537)
            ),
        ];
        let count = bad.len() as u64;
        let scripted = scripted("DATAGRAM", move |wire| {
            for bad in bad {
                wire.say(bad);
            }
            wire.say(b"DATAGRAM RECEIVED DESTINATION=\xff\xfe SIZE=2\n\xff\xfe");
            wire.say(received(65_535));
            wire.say(received(0));
            wire.hear_end();
        });
        let socket = scripted.builder().create_datagrams(REPLIABLE).unwrap();
        let mut buffer = vec![0; 65_535];
        assert_eq!(socket.recv(&mut buffer).unwrap(), 65_535);
        assert_eq!(buffer, noise(65_535));
        assert_eq!(socket.recv(&mut buffer).unwrap(), 0);
        assert_eq!(socket.dropped().malformed, count + 1);
        assert!(socket.session().is_alive());
    });
}

#[test]
fn a_size_that_nobody_can_tell_or_that_never_comes_ends_the_session() {
    bounded(|| {
        let table = [
            format!("DATAGRAM RECEIVED DESTINATION={} SIZE=x\n", keys::peer()),
            format!("DATAGRAM RECEIVED DESTINATION={}\n", keys::peer()),
            format!(
                "DATAGRAM RECEIVED DESTINATION={} SIZE=9\nshort",
                keys::peer()
            ),
        ];
        for said in table {
            let scripted = scripted("DATAGRAM", move |wire| {
                wire.hear("NAMING LOOKUP NAME=site.i2p");
                wire.say(said);
            });
            let socket = scripted.builder().create_datagrams(REPLIABLE).unwrap();
            let ended = socket.session().lookup("site.i2p").unwrap_err();
            assert!(matches!(ended, Error::SessionEnded), "{ended:?}");
            let ended = socket.recv(&mut [0; 9]).unwrap_err();
            assert!(matches!(ended, Error::SessionEnded), "{ended:?}");
        }
    });
}

#[test]
fn datagrams_that_nobody_takes_are_counted_beyond_64() {
    bounded(|| {
        let scripted = scripted("DATAGRAM", |wire| {
            for _ in 0..70 {
                wire.say(received(10));
            }
            wire.answer_lookup("site.i2p", keys::peer());
            wire.hear_end();
        });
        let socket = scripted.builder().create_datagrams(REPLIABLE).unwrap();
        // Its answer stands behind all of them.
        socket.session().lookup("site.i2p").unwrap();
        assert_eq!(socket.dropped().overflow, 6);
        for _ in 0..64 {
            assert_eq!(socket.recv(&mut [0; 10]).unwrap(), 10);
        }
        socket
            .set_read_timeout(Some(Duration::from_millis(10)))
            .unwrap();
        let nothing = socket.recv(&mut [0; 10]).unwrap_err();
        assert!(matches!(nothing, Error::TimedOut), "{nothing:?}");
    });
}

#[test]
fn the_end_of_the_session_wakes_who_waits_behind_what_came() {
    bounded(|| {
        let bridge = bridge();
        let [a, b] = pair(&bridge, REPLIABLE);
        a.send_to(b"x", b.destination()).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                assert_eq!(b.recv(&mut [0; 9]).unwrap(), 1);
                b.session().close();
                b.recv(&mut [0; 9])
            });
            let ended = waiting.join().unwrap().unwrap_err();
            assert!(matches!(ended, Error::SessionEnded), "{ended:?}");
        });
        let ended = b.send_to(b"x", a.destination()).unwrap_err();
        assert!(matches!(ended, Error::SessionEnded), "{ended:?}");
    });
}

/// Neither reads while it writes, so each would wait for the other if its keeper did.
#[test]
fn two_that_write_much_at_once_do_not_wait_for_each_other() {
    bounded(|| {
        let bridge = bridge();
        let [a, b] = pair(&bridge, RAW);
        thread::scope(|scope| {
            for (from, to) in [(&a, &b), (&b, &a)] {
                scope.spawn(move || {
                    for _ in 0..200 {
                        from.send_to(&[1; MAX_LEN], to.destination()).unwrap();
                    }
                });
            }
        });
        for socket in [a, b] {
            assert!(socket.session().is_alive());
            assert_eq!(socket.recv(&mut [0; MAX_LEN]).unwrap(), MAX_LEN);
        }
    });
}
