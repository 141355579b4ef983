//! Nothing that can be printed shows a private key or a password.

use std::fmt::Debug;

use crate::common::{PRIVATE, PUBLIC};
use sam_core::key::decoded_len;
use sam_core::{
    Command, Connection, Create, Credentials, Greeting, Machine, PrivateKey, Reply, Secret,
    SessionId, SessionKey, SessionOption, SessionOptions, Step, Timeouts, Utility, Value, Versions,
    Writer,
};

const PASSWORD: &str = "correct-horse-battery-staple";

/// Checks that neither the text nor the bytes of a secret are in what `Debug` shows.
fn assert_hidden(what: &str, shown: &dyn Debug) {
    let key = PrivateKey::from_base64(PRIVATE.as_bytes(), vec![0; 1024]).unwrap();
    // Behind the public part, of which much may be shown.
    let private = &PRIVATE[PUBLIC.len()..];
    let binary = &key.as_bytes()[key.destination().as_bytes().len()..];
    for text in [
        format!("{shown:?}"),
        format!("{shown:#?}").replace([' ', '\n'], ""),
    ] {
        for secret in [private.as_bytes(), PASSWORD.as_bytes(), binary] {
            for piece in secret.windows(8).step_by(4) {
                let list = format!("{piece:?}");
                let list = list.trim_matches(['[', ']']);
                let hidden = !text.contains(list) && !text.contains(&list.replace(' ', ""));
                assert!(hidden, "{what}: bytes of a secret in {text}");
                if let Ok(piece) = std::str::from_utf8(piece) {
                    assert!(!text.contains(piece), "{what}: {piece} in {text}");
                }
            }
        }
    }
}

#[test]
fn commands_hide_keys_and_passwords() {
    let lines = [
        format!("HELLO VERSION USER=me PASSWORD={PASSWORD}"),
        format!("HELLO VERSION USER=me PASSWORD=\"{PASSWORD}\""),
        format!("SESSION CREATE STYLE=STREAM ID=x DESTINATION={PRIVATE}"),
        format!("SESSION CREATE STYLE=RAW DESTINATION=TRANSIENT i2cp.leaseSetPrivKey={PASSWORD}"),
    ];
    for line in &lines {
        assert_hidden(line, &Command::parse(line.as_bytes()).unwrap());
    }
}

#[test]
fn replies_hide_keys() {
    let lines = [
        format!("SESSION STATUS RESULT=OK DESTINATION={PRIVATE}"),
        format!("DEST REPLY PUB={PUBLIC} PRIV={PRIVATE}"),
    ];
    for line in &lines {
        assert_hidden(line, &Reply::parse(line.as_bytes()).unwrap());
    }
}

#[test]
fn types_that_hold_a_secret_hide_it() {
    let key = PrivateKey::from_base64(PRIVATE.as_bytes(), vec![0; 1024]).unwrap();
    let credentials = Credentials {
        user: "me",
        password: PASSWORD,
    };
    let others = [SessionOption::other("i2cp.leaseSetPrivKey", PASSWORD)];
    let options = SessionOptions {
        others: &others,
        ..SessionOptions::DEFAULT
    };
    let greeting = Greeting {
        versions: Versions::DEFAULT,
        credentials: Some(credentials),
    };
    let id = SessionId::random([0; 16]);
    let secret = Secret::new(Value::from(PRIVATE));
    let binary = SessionKey::from(&key);
    let text = SessionKey::Text(secret);
    let create = Create::new(greeting, Timeouts::DEFAULT, &id, text, options).unwrap();
    assert_hidden("PrivateKey", &key);
    assert_hidden("Credentials", &credentials);
    assert_hidden("Greeting", &greeting);
    assert_hidden("SessionOptions", &options);
    assert_hidden("Secret", &secret);
    assert_hidden("SessionKey::Binary", &binary);
    assert_hidden("SessionKey::Text", &text);
    assert_hidden("Create", &create);
    assert_hidden("Utility", &Utility::new(greeting, Timeouts::DEFAULT));
}

#[test]
fn buffers_that_a_secret_passes_through_hide_it() {
    let credentials = Credentials {
        user: "me",
        password: PASSWORD,
    };
    let greeting = Greeting {
        credentials: Some(credentials),
        ..Greeting::default()
    };
    let id = SessionId::random([0; 16]);
    let key = SessionKey::Text(Secret::new(Value::from(PRIVATE)));
    let options = SessionOptions::DEFAULT;
    let create = Create::new(greeting, Timeouts::DEFAULT, &id, key, options).unwrap();
    let mut connection = Connection::new(create, [0; 2048], [0; 2048]).unwrap();
    assert_hidden("a connection before HELLO", &connection);
    let reply = format!(
        "HELLO REPLY RESULT=OK VERSION=3.3\nSESSION STATUS RESULT=OK DESTINATION={PRIVATE}\n{PRIVATE}"
    );
    connection.spare().unwrap()[..reply.len()].copy_from_slice(reply.as_bytes());
    connection.received(reply.len()).unwrap();
    loop {
        assert_hidden("a connection", &connection);
        match connection.step().unwrap() {
            Step::Transmit => connection.transmitted(connection.pending().len()).unwrap(),
            Step::Event(line) => assert_hidden("an event", &connection.event(line).unwrap()),
            _ => break,
        }
    }
    let session = connection.then(Create::into_session);
    assert!(session.machine().timeout().is_none());
    assert_hidden("a session", &session);
    assert_hidden("unread bytes", &session.into_unread());
}

#[test]
fn a_writer_hides_what_was_written() {
    let mut buffer = [0; 2048];
    let mut writer = Writer::new(&mut buffer);
    writer.put(PRIVATE.as_bytes()).unwrap();
    writer.put(PASSWORD.as_bytes()).unwrap();
    assert_hidden("Writer", &writer);
}

#[test]
fn errors_hide_the_key_they_are_about() {
    let mut cut = PRIVATE.to_owned();
    cut.truncate(900);
    let room = vec![0; decoded_len(cut.as_bytes()).unwrap()];
    assert_hidden(
        "DecodeError",
        &PrivateKey::from_base64(cut.as_bytes(), room).unwrap_err(),
    );
}
