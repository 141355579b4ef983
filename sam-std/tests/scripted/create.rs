//! Bringing a session online.

use sam_core::field::Field;
use std::sync::mpsc;
use std::thread;

use sam_std::sam_core::error::{Malformed, Usage};
use sam_std::{
    Error, KeyFile, ResultCode, Session, SessionOption, SignatureType, TunnelOptions, Tunnels,
};

use crate::hello::is_cut;
use crate::keys;
use crate::router::{ScriptedRouter, Scripts, id};
use crate::watchdog::bounded;

fn created(destination: &str) -> String {
    format!("SESSION STATUS RESULT=OK DESTINATION={destination}\n")
}

#[test]
fn what_is_asked_for_leaves_nothing_to_the_router_and_the_id_to_chance() {
    bounded(|| {
        let (heard, lines) = mpsc::channel();
        let mut scripts = Scripts::default();
        for _ in 0..2 {
            let heard = heard.clone();
            scripts = scripts.then(move |wire| {
                wire.greet();
                heard.send(wire.line()).unwrap();
                wire.say(created(keys::private()));
                wire.hear_end();
            });
        }
        let scripted = scripts.start();
        let ids = [(); 2].map(|()| {
            let session = Session::builder(&scripted.router()).create().unwrap();
            let id = session.id().to_string();
            let expected = format!(
                "SESSION CREATE STYLE=STREAM ID={id} DESTINATION=TRANSIENT SIGNATURE_TYPE=7 \
                 inbound.quantity=3 outbound.quantity=3 i2cp.leaseSetEncType=4"
            );
            assert_eq!(lines.recv().unwrap(), expected);
            id
        });
        assert_ne!(ids[0], ids[1]);
        for id in ids {
            assert!(id.len() >= 16, "{id}");
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        }
    });
}

#[test]
fn a_key_is_sent_whole_and_its_address_is_the_session_s() {
    bounded(|| {
        let key = keys::private_key(keys::private());
        let scripted = Scripts::default()
            .then(|wire| {
                wire.greet();
                let rest = wire.hear_start("SESSION CREATE STYLE=STREAM ID=sessionunderscript ");
                let expected = format!("DESTINATION={} inbound.length=1 ", keys::private());
                assert!(rest.starts_with(&expected), "{rest}");
                let others =
                    " outbound.lengthVariance=-1 i2cp.leaseSetSecret=c2VjcmV0 streaming.profile=2";
                assert!(rest.ends_with(others), "{rest}");
                wire.say(created(keys::private()));
                wire.hear_end();
            })
            .start();
        let session = scripted
            .builder()
            .key(&key)
            .inbound(TunnelOptions {
                length: Some(1),
                quantity: Some(2),
            })
            .with(Tunnels::Outbound.length_variance(-1))
            .with(SessionOption::lease_set_secret("c2VjcmV0"))
            .option("streaming.profile", "2")
            .create()
            .unwrap();
        assert_eq!(session.destination().to_string(), keys::public());
        assert_eq!(session.private_key().unwrap().as_bytes(), key.as_bytes());
    });
}

#[test]
fn a_router_that_tells_no_key_is_asked_who_the_session_is() {
    bounded(|| {
        let key = keys::private_key(keys::private());
        for key in [None, Some(&key)] {
            let scripted = Scripts::default()
                .then(|wire| {
                    wire.create_with(&created(""));
                    wire.answer_lookup("ME", keys::public());
                    wire.hear_end();
                })
                .start();
            let session = match key {
                Some(key) => scripted.builder().key(key).create(),
                None => scripted.builder().create(),
            };
            let session = session.unwrap();
            assert_eq!(session.destination().to_string(), keys::public());
            let known = session.private_key().map(|key| key.as_bytes());
            assert_eq!(known, key.map(|key| key.as_bytes()));
        }
    });
}

#[test]
fn a_router_that_tells_the_public_part_alone_is_believed() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create_with(&created(keys::public()));
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        assert_eq!(session.destination().to_string(), keys::public());
        assert!(session.private_key().is_none());
    });
}

#[test]
fn another_identity_than_the_one_asked_for_is_refused_and_given_up() {
    bounded(|| {
        let key = keys::private_key(keys::private());
        let dsa = keys::dsa_private();
        let table = [
            ("a key of another type", None, &*dsa, true),
            ("another's key", Some(&key), keys::other_private(), true),
            ("another's destination", Some(&key), keys::peer(), true),
            ("no key at all", None, "AAAA", false),
            ("no base64", None, "\"a\\\"b\"", false),
        ];
        for (name, key, told, is_identity) in table {
            let answer = created(told);
            let scripted = Scripts::default()
                .then(move |wire| {
                    wire.create_with(&answer);
                    wire.hear_end();
                })
                .start();
            let session = match key {
                Some(key) => scripted.builder().key(key).create(),
                None => scripted.builder().create(),
            };
            let error = session.unwrap_err();
            let is_as_expected = match error {
                Error::OtherIdentity => is_identity,
                Error::Malformed { malformed, .. } => {
                    !is_identity && malformed == Malformed::Value(Field::Destination)
                }
                _ => false,
            };
            assert!(is_as_expected, "{name}: {error:?}");
        }
    });
}

