//! Whatever text a caller hands in, one call says one line, and says what was meant.

use crate::common::PUBLIC;
use proptest::prelude::*;
use sam_core::command::{Auth, Command, NamingLookup, StreamAccept, StreamConnect, StreamForward};
use sam_core::operand::{Host, Name};
use sam_core::{
    Address, Connection, Create, Credentials, DestinationText, Error, Greeting, LeaseSetOptions,
    Machine, Reply, ResultCode, Secret, SessionId, SessionKey, SessionOption, SessionOptions,
    Status, Step, Target, Timeouts, Utility, Value, Version, Writer,
};

const HELLO_REPLY: &[u8] = b"HELLO REPLY RESULT=OK VERSION=3.3\n";

/// Text with a liking for what ends, splits or quotes values.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9.]{0,12}",
        "[ -~]{0,16}",
        "[a-z =\"'\\\\\n\r\0\t<>/]{0,12}",
        "\\PC{0,8}",
        "[a-z]{0,4}\n(QUIT|SESSION CREATE|STREAM ACCEPT ID=x)",
        "[a-z]{0,4}\" (ID|RESULT|SILENT)=[a-z\"]{0,4}",
    ]
}

/// What `write` makes, or `None` if it refuses.
fn said(write: impl FnOnce(&mut Writer<'_>) -> Result<(), Error>) -> Option<Vec<u8>> {
    let mut buffer = [0; 4096];
    let mut writer = Writer::new(&mut buffer);
    match write(&mut writer) {
        Ok(()) => Some(writer.written().to_vec()),
        Err(_) => {
            assert!(
                writer.is_empty(),
                "something was said before it was refused"
            );
            None
        }
    }
}

/// Checks that `bytes` are one line and nothing else, and returns it without its end.
fn one_line(bytes: &[u8]) -> &[u8] {
    match bytes.split_last() {
        Some((b'\n', line)) if !line.contains(&b'\n') => line,
        _ => panic!("not one line: {}", bytes.escape_ascii()),
    }
}

/// Checks that a command, if it is said at all, is one line that means the same command.
fn assert_said(command: Command<'_>) -> bool {
    let said = said(|writer| command.encode(writer));
    if let Some(bytes) = &said {
        assert_eq!(Command::parse(one_line(bytes)), Ok(command));
    }
    said.is_some()
}

/// As [`assert_said`], for a reply.
fn assert_replied(reply: Reply<'_>) -> bool {
    let said = said(|writer| reply.encode(writer));
    if let Some(bytes) = &said {
        assert_eq!(Reply::parse(one_line(bytes)), Ok(reply));
    }
    said.is_some()
}

/// Everything a connection says up to its second wait, each line checked on its own.
fn all_said<M: Machine>(machine: M, ask: impl Fn(&mut M, &mut Writer<'_>)) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let Ok(mut connection) = Connection::new(machine, vec![0; 4096], vec![0; 4096]) else {
        return lines;
    };
    let mut heard = false;
    loop {
        match connection.step() {
            Ok(Step::Transmit) => {
                let line = connection.pending().to_vec();
                connection.transmitted(line.len()).unwrap();
                one_line(&line);
                lines.push(line);
            }
            Ok(Step::Receive) if !heard => {
                heard = true;
                connection.spare().unwrap()[..HELLO_REPLY.len()].copy_from_slice(HELLO_REPLY);
                connection.received(HELLO_REPLY.len()).unwrap();
            }
            Ok(Step::Event(_)) => connection
                .request(|machine, tx| {
                    ask(machine, tx);
                    Ok(())
                })
                .unwrap(),
            _ => return lines,
        }
    }
}

fn nothing<M>(_: &mut M, _: &mut Writer<'_>) {}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// A session ID that is accepted stands in every command as it is.
    #[test]
    fn session_ids(text in hostile()) {
        if let Ok(id) = SessionId::new(&text) {
            let id = Value::from(id.as_str());
            let accepted = assert_said(Command::StreamAccept(StreamAccept { id, silent: false }));
            prop_assert!(accepted);
        }
    }

    /// An address that is accepted stands in a lookup and a connect as one plain word.
    #[test]
    fn addresses(text in prop_oneof![
        hostile(),
        hostile().prop_map(|text| text + ".i2p"),
        hostile().prop_map(|text| format!("{}.b32.i2p{text}", "a".repeat(52))),
        hostile().prop_map(|text| PUBLIC.to_owned() + &text),
    ]) {
        if let Ok(address) = text.parse::<Address>() {
            let target = Target::from(&address);
            let name = target.to_string();
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'));
            let id = Value::from("x");
            let lookup = NamingLookup { name: target.into(), options: true };
            prop_assert!(assert_said(Command::NamingLookup(lookup)));
            let destination = target.into();
            let connect = StreamConnect { id, destination, silent: false, ports: None };
            prop_assert!(assert_said(Command::StreamConnect(connect)));
        }
        prop_assert!(DestinationText::new(text.as_bytes()).is_err() || text.is_ascii());
    }

    /// Values of commands that are not checked when they are made are checked when they are said.
    #[test]
    fn unchecked_values(text in hostile(), other in hostile()) {
        let (id, value) = (Value::from(text.as_str()), Value::from(other.as_str()));
        assert_said(Command::StreamAccept(StreamAccept { id, silent: true }));
        if value != "ME" {
            let name = Name::Text(value);
            assert_said(Command::NamingLookup(NamingLookup { name, options: false }));
        }
        let password = Secret::new(value);
        assert_said(Command::Auth(Auth::Add { user: id, password }));
        assert_said(Command::Auth(Auth::Remove { user: id }));
        let destination = Name::Text(value);
        assert_said(Command::StreamConnect(StreamConnect { id, destination, silent: true, ports: None }));
        let host = (other.parse::<std::net::IpAddr>().is_err()).then_some(Host::Text(value));
        assert_said(Command::StreamForward(StreamForward { id, port: 1, host, silent: false, ssl: true }));
    }

    /// A user name and a password go out as they are, or no socket is greeted at all.
    #[test]
    fn credentials(user in hostile(), password in hostile()) {
        let known = Credentials { user: &user, password: &password };
        let greeting = Greeting { credentials: Some(known), ..Greeting::default() };
        let lines = all_said(Utility::new(greeting, Timeouts::DEFAULT), nothing);
        for line in &lines {
            let Ok(Command::Hello(hello)) = Command::parse(one_line(line)) else {
                panic!("{}", line.escape_ascii());
            };
            prop_assert_eq!(hello.user, Some(Value::from(user.as_str())));
            prop_assert_eq!(hello.password.map(Secret::expose), Some(Value::from(password.as_str())));
        }
        let breaks = |text: &String| text.is_empty() || text.contains(['\n', '\r', '\0']);
        prop_assert_eq!(lines.is_empty(), breaks(&user) || breaks(&password));
    }

    /// Options and a private key as text arrive as they were given: HELLO and SESSION CREATE are
    /// two lines, whatever they hold.
    #[test]
    fn session_options(
        others in prop::collection::vec((prop_oneof!["[a-z]{1,4}\\.[a-z]{1,4}", hostile()], hostile()), 0..4),
        types in prop::option::of(hostile()),
        key in prop_oneof!["[a-zA-Z0-9~-]{520,524}", hostile().prop_map(|text| PUBLIC.to_owned() + &text)],
    ) {
        let others: Vec<_> = others.iter().map(|(key, value)| SessionOption::other(key, value)).collect();
        let options = SessionOptions {
            lease_set_enc_type: types.as_deref(),
            others: &others,
            ..SessionOptions::DEFAULT
        };
        let id = SessionId::random([7; 16]);
        let key = SessionKey::Text(Secret::new(Value::from(key.as_str())));
        let created = Create::new(Greeting::default(), Timeouts::DEFAULT, &id, key, options);
        prop_assert!(created.is_err() || options.validate().is_ok());
        if let Ok(create) = created {
            let lines = all_said(create, nothing);
            prop_assert!(lines.len() <= 2);
            if let [_, line] = lines.as_slice() {
                let Ok(Command::SessionCreate(heard)) = Command::parse(one_line(line)) else {
                    panic!("{}", line.escape_ascii());
                };
                prop_assert_eq!(heard.id, Value::from(id.as_str()));
                prop_assert_eq!(heard.key, key);
                prop_assert_eq!(heard.options, options.into());
            }
        }
    }

    /// The text of a PING is one line's, and comes back as it went.
    #[test]
    fn ping_texts(text in hostile()) {
        let utility = Utility::new(Greeting::default(), Timeouts::DEFAULT);
        let lines = all_said(utility, |utility, tx| {
            let _ = utility.ask().and_then(|inquiry| inquiry.ping(&text, tx));
        });
        let accepted = !text.is_empty() && !text.contains(['\n', '\r', '\0']);
        prop_assert_eq!(lines.len(), 1 + usize::from(accepted));
        if let [_, line] = lines.as_slice() {
            prop_assert_eq!(Command::parse(one_line(line)), Ok(Command::Ping(text.as_bytes())));
        }
        prop_assert_eq!(assert_said(Command::Pong(text.as_bytes())), !text.contains('\n'));
        prop_assert_eq!(assert_replied(Reply::Ping(text.as_bytes())), !text.contains('\n'));
    }

    /// Messages and values of a router's replies are quoted, escaped or refused.
    #[test]
    fn replies(message in hostile(), text in hostile(), value in hostile()) {
        let status = Status::new(ResultCode::I2pError).with_message(&message);
        let (name, value) = (Value::from(text.as_str()), Value::from(value.as_str()));
        let accepted = assert_replied(Reply::Stream(status));
        prop_assert_eq!(accepted, !message.contains(['\n', '\r', '\0']));
        let options = [(text.as_str(), message.as_str()), ("a", text.as_str())];
        let options = LeaseSetOptions::new(&options);
        assert_replied(Reply::Naming { status, name: Some(name), value: Some(value), options });
        let destination = Some(Secret::new(value));
        assert_replied(Reply::Session { status, destination, id: Some(name) });
        assert_replied(Reply::Dest { public: name, private: Secret::new(value) });
        assert_replied(Reply::Hello { status, version: Some(Version::V3_1) });
    }

    /// A verb of a caller's may be nonsense, but never a second line.
    #[test]
    fn verbs_of_replies(verb in hostile()) {
        let reply = Reply::Other { verb: verb.as_bytes(), status: Status::OK };
        if let Some(bytes) = said(|writer| reply.encode(writer)) {
            one_line(&bytes);
        }
    }

    /// Whatever is put into a line by hand, a line has one end.
    #[test]
    fn lines_written_by_hand(pieces in prop::collection::vec(hostile(), 0..4)) {
        let put = |writer: &mut Writer<'_>| {
            writer.line(|line| {
                line.put(b"X")?;
                pieces.iter().try_for_each(|piece| line.pair(piece, Value::from(piece.as_str())))
            })
        };
        if let Some(bytes) = said(put) {
            one_line(&bytes);
        }
    }
}
