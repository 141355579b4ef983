//! Reaching peers.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use sam_std::sam_core::error::Usage;
use sam_std::{Error, Ports, ResultCode, Session, Version};

use crate::hello::is_cut;
use crate::keys;
use crate::router::{GREETING, HASTE, HELLO, ID, OK, Play, Scripts, Wire};
use crate::watchdog::bounded;

/// What routers say instead of OK, what it means, and the words for people.
const REFUSALS: [(&str, ResultCode, &str); 18] = [
    (
        "STREAM STATUS RESULT=CANT_REACH_PEER\n",
        ResultCode::CantReachPeer,
        "CANT_REACH_PEER",
    ),
    (
        "STREAM STATUS RESULT=CANT_REACH_PEER",
        ResultCode::CantReachPeer,
        "CANT_REACH_PEER",
    ),
    (
        "STREAM STATUS RESULT=CANT_REACH_PEER MESSAGE=\"LeaseSet not found\"\n",
        ResultCode::CantReachPeer,
        "LeaseSet not found",
    ),
    (
        "STREAM STATUS RESULT=INVALID_KEY MESSAGE=\"Host name not found: nope.i2p\"\n",
        ResultCode::InvalidKey,
        "Host name not found: nope.i2p",
    ),
    (
        "STREAM STATUS RESULT=INVALID_ID MESSAGE=\"STREAM SESSION ID nope does not exist\"\n",
        ResultCode::InvalidId,
        "STREAM SESSION ID nope does not exist",
    ),
    (
        "STREAM STATUS RESULT=I2P_ERROR\n",
        ResultCode::I2pError,
        "I2P_ERROR",
    ),
    (
        "STREAM STATUS RESULT=TIMEOUT MESSAGE=timeout\n",
        ResultCode::Timeout,
        "timeout",
    ),
    (
        "STREAM STATUS RESULT=CONNECTION_REFUSED MESSAGE=\"Connection refused\"\n",
        ResultCode::ConnectionRefused,
        "Connection refused",
    ),
    (
        "STREAM STATUS RESULT=PEER_NOT_FOUND MESSAGE=\"no \\\"lease\\\" set\"\n",
        ResultCode::PeerNotFound,
        "no \\\"lease\\\" set",
    ),
    (
        "STREAM STATUS RESULT=KEY_NOT_FOUND\n",
        ResultCode::KeyNotFound,
        "KEY_NOT_FOUND",
    ),
    (
        "STREAM STATUS RESULT=LEASESET_NOT_FOUND\n",
        ResultCode::LeasesetNotFound,
        "LEASESET_NOT_FOUND",
    ),
    (
        "STREAM STATUS RESULT=ALREADY_ACCEPTING\n",
        ResultCode::AlreadyAccepting,
        "ALREADY_ACCEPTING",
    ),
    (
        "STREAM STATUS RESULT=DUPLICATED_DEST\n",
        ResultCode::DuplicatedDest,
        "DUPLICATED_DEST",
    ),
    (
        "STREAM STATUS RESULT=INVALID_DIRECTION\n",
        ResultCode::Other,
        "INVALID_DIRECTION",
    ),
    (
        "STREAM STATUS RESULT=SOMETHING_NEW MESSAGE=\"tell me\x07 more\"\n",
        ResultCode::Other,
        "tell me\\x07 more",
    ),
    (
        "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Socket already in use\"\n",
        ResultCode::I2pError,
        "Socket already in use",
    ),
    (
        "STREAM REPLY MESSAGE=\"other order\" RESULT=TIMEOUT UNKNOWN=key stray\n",
        ResultCode::Timeout,
        "other order",
    ),
    (
        "STREAM RESULT=I2P_ERROR MESSAGE=\"unknown command\"\n",
        ResultCode::I2pError,
        "unknown command",
    ),
];

/// Plays a stream that says back what it hears, to the end.
fn echo(wire: &mut Wire) {
    wire.connect("echo.i2p");
    wire.say(OK);
    while let Some(line) = wire.line_or_end() {
        wire.say(line);
    }
}

#[test]
fn a_refusal_is_typed_and_leaves_session_and_streams_alone() {
    bounded(|| {
        let mut scripts = Scripts::default()
            .then(|wire| {
                wire.create();
                for _ in REFUSALS {
                    wire.answer_lookup("still.i2p", keys::peer());
                }
                wire.hear_end();
            })
            .then(echo);
        for (line, ..) in REFUSALS {
            scripts = scripts.then(move |wire| {
                wire.connect("nope.i2p");
                wire.say(line);
            });
        }
        let scripted = scripts.then(echo).start();
        let session = scripted.session();
        let mut stream = session.connect("echo.i2p").unwrap();
        for (line, code, expected) in REFUSALS {
            match session.connect("nope.i2p").unwrap_err() {
                Error::Refused { code: was, message } => {
                    assert_eq!((was, &*message), (code, expected));
                }
                other => panic!("{line}: {other:?}"),
            }
            session.lookup("still.i2p").unwrap();
            check_echo(&mut stream);
        }
        check_echo(&mut session.connect("echo.i2p").unwrap());
        check_echo(&mut stream);
    });
}

fn check_echo(stream: &mut sam_std::Stream) {
    stream.write_all(b"ping\n").unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"ping\n");
}

