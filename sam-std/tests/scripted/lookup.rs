//! Questions on the session's own socket.

use sam_core::field::Field;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sam_std::sam_core::error::{Malformed, Usage};
use sam_std::sam_core::time::Duration as Span;
use sam_std::{Error, ResultCode, Session, Timeouts, Version};

use crate::keys;
use crate::router::{HASTE, Scripts, found, id};
use crate::watchdog::bounded;

/// Asks for a name that [`keys::destination`] has a number for.
fn look_up(session: &Session, number: u64) -> Result<(), Error> {
    let destination = session.lookup(format!("n{number}.i2p"))?;
    assert_eq!(destination, keys::destination(number), "not n{number}'s");
    Ok(())
}

fn reply(number: u64) -> String {
    found(
        &format!("n{number}.i2p"),
        &keys::destination(number).to_string(),
    )
}

#[test]
fn ping_is_answered_while_the_session_is_idle() {
    bounded(|| {
        let (answered, is_answered) = mpsc::channel();
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.create();
                for text in ["1700000000000", "a  b", ""] {
                    let space = if text.is_empty() { "" } else { " " };
                    wire.say(format!("PING{space}{text}\n"));
                    wire.hear(&format!("PONG{space}{text}"));
                }
                answered.send(()).unwrap();
                wire.hear_end();
            })
            .start();
        let _session = scripted.session();
        is_answered.recv().unwrap();
    });
}

#[test]
fn nothing_that_nobody_asked_for_comes_between_a_lookup_and_its_answer() {
    let table = [
        ("PING 17\n", Some("PONG 17")),
        ("PONG 17\n", None),
        ("SESSION STATUS RESULT=OK MESSAGE=hello\n", None),
        ("STREAM STATUS RESULT=OK\n", None),
        ("HELLO REPLY RESULT=OK VERSION=3.3\n", None),
    ];
    for (unasked, answer) in table {
        bounded(move || {
            let scripted = Scripts::default()
                .then(move |wire| {
                    wire.create();
                    wire.hear("NAMING LOOKUP NAME=n1.i2p");
                    wire.say(unasked);
                    if let Some(answer) = answer {
                        wire.hear(answer);
                    }
                    wire.say(reply(1));
                    wire.hear("NAMING LOOKUP NAME=n2.i2p");
                    wire.say(format!("{unasked}{}", reply(2)));
                    if let Some(answer) = answer {
                        wire.hear(answer);
                    }
                    wire.hear_end();
                })
                .start();
            let session = scripted.session();
            look_up(&session, 1).unwrap();
            look_up(&session, 2).unwrap();
        });
    }
}

#[test]
fn many_threads_ask_at_once_and_each_gets_its_own_answers() {
    const THREADS: u64 = 8;
    const LOOKUPS: u64 = 50;
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create();
                for _ in 0..THREADS * LOOKUPS {
                    let name = wire.hear_start("NAMING LOOKUP NAME=n");
                    let number = name.strip_suffix(".i2p").unwrap().parse().unwrap();
                    wire.say(reply(number));
                }
                wire.hear_end();
            })
            .start();
        let session = &scripted.session();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    for lookup in 0..LOOKUPS {
                        look_up(session, thread * LOOKUPS + lookup).unwrap();
                    }
                });
            }
        });
    });
}

#[test]
fn an_answer_that_comes_too_late_is_nobody_s() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create();
                wire.hear("NAMING LOOKUP NAME=n1.i2p");
                wire.hear("NAMING LOOKUP NAME=n2.i2p");
                wire.say(reply(1));
                wire.say(reply(2));
                wire.hear("NAMING LOOKUP NAME=n3.i2p");
                wire.say(reply(3));
                wire.hear_end();
            })
            .start();
        let session = scripted.builder().timeouts(HASTE).create().unwrap();
        assert!(matches!(look_up(&session, 1), Err(Error::TimedOut)));
        look_up(&session, 2).unwrap();
        look_up(&session, 3).unwrap();
    });
}

#[test]
fn an_answer_that_comes_as_patience_ends_is_never_taken_for_another_s() {
    const PATIENCE: Duration = Duration::from_millis(5);
    const LOOKUPS: u64 = 200;
    bounded(|| {
        let (played, is_played) = mpsc::channel();
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.create();
                for _ in 0..LOOKUPS {
                    let name = wire.hear_start("NAMING LOOKUP NAME=n");
                    let number: u64 = name.strip_suffix(".i2p").unwrap().parse().unwrap();
                    // Some a little early, some a little late, most of them just then.
                    thread::sleep(PATIENCE - Duration::from_micros(number * 37 % 600));
                    wire.say(reply(number));
                }
                played.send(()).unwrap();
                wire.hear_end();
            })
            .start();
        let timeouts = Timeouts {
            naming: Span::from(PATIENCE),
            ..Timeouts::DEFAULT
        };
        let session = scripted.builder().timeouts(timeouts).create().unwrap();
        for number in 0..LOOKUPS {
            let result = look_up(&session, number);
            assert!(
                matches!(result, Ok(()) | Err(Error::TimedOut)),
                "{result:?}"
            );
        }
        is_played.recv().unwrap();
    });
}

