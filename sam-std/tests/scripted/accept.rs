//! Waiting for peers.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use sam_std::{Error, Ports, ResultCode, Session};

use crate::keys;
use crate::router::{HASTE, ID, OK, Play, Scripts, Wire};
use crate::watchdog::bounded;

/// Plays an accept that a peer comes to.
fn give_peer(wire: &mut Wire) {
    wire.accept();
    wire.say(format!("{}\n", keys::peer()));
    wire.hear_end();
}

#[test]
fn a_refusal_after_ok_is_typed_and_the_session_goes_on() {
    let table = [
        (
            "STREAM STATUS RESULT=ALREADY_ACCEPTING \
             MESSAGE=\"a forwarding server is already defined for this destination\"\n",
            ResultCode::AlreadyAccepting,
            "a forwarding server is already defined for this destination",
        ),
        (
            "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Already accepting\"\n",
            ResultCode::I2pError,
            "Already accepting",
        ),
        (
            "STREAM STATUS RESULT=TIMEOUT",
            ResultCode::Timeout,
            "TIMEOUT",
        ),
        (
            "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"PONG timeout\"\n",
            ResultCode::I2pError,
            "PONG timeout",
        ),
    ];
    bounded(move || {
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for (line, ..) in table {
            scripts = scripts.then(move |wire| {
                wire.accept();
                wire.say(line);
            });
        }
        let scripted = scripts.then(give_peer).start();
        let session = scripted.session();
        for (line, code, expected) in table {
            match session.accept().unwrap_err() {
                Error::Refused { code: was, message } => {
                    assert_eq!((was, &*message), (code, expected));
                }
                other => panic!("{line}: {other:?}"),
            }
            assert!(session.is_alive());
        }
        session.accept().unwrap();
    });
}

#[test]
fn an_accept_that_the_router_closes_is_tried_again_while_the_session_lives() {
    let table: [(&str, Play); 4] = [
        ("after OK", Wire::accept),
        ("before OK", |wire| {
            wire.greet();
            wire.line();
        }),
        ("in the middle of the peer's destination", |wire| {
            wire.accept();
            wire.say(&keys::peer()[..300]);
        }),
        ("by a reset", |wire| {
            wire.greet();
            wire.turn_away();
        }),
    ];
    for (name, script) in table {
        bounded(move || {
            let scripted = Scripts::default()
                .then(Wire::keep_session)
                .then(script)
                .then(give_peer)
                .start();
            let session = scripted.session();
            let stream = session.accept().expect(name);
            assert_eq!(stream.peer().unwrap().to_string(), keys::peer());
        });
    }
}

#[test]
fn an_accept_that_the_router_closes_with_the_session_says_so() {
    bounded(|| {
        let (accepting, is_accepting) = mpsc::channel();
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.create();
                is_accepting.recv().unwrap();
            })
            .then(move |wire| {
                wire.accept();
                accepting.send(()).unwrap();
            })
            .start();
        let session = scripted.session();
        assert!(matches!(session.accept(), Err(Error::SessionEnded)));
    });
}

/// i2pd 2.45.1 does so now and then, if the peer has waited.
#[test]
fn a_peer_may_be_named_before_the_status_and_its_first_bytes_are_behind_that() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.greet();
                wire.hear(&format!("STREAM ACCEPT ID={ID}"));
                wire.say(format!("{}\n{OK}first bytes", keys::peer()));
                wire.hear_end();
            })
            .start();
        let mut stream = scripted.session().accept().unwrap();
        assert_eq!(
            stream.peer().map(ToString::to_string),
            Some(keys::peer().to_owned())
        );
        let mut heard = [0; 11];
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"first bytes");
    });
}

#[test]
fn the_peer_its_ports_and_its_first_bytes_arrive_however_they_are_cut() {
    let peer = keys::peer();
    let ports = |from, to| Some(Ports { from, to });
    let table = [
        (format!("{peer}\n"), None),
        (format!("{peer} FROM_PORT=11 TO_PORT=22\n"), ports(11, 22)),
        (
            format!("{peer} FROM_PORT=0 TO_PORT=65535\n"),
            ports(0, 65535),
        ),
        (format!("PING 1\n{peer}\n"), None),
    ];
    let data = b"\0SSH-2.0\r\nSTREAM STATUS RESULT=I2P_ERROR\n";
    for (line, expected) in table {
        for is_cut in [false, true] {
            let bytes = [line.as_bytes(), data].concat();
            let has_ping = line.starts_with("PING");
            bounded(move || {
                let scripted = Scripts::default()
                    .then(Wire::keep_session)
                    .then(move |wire| {
                        wire.accept();
                        if is_cut {
                            wire.spell(bytes);
                        } else {
                            wire.say(bytes);
                        }
                        if has_ping {
                            wire.hear("PONG 1");
                        }
                    })
                    .start();
                let mut stream = scripted.session().accept().unwrap();
                assert_eq!(stream.peer().unwrap().to_string(), keys::peer());
                assert_eq!(stream.ports(), expected);
                let mut received = Vec::new();
                stream.read_to_end(&mut received).unwrap();
                assert_eq!(received, data);
            });
        }
    }
}