#[test]
fn a_refusal_turns_into_an_io_error_of_a_fitting_kind() {
    bounded(|| {
        let table = [
            ("CANT_REACH_PEER", io::ErrorKind::HostUnreachable),
            ("CONNECTION_REFUSED", io::ErrorKind::ConnectionRefused),
            ("TIMEOUT", io::ErrorKind::TimedOut),
            ("INVALID_ID", io::ErrorKind::NotConnected),
            ("INVALID_KEY", io::ErrorKind::NotFound),
            ("SOMETHING_NEW", io::ErrorKind::Other),
        ];
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for (word, _) in table {
            scripts = scripts.then(move |wire| {
                wire.connect("nope.i2p");
                wire.say(format!("STREAM STATUS RESULT={word}\n"));
            });
        }
        let scripted = scripts.start();
        let session = scripted.session();
        for (word, kind) in table {
            let error = io::Error::from(session.connect("nope.i2p").unwrap_err());
            assert_eq!(error.kind(), kind, "{word}");
            assert!(error.to_string().starts_with("the router refused: "));
        }
    });
}

#[test]
fn a_peer_that_does_not_answer_is_waited_for_no_longer_than_told() {
    let table: [(&str, Play); 3] = [
        ("silence", Wire::hear_end),
        ("nothing but PING", |wire| wire.repeat("PING 1\n")),
        ("a line that never ends", |wire| wire.repeat("S")),
    ];
    for (name, rest) in table {
        bounded(move || {
            let scripted = Scripts::default()
                .then(Wire::keep_session)
                .then(move |wire| {
                    wire.connect("slow.i2p");
                    rest(wire);
                })
                .then(echo)
                .start();
            let session = scripted.builder().timeouts(HASTE).create().unwrap();
            let start = Instant::now();
            let error = session.connect("slow.i2p").unwrap_err();
            assert!(matches!(error, Error::TimedOut), "{name}: {error:?}");
            assert!(start.elapsed() < Duration::from_secs(3), "{name}");
            check_echo(&mut session.connect("echo.i2p").unwrap());
        });
    }
}

#[test]
fn a_server_that_speaks_first_is_heard_from_its_first_byte() {
    let banner = b"\n220 STREAM STATUS RESULT=I2P_ERROR\n\0\xff";
    let table: [fn(&mut Wire, &[u8]); 2] = [
        |wire, bytes| wire.say(bytes),
        |wire, bytes| wire.spell(bytes),
    ];
    for say in table {
        bounded(move || {
            let scripted = Scripts::default()
                .then(Wire::keep_session)
                .then(move |wire| {
                    wire.connect(keys::peer());
                    say(wire, &[OK.as_bytes(), banner].concat());
                })
                .start();
            let session = scripted.session();
            let mut stream = session.connect(keys::peer()).unwrap();
            let mut heard = Vec::new();
            stream.read_to_end(&mut heard).unwrap();
            assert_eq!(heard, banner);
        });
    }
}

#[test]
fn nothing_is_said_behind_a_command_before_its_answer() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.hear(HELLO);
                wire.assert_silent();
                wire.say(GREETING);
                wire.hear(&format!("STREAM CONNECT ID={ID} DESTINATION=echo.i2p"));
                wire.assert_silent();
                wire.say(OK);
                wire.hear_bytes(b"first");
            })
            .start();
        let session = scripted.session();
        let mut stream = session.connect("echo.i2p").unwrap();
        stream.write_all(b"first").unwrap();
    });
}

#[test]
fn ports_are_sent_to_routers_that_know_them_and_to_no_other() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.greet();
                wire.hear(&format!(
                    "STREAM CONNECT ID={ID} DESTINATION=web.i2p FROM_PORT=1 TO_PORT=80"
                ));
                wire.say(OK);
            })
            .then(|wire| {
                wire.hear(HELLO);
                wire.say("HELLO REPLY RESULT=OK VERSION=3.1\n");
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        let ports = Ports { from: 1, to: 80 };
        let stream = session.connect_with_ports("web.i2p", ports).unwrap();
        assert_eq!(stream.ports(), Some(ports));
        let error = session.connect_with_ports("web.i2p", ports).unwrap_err();
        let expected = Usage::NeedsVersion(Version::V3_2);
        assert!(
            matches!(error, Error::Usage(usage) if usage == expected),
            "{error:?}"
        );
    });
}

#[test]
fn an_end_at_any_byte_of_the_answer_is_an_error_of_that_connect_alone() {
    bounded(|| {
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for end in 0..OK.len() {
            scripts = scripts.then(move |wire| {
                wire.connect("cut.i2p");
                wire.say(&OK[..end]);
            });
        }
        let scripted = scripts.start();
        let session = scripted.session();
        for end in 0..OK.len() {
            let error = session.connect("cut.i2p").unwrap_err();
            assert!(is_cut(&error), "at {end}: {error:?}");
        }
        assert!(session.is_alive());
    });
}

#[test]
fn a_router_that_is_not_there_is_named() {
    bounded(|| {
        let router = sam_std::Router::new("127.0.0.1:1").unwrap();
        let errors = [
            router.version().unwrap_err(),
            router.lookup("a.i2p").unwrap_err(),
            Session::builder(&router).create().unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
            let said = "no router answers at 127.0.0.1:1: ";
            assert!(error.to_string().starts_with(said), "{error}");
            let kind = io::Error::from(error).kind();
            assert_eq!(kind, io::ErrorKind::ConnectionRefused);
        }
    });
}