#[test]
fn refusals_are_typed_with_or_without_their_last_newline() {
    let table = [
        (
            "DUPLICATED_DEST\n",
            ResultCode::DuplicatedDest,
            "DUPLICATED_DEST",
        ),
        ("DUPLICATED_ID\n", ResultCode::DuplicatedId, "DUPLICATED_ID"),
        (
            "DUPLICATE_DEST",
            ResultCode::DuplicatedDest,
            "DUPLICATE_DEST",
        ),
        ("DUPLICATE_ID", ResultCode::DuplicatedId, "DUPLICATE_ID"),
        ("INVALID_KEY\n", ResultCode::InvalidKey, "INVALID_KEY"),
        ("INVALID_ID\n", ResultCode::InvalidId, "INVALID_ID"),
        (
            "I2P_ERROR MESSAGE=\"Unknown STYLE\"\n",
            ResultCode::I2pError,
            "Unknown STYLE",
        ),
        (
            "I2P_ERROR MESSAGE=\"Error creating I2PSocketManager: No manager yet\"\n",
            ResultCode::I2pError,
            "Error creating I2PSocketManager: No manager yet",
        ),
    ];
    bounded(move || {
        for (result, code, expected) in table {
            let scripted = Scripts::default()
                .then(move |wire| wire.create_with(&format!("SESSION STATUS RESULT={result}")))
                .start();
            match scripted.builder().create().unwrap_err() {
                Error::Refused { code: was, message } => {
                    assert_eq!((was, &*message), (code, expected));
                }
                other => panic!("{result}: {other:?}"),
            }
        }
    });
}

#[test]
fn a_router_that_builds_no_tunnels_is_waited_for_no_longer_than_told() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create_with("PING 1\n");
                wire.hear("PONG 1");
                wire.hear_end();
            })
            .start();
        let session = Session::builder(&scripted.router_in_haste()).create();
        assert!(matches!(session.unwrap_err(), Error::TimedOut));
    });
}

#[test]
fn an_end_at_any_byte_of_the_answer_is_an_error() {
    bounded(|| {
        let answer = created(keys::private());
        let mut scripts = Scripts::default();
        for end in 0..answer.len() {
            let cut = answer[..end].to_owned();
            scripts = scripts.then(move |wire| wire.create_with(&cut));
        }
        let scripted = scripts.start();
        for end in 0..answer.len() {
            let error = scripted.builder().create().unwrap_err();
            assert!(is_cut(&error), "at {end}: {error:?}");
        }
    });
}

#[test]
fn lines_that_come_together_with_the_answer_are_heard() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.create_with(&format!("{}PING at once\n", created(keys::private())));
                wire.hear("PONG at once");
            })
            .start();
        let session = scripted.session();
        // The script ends once it has heard the PONG, and the session with it.
        while session.is_alive() {
            thread::yield_now();
        }
    });
}

#[test]
fn what_cannot_be_asked_for_is_refused_before_the_router_is_dialled() {
    bounded(|| {
        let scripted = ScriptedRouter::deaf();
        let builder = || scripted.builder();
        let tunnels = |length, quantity| TunnelOptions {
            length: Some(length),
            quantity: Some(quantity),
        };
        let table = [
            (builder().inbound(tunnels(8, 3)), Usage::OutOfRange),
            (builder().outbound(tunnels(3, 0)), Usage::OutOfRange),
            (
                builder().signature_type(SignatureType(4)),
                Usage::OutOfRange,
            ),
            (builder().option("STYLE", "RAW"), Usage::OptionKey),
            (builder().option("a b", "c"), Usage::OptionKey),
            (builder().option("a", ""), Usage::Empty),
            (
                builder().option("a", "b\nSESSION CREATE"),
                Usage::Forbidden(b'\n'),
            ),
            (builder().lease_set_enc_type("4\n"), Usage::Forbidden(b'\n')),
            (
                builder().with(SessionOption::tags_to_send(0)),
                Usage::OutOfRange,
            ),
            (
                builder()
                    .with(Tunnels::Inbound.nickname("my site"))
                    .option("a", ""),
                Usage::Forbidden(b' '),
            ),
            (
                builder().option("a", "1").option("a", "2"),
                Usage::OptionKey,
            ),
        ];
        for (builder, expected) in table {
            let error = builder.create().unwrap_err();
            assert!(
                matches!(error, Error::Usage(usage) if usage == expected),
                "{error:?}, not {expected:?}"
            );
        }
    });
}

#[test]
fn an_identity_survives_from_the_router_to_a_file_and_back() {
    bounded(|| {
        let script = |wire: &mut crate::router::Wire| wire.keep_session();
        let scripted = Scripts::default().then(script).then(script).start();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.dat");
        let first = scripted.session();
        KeyFile::save(&path, first.private_key().unwrap()).unwrap();
        let key = KeyFile::load(&path).unwrap();
        let builder = Session::builder(&scripted.router()).id(id());
        let second = builder.key(&key).create().unwrap();
        assert_eq!(first.address(), second.address());
    });
}