#[test]
fn an_answer_that_makes_no_sense_fails_its_lookup_alone() {
    let table = [
        (
            "NAMING REPLY RESULT=OK NAME=bad.i2p\n",
            Malformed::Missing(Field::Value),
        ),
        (
            "NAMING REPLY RESULT=OK RESULT=OK NAME=bad.i2p VALUE=x\n",
            Malformed::Twice(Field::Result),
        ),
        (
            "NAMING REPLY NAME=bad.i2p\n",
            Malformed::Missing(Field::Result),
        ),
        ("\x1b[2J\n", Malformed::Verb),
        ("\n", Malformed::Syntax),
    ];
    bounded(move || {
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.create();
                for (answer, _) in table {
                    wire.hear("NAMING LOOKUP NAME=bad.i2p");
                    wire.say(answer);
                    wire.hear("NAMING LOOKUP NAME=n1.i2p");
                    wire.say(reply(1));
                }
                wire.hear("NAMING LOOKUP NAME=bad.i2p");
                wire.say("NAMING REPLY RESULT=OK NAME=bad.i2p VALUE=AAAA\n");
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        for (answer, expected) in table {
            let error = session.lookup("bad.i2p").unwrap_err();
            assert!(
                matches!(error, Error::Malformed { malformed, .. } if malformed == expected),
                "{answer:?}: {error:?}"
            );
            look_up(&session, 1).unwrap();
        }
        let error = session.lookup("bad.i2p").unwrap_err();
        assert!(
            matches!(
                error,
                Error::Malformed {
                    malformed: Malformed::Key(_),
                    ..
                }
            ),
            "{error:?}"
        );
    });
}

#[test]
fn refusals_are_typed_and_keep_the_router_s_words() {
    let table = [
        (
            "NAMING REPLY RESULT=INVALID_KEY NAME=nope.i2p\n",
            ResultCode::InvalidKey,
            "INVALID_KEY",
        ),
        (
            "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=nope.i2p\n",
            ResultCode::KeyNotFound,
            "KEY_NOT_FOUND",
        ),
        (
            "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=\"\" MESSAGE=\"Must specify NAME\"\n",
            ResultCode::KeyNotFound,
            "Must specify NAME",
        ),
        (
            "NAMING STATUS RESULT=I2P_ERROR MESSAGE=\"invalid state\"\n",
            ResultCode::I2pError,
            "invalid state",
        ),
        (
            "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"PONG timeout\"\n",
            ResultCode::I2pError,
            "PONG timeout",
        ),
    ];
    bounded(move || {
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.create();
                for (answer, ..) in table {
                    wire.hear("NAMING LOOKUP NAME=nope.i2p");
                    wire.say(answer);
                }
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        for (answer, code, expected) in table {
            match session.lookup("nope.i2p").unwrap_err() {
                Error::Refused { code: was, message } => {
                    assert_eq!((was, &*message), (code, expected));
                }
                other => panic!("{answer}: {other:?}"),
            }
        }
    });
}

#[test]
fn who_waits_behind_a_silent_answer_has_an_end_of_waiting_too() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create();
                while wire.line_or_end().is_some() {}
            })
            .start();
        let router = scripted.router_in_haste();
        let session = &Session::builder(&router).id(id()).create().unwrap();
        thread::scope(|scope| {
            for number in 0..4 {
                scope.spawn(move || {
                    let result = look_up(session, number);
                    assert!(matches!(result, Err(Error::TimedOut)), "{result:?}");
                });
            }
        });
    });
}

#[test]
fn options_are_not_asked_for_where_the_router_lacks_them() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.hear_start("HELLO VERSION ");
                wire.say("HELLO REPLY RESULT=OK VERSION=3.2\n");
                wire.hear_end();
            })
            .start();
        let refused = scripted.router().lookup_with_options("n1.i2p").unwrap_err();
        let expected = Usage::NeedsVersion(Version::V3_3);
        assert!(
            matches!(refused, Error::Usage(usage) if usage == expected),
            "{refused:?}"
        );
    });
}

#[test]
fn options_that_are_no_text_are_left_out() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create();
                wire.hear("NAMING LOOKUP NAME=n1.i2p OPTIONS=true");
                let mut line = reply(1).trim_end().as_bytes().to_vec();
                line.extend(b" OPTION:a=\xff OPTION:\xff=b OPTION:c=\"d e\"\n");
                wire.say(line);
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        let told = session.lookup_with_options("n1.i2p").unwrap();
        assert_eq!(told.destination, keys::destination(1));
        assert_eq!(told.options, [("c".to_owned(), "d e".to_owned())]);
    });
}
