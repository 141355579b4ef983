//! Nothing that is shown holds a key, or harms a terminal.

use std::error::Error as _;
use std::fmt::Debug;
use std::sync::{Mutex, OnceLock, mpsc};

use sam_std::{Error, KeyFile, Session, Stream};

use crate::keys;
use crate::router::{ID, OK, Scripts, Wire, id};
use crate::watchdog::bounded;

/// The private part of the key in base64, without its first characters, which belong to the
/// destination too.
fn secret() -> &'static str {
    &keys::private()[528..]
}

/// Checks text that a program might print.
///
/// The first 16 characters of a long word may be shown, to tell one from another.
#[track_caller]
fn assert_harmless(shown: &str) {
    let leaks = secret().as_bytes().windows(20).any(|piece| {
        let piece = str::from_utf8(piece).unwrap();
        shown.contains(piece)
    });
    assert!(!leaks, "key material in {shown:?}");
    assert!(!shown.contains(|char: char| char.is_control()), "{shown:?}");
    assert!(shown.len() < 5000, "{} bytes", shown.len());
}

#[track_caller]
fn assert_shows_nothing(value: &(impl Debug + ?Sized)) {
    assert_harmless(&format!("{value:?}"));
}

#[track_caller]
fn assert_error_shows_nothing(error: &Error) {
    assert_shows_nothing(error);
    assert_harmless(&error.to_string());
    let mut source = error.source();
    while let Some(error) = source {
        assert_harmless(&format!("{error} {error:?}"));
        source = error.source();
    }
}

/// What the routers of these tests say in place of a sound answer; `$K` is the private key, `$S`
/// its private part.
const LEAKS: [&str; 9] = [
    "SESSION STATUS RESULT=OK RESULT=OK DESTINATION=$K\n",
    "SESSION STATUS DESTINATION=$K\n",
    "SESSION STATUS RESULT=OK DESTINATION=$KA\n",
    "SESSION STATUS RESULT=OK DESTINATION=$S\n",
    "SESSION STATUS RESULT=INVALID_KEY MESSAGE=\"bad key $K\"\n",
    "SESSION STATUS RESULT=INVALID_KEY MESSAGE=\"bad key $S\"\n",
    "SESSION STATUS RESULT=$S\n",
    "DEST REPLY PUB=x PRIV=$K\n",
    "$K\n",
];

fn filled_in(line: &str) -> String {
    line.replace("$K", keys::private()).replace("$S", secret())
}

#[test]
fn no_error_of_a_router_s_line_holds_key_material() {
    bounded(|| {
        let mut scripts = Scripts::default();
        for line in LEAKS {
            scripts = scripts.then(move |wire| wire.create_with(&filled_in(line)));
        }
        let scripted = scripts.start();
        let key = keys::private_key(keys::private());
        for _ in LEAKS {
            assert_error_shows_nothing(&scripted.builder().key(&key).create().unwrap_err());
        }
    });
}

#[test]
fn no_error_of_a_generated_key_holds_it() {
    bounded(|| {
        let lines = [
            "DEST REPLY PUB=x PRIV=$K\n",
            "DEST REPLY PRIV=$K\n",
            "DEST REPLY RESULT=I2P_ERROR MESSAGE=$S\n",
        ];
        let mut scripts = Scripts::default();
        for line in lines {
            scripts = scripts.then(move |wire| {
                wire.greet();
                wire.line();
                wire.say(filled_in(line));
            });
        }
        let scripted = scripts.start();
        for _ in lines {
            let error = scripted.router().generate_destination().unwrap_err();
            assert_error_shows_nothing(&error);
        }
    });
}

