//! The first words with a router.

use sam_core::field::Field;
use std::time::{Duration, Instant};

use sam_std::sam_core::error::{Full, Malformed};
use sam_std::{Error, ResultCode, Version};

use crate::router::{GREETING, HELLO, Play, Scripts, Wire};
use crate::watchdog::bounded;

const OLD_HELLO: &str = "HELLO VERSION MIN=3.0 MAX=3.1";

fn refuse_versions(wire: &mut Wire) {
    wire.hear(HELLO);
    wire.say("HELLO REPLY RESULT=NOVERSION\n");
}

#[test]
fn an_old_router_is_dialled_once_more_and_remembered_by_all_clones() {
    bounded(|| {
        let greet_old = |wire: &mut Wire| {
            wire.hear(OLD_HELLO);
            wire.say("HELLO REPLY RESULT=OK VERSION=3.1\n");
            wire.hear_end();
        };
        let scripted = Scripts::default()
            .then(refuse_versions)
            .then(greet_old)
            .then(greet_old)
            .then(greet_old)
            .start();
        let router = scripted.router();
        let clone = router.clone();
        for _ in 0..2 {
            assert_eq!(router.version().unwrap(), Version::V3_1);
        }
        assert_eq!(clone.version().unwrap(), Version::V3_1);
    });
}

#[test]
fn a_router_that_refuses_the_old_versions_too_is_not_dialled_a_third_time() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(refuse_versions)
            .then(|wire| {
                wire.hear(OLD_HELLO);
                wire.say("HELLO REPLY RESULT=NOVERSION\n");
            })
            .start();
        let error = scripted.router().version().unwrap_err();
        assert!(error.is_refused(ResultCode::NoVersion), "{error:?}");
    });
}

#[test]
fn every_3_x_will_do_even_one_below_the_range_asked_for() {
    bounded(|| {
        for (version, minor) in [("3.0", 0), ("3.1", 1), ("3.2", 2), ("3.3", 3), ("3.9", 9)] {
            let scripted = Scripts::default()
                .then(move |wire| {
                    wire.hear(HELLO);
                    wire.spell(format!("HELLO REPLY RESULT=OK VERSION={version}\n"));
                })
                .start();
            let expected = Version { major: 3, minor };
            assert_eq!(scripted.router().version().unwrap(), expected);
        }
    });
}

#[test]
fn no_router_keeps_a_client_longer_than_its_patience() {
    let table: [(&str, Play); 4] = [
        ("silent", Wire::hear_end),
        ("a line that never ends", |wire| wire.repeat("H")),
        ("nothing but PING", |wire| wire.repeat("PING 1\n")),
        ("half an answer", |wire| {
            wire.say(GREETING.trim_end());
            wire.hear_end();
        }),
    ];
    for (name, rest) in table {
        bounded(move || {
            let scripted = Scripts::default()
                .then(move |wire| {
                    wire.hear(HELLO);
                    rest(wire);
                })
                .start();
            let start = Instant::now();
            let error = scripted.router_in_haste().version().unwrap_err();
            assert!(matches!(error, Error::TimedOut), "{name}: {error:?}");
            let took = start.elapsed();
            assert!(took >= Duration::from_millis(500), "{name}: {took:?}");
            assert!(took < Duration::from_secs(3), "{name}: {took:?}");
        });
    }
}

#[test]
fn what_is_no_answer_to_hello_is_shown_and_refused() {
    let table: [(&[u8], Malformed, &str); 9] = [
        (
            b"HTTP/1.1 400 Bad Request\r\n",
            Malformed::Verb,
            "HTTP/1.1 400 Bad Request\\r",
        ),
        (b"220 mail.example\n", Malformed::Verb, "220 mail.example"),
        (
            b"\x16\x03\x01\xff\n",
            Malformed::Verb,
            "\\x16\\x03\\x01\\xff",
        ),
        (b"\n", Malformed::Syntax, ""),
        (
            b"HELLO REPLY\n",
            Malformed::Missing(Field::Result),
            "HELLO REPLY",
        ),
        (
            b"HELLO REPLY RESULT=OK VERSION=x\n",
            Malformed::Value(Field::Version),
            "HELLO REPLY RESULT=OK VERSION=x",
        ),
        (
            b"HELLO REPLY RESULT=OK VERSION=2.0\n",
            Malformed::Version,
            "HELLO REPLY RESULT=OK VERSION=2.0",
        ),
        (
            b"HELLO REPLY RESULT=OK VERSION=0.3\n",
            Malformed::Version,
            "HELLO REPLY RESULT=OK VERSION=0.3",
        ),
        (
            b"STREAM STATUS RESULT=OK\n",
            Malformed::Unexpected,
            "STREAM STATUS RESULT=OK",
        ),
    ];
    bounded(move || {
        for (answer, expected, shown) in table {
            let scripted = Scripts::default()
                .then(move |wire| {
                    wire.hear(HELLO);
                    wire.say(answer);
                    wire.hear_end();
                })
                .start();
            match scripted.router().version().unwrap_err() {
                Error::Malformed {
                    malformed,
                    received,
                } => assert_eq!((malformed, &*received), (expected, shown)),
                other => panic!("{shown}: {other:?}"),
            }
        }
    });
}

#[test]
fn a_refused_hello_keeps_the_router_s_words() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.hear(HELLO);
                wire.say("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"USER and PASSWORD required\"\n");
            })
            .start();
        let error = scripted.router().version().unwrap_err();
        let said = "the router refused: I2P_ERROR (USER and PASSWORD required)";
        assert_eq!(error.to_string(), said);
    });
}

#[test]
fn a_line_longer_than_the_buffer_is_an_error_of_its_own() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.hear(HELLO);
                wire.say("x".repeat(20_000));
                wire.hear_end();
            })
            .start();
        let error = scripted.router().version().unwrap_err();
        assert!(matches!(error, Error::Full(Full::Receive)), "{error:?}");
    });
}

#[test]
fn an_end_at_any_byte_of_the_greeting_is_an_error() {
    bounded(|| {
        let mut scripts = Scripts::default();
        for end in 0..GREETING.len() {
            scripts = scripts.then(move |wire| {
                wire.hear(HELLO);
                wire.say(&GREETING[..end]);
            });
        }
        let scripted = scripts.start();
        for end in 0..GREETING.len() {
            let error = scripted.router().version().unwrap_err();
            assert!(is_cut(&error), "at {end}: {error:?}");
        }
    });
}

/// Whether an error is one of a conversation that broke off; a result word may be cut, too.
pub(crate) fn is_cut(error: &Error) -> bool {
    matches!(error, Error::Closed | Error::Malformed { .. }) || error.is_refused(ResultCode::Other)
}