#[test]
fn a_router_that_says_all_at_once_is_understood() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.greet();
                wire.line();
                wire.say(format!("{OK}{}\nhello", keys::peer()));
            })
            .start();
        let mut stream = scripted.session().accept().unwrap();
        assert_eq!(stream.buffered(), 5);
        let mut received = String::new();
        stream.read_to_string(&mut received).unwrap();
        assert_eq!(received, "hello");
    });
}

#[test]
fn what_comes_instead_of_a_peer_ends_that_accept_alone() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.accept();
                wire.say("not a destination\n");
                wire.hear_end();
            })
            .then(give_peer)
            .start();
        let session = scripted.session();
        let error = session.accept().unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
        session.accept().unwrap();
    });
}

#[test]
fn an_accept_lasts_no_longer_than_it_may() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.accept();
                wire.hear_end();
            })
            .start();
        let session = scripted.builder().timeouts(HASTE).create().unwrap();
        assert!(matches!(session.accept(), Err(Error::TimedOut)));
        assert!(session.is_alive());
    });
}

#[test]
fn accepts_wait_side_by_side_and_each_gets_a_peer_of_its_own() {
    const ACCEPTS: u64 = 5;
    bounded(|| {
        // No peer comes before all accepts are waiting.
        let gate = Arc::new(Barrier::new(5));
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for number in 0..ACCEPTS {
            let gate = Arc::clone(&gate);
            scripts = scripts.then(move |wire| {
                wire.accept();
                gate.wait();
                wire.say(format!("{}\n", keys::destination(number)));
                wire.hear_end();
            });
        }
        let scripted = scripts.start();
        let session = scripted.session();
        let peers: BTreeSet<_> = thread::scope(|scope| {
            let accept = || session.accept().unwrap().peer().unwrap().to_string();
            let accepts: Vec<_> = (0..ACCEPTS).map(|_| scope.spawn(accept)).collect();
            let peers = accepts.into_iter().map(|accept| accept.join().unwrap());
            peers.collect()
        });
        let expected = (0..ACCEPTS).map(|number| keys::destination(number).to_string());
        assert_eq!(peers, expected.collect());
    });
}

#[test]
fn incoming_tells_the_end_of_the_session_once() {
    bounded(|| {
        let (accepting, is_accepting) = mpsc::channel();
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.create();
                is_accepting.recv().unwrap();
            })
            .then(give_peer)
            .then(move |wire| {
                wire.accept();
                accepting.send(()).unwrap();
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        let mut incoming = session.incoming();
        assert!(matches!(incoming.next(), Some(Ok(_))));
        assert!(matches!(incoming.next(), Some(Err(Error::SessionEnded))));
        assert!(incoming.next().is_none());
        assert!(incoming.next().is_none());
    });
}

#[test]
fn incoming_ends_when_the_router_has_forgotten_the_session() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.greet();
                wire.line();
                wire.say("STREAM STATUS RESULT=INVALID_ID\n");
            })
            .start();
        let session = scripted.session();
        let mut errors = session.incoming();
        let error = errors.next().unwrap().unwrap_err();
        assert!(error.is_refused(ResultCode::InvalidId), "{error:?}");
        assert!(errors.next().is_none());
    });
}

#[test]
fn incoming_does_not_storm_a_router_that_refuses() {
    bounded(|| {
        let refuse = |wire: &mut Wire| {
            wire.accept();
            wire.say("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"Already accepting\"\n");
        };
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(refuse)
            .then(refuse)
            .then(give_peer)
            .start();
        let session: Session = scripted.session();
        let mut incoming = session.incoming();
        let start = Instant::now();
        assert!(incoming.next().unwrap().is_err());
        assert!(incoming.next().unwrap().is_err());
        assert!(incoming.next().unwrap().is_ok());
        // Pauses of 250 and of 500 ms.
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(750), "{took:?}");
    });
}