#[test]
fn received_text_is_escaped_and_bounded() {
    bounded(|| {
        let hostile = [
            "\x1b[2J\x07\r".repeat(3000),
            "\x07 ".repeat(8000),
            format!("STREAM STATUS RESULT=\x1b{}", "\x07".repeat(9000)),
            format!(
                "STREAM STATUS RESULT=NO MESSAGE=\"{}\"",
                "\x07\x08 ".repeat(3000)
            ),
        ];
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for line in hostile.clone() {
            scripts = scripts.then(move |wire| {
                wire.connect("a.i2p");
                wire.say(format!("{line}\n"));
            });
        }
        let scripted = scripts.start();
        let session = scripted.session();
        for _ in hostile {
            assert_error_shows_nothing(&session.connect("a.i2p").unwrap_err());
        }
    });
}

#[test]
fn a_private_key_given_as_an_address_is_neither_sent_nor_shown() {
    bounded(|| {
        let scripted = Scripts::default().then(Wire::keep_session).start();
        let session = scripted.session();
        let errors = [
            session.connect(keys::private()).unwrap_err(),
            session.lookup(keys::private()).unwrap_err(),
            scripted.router().lookup(keys::private()).unwrap_err(),
        ];
        for error in &errors {
            assert!(matches!(error, Error::Usage(_)), "{error:?}");
            assert_error_shows_nothing(error);
        }
    });
}

#[test]
fn no_type_shows_a_key_or_the_id_of_a_session() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                wire.accept();
                wire.say(format!("{}\nsecret data", keys::peer()));
            })
            .then(|wire| {
                wire.greet();
                wire.hear_start("STREAM FORWARD ");
                wire.say(OK);
                wire.hear_end();
            })
            .start();
        let key = keys::private_key(keys::private());
        let router = scripted.router();
        let builder = || {
            Session::builder(&router)
                .id(id())
                .key(&key)
                .option("i2cp.leaseSetPrivKey", secret())
        };
        let session = builder().create().unwrap();
        let stream: Stream = session.accept().unwrap();
        let shown = [
            format!("{router:?} {router}"),
            format!("{:?}", builder()),
            format!("{session:?}"),
            format!("{:?}", session.incoming()),
            format!("{stream:?}"),
            format!("{:?}", session.forward(scripted.addr()).unwrap()),
            format!("{:?}", session.private_key()),
        ];
        for shown in shown {
            assert_harmless(&shown);
            assert!(!shown.contains(ID), "{shown}");
            assert!(!shown.contains("secret data"), "{shown}");
        }
        assert!(format!("{:?}", builder()).contains("i2cp.leaseSetPrivKey"));
    });
}

#[test]
fn no_error_of_a_key_file_holds_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let write = |bytes: &[u8]| {
        let mut file = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
        file.persist(&path).unwrap();
    };
    for content in [keys::private(), secret(), "$K"] {
        write(content.as_bytes());
        assert_error_shows_nothing(&KeyFile::load(&path).unwrap_err());
    }
    let key = keys::private_key(keys::private());
    assert_error_shows_nothing(&KeyFile::save(&path, &key).unwrap_err());
}

/// Keeps what is logged.
struct Log(Mutex<Vec<String>>);

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut lines = self.0.lock().unwrap();
        lines.push(record.args().to_string());
    }

    fn flush(&self) {}
}

#[test]
fn no_log_holds_what_a_router_should_not_have_said() {
    static LOG: OnceLock<Log> = OnceLock::new();
    let kept = LOG.get_or_init(|| Log(Mutex::default()));
    log::set_logger(kept).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    bounded(|| {
        let (heard, all_heard) = mpsc::channel();
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.create();
                for line in LEAKS {
                    wire.say(filled_in(line));
                }
                wire.say("PING 1\n");
                wire.hear("PONG 1");
                heard.send(()).unwrap();
                wire.hear_end();
            })
            .start();
        let _session = scripted.session();
        all_heard.recv().unwrap();
    });
    // Not locked while they are looked at: other tests log, too.
    let lines = kept.0.lock().unwrap().clone();
    let unasked = lines.iter().filter(|line| line.contains("unasked"));
    assert!(unasked.count() >= LEAKS.len(), "{lines:?}");
    for line in &lines {
        assert_harmless(line);
    }
}
