//! Every command, both ways: line, typed value, line.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::common::{PRIVATE, PUBLIC, assert_written, written};
use sam_core::command::{
    Auth, Command, DatagramParameters, Hello, NamingLookup, SessionCreate, StreamAccept,
    StreamConnect, StreamForward,
};
use sam_core::error::{Error, KeyError, Malformed, Usage};
use sam_core::operand::{Host, Name};
use sam_core::{
    Address, Create, DestinationText, Greeting, Ports, Secret, SessionId, SessionKey,
    SessionOption, SessionOptions, SignatureType, Style, Timeouts, TunnelOptions, Value, Version,
    Writer,
};

/// Parses `line`, compares it, writes it, compares that with `canonical`, and parses that again.
fn kat_inverse(line: &str, expected: Command<'_>, canonical: &str) {
    assert_eq!(Command::parse(line.as_bytes()), Ok(expected), "{line}");
    assert_written(canonical, |writer| expected.encode(writer));
    assert_eq!(Command::parse(canonical.as_bytes()), Ok(expected));
}

const fn version(minor: u8) -> Option<Version> {
    Some(Version { major: 3, minor })
}

fn text(text: &str) -> Value<'_> {
    Value::new(text.as_bytes())
}

#[test]
fn hello() {
    let range = |min, max| Hello {
        min: version(min),
        max: version(max),
        ..Hello::default()
    };
    let known = Hello {
        user: Some(text("me")),
        password: Some(Secret::new(text(r#"a "b" \c"#))),
        ..range(2, 3)
    };
    let table = [
        ("HELLO VERSION", Hello::default(), "HELLO VERSION"),
        (
            "HELLO VERSION MIN=3.1 MAX=3.3",
            range(1, 3),
            "HELLO VERSION MIN=3.1 MAX=3.3",
        ),
        (
            "HELLO VERSION   MAX=3.3  MIN=3.1 ",
            range(1, 3),
            "HELLO VERSION MIN=3.1 MAX=3.3",
        ),
        (
            "HELLO VERSION MIN=\"3.0\" MAX=\"3.3\"\r",
            range(0, 3),
            "HELLO VERSION MIN=3.0 MAX=3.3",
        ),
        (
            "HELLO VERSION MIN=3 MAX=3",
            range(0, 0),
            "HELLO VERSION MIN=3.0 MAX=3.0",
        ),
        (
            r#"HELLO VERSION USER=me PASSWORD="a \"b\" \\c" MIN=3.2 MAX=3.3"#,
            known,
            r#"HELLO VERSION MIN=3.2 MAX=3.3 USER=me PASSWORD="a \"b\" \\c""#,
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, Command::Hello(expected), canonical);
    }
}

#[test]
fn session_create() {
    let one = TunnelOptions {
        length: Some(1),
        quantity: Some(1),
    };
    let recorded = SessionOptions {
        inbound: one,
        outbound: one,
        lease_set_enc_type: Some("4"),
        others: &[],
    };
    let none = SessionOptions {
        inbound: TunnelOptions::default(),
        outbound: TunnelOptions::default(),
        lease_set_enc_type: None,
        others: &[],
    };
    const NAMED: &[SessionOption<'static>] = &[
        SessionOption::other("inbound.nickname", "my site"),
        SessionOption::gzip(false),
    ];
    let named = SessionOptions {
        others: NAMED,
        ..none
    };
    let create = |style, id, key, options: SessionOptions<'static>| {
        Command::SessionCreate(SessionCreate {
            style,
            id: Value::from(id),
            key,
            datagrams: DatagramParameters::default(),
            options: options.into(),
        })
    };
    let with_key = format!("SESSION CREATE STYLE=STREAM ID=a1 DESTINATION={PRIVATE}");
    let secret = SessionKey::Text(Secret::new(text(PRIVATE)));
    let table = [
        (
            "SESSION CREATE STYLE=STREAM ID=rec-srv DESTINATION=TRANSIENT SIGNATURE_TYPE=7 \
             inbound.length=1 outbound.length=1 inbound.quantity=1 outbound.quantity=1 \
             i2cp.leaseSetEncType=4",
            create(Style::Stream, "rec-srv", SessionKey::TRANSIENT, recorded),
            "SESSION CREATE STYLE=STREAM ID=rec-srv DESTINATION=TRANSIENT SIGNATURE_TYPE=7 \
             inbound.length=1 inbound.quantity=1 outbound.length=1 outbound.quantity=1 \
             i2cp.leaseSetEncType=4",
        ),
        (
            with_key.as_str(),
            create(Style::Stream, "a1", secret, none),
            with_key.as_str(),
        ),
        (
            "SESSION CREATE DESTINATION=TRANSIENT ID=a1 STYLE=MASTER",
            create(Style::Master, "a1", SessionKey::Transient(None), none),
            "SESSION CREATE STYLE=MASTER ID=a1 DESTINATION=TRANSIENT",
        ),
        (
            "SESSION CREATE STYLE=PRIMARY ID=a1 DESTINATION=TRANSIENT \
             SIGNATURE_TYPE=EdDSA_SHA512_Ed25519 i2cp.gzip=false inbound.nickname=\"my site\"",
            create(Style::Primary, "a1", SessionKey::TRANSIENT, named),
            "SESSION CREATE STYLE=PRIMARY ID=a1 DESTINATION=TRANSIENT SIGNATURE_TYPE=7 \
             inbound.nickname=\"my site\" i2cp.gzip=false",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn stream_connect() {
    let connect = |destination, silent, ports| {
        Command::StreamConnect(StreamConnect {
            id: Value::from("a1"),
            destination: Name::Text(Value::from(destination)),
            silent,
            ports,
        })
    };
    let ports = |from, to| Some(Ports { from, to });
    let full = format!("STREAM CONNECT ID=a1 DESTINATION={PUBLIC}");
    let table = [
        (
            "STREAM CONNECT ID=a1 DESTINATION=x.i2p",
            connect("x.i2p", false, None),
            "STREAM CONNECT ID=a1 DESTINATION=x.i2p",
        ),
        (full.as_str(), connect(PUBLIC, false, None), full.as_str()),
        (
            "STREAM CONNECT DESTINATION=x.i2p ID=a1 SILENT=false",
            connect("x.i2p", false, None),
            "STREAM CONNECT ID=a1 DESTINATION=x.i2p",
        ),
        (
            "STREAM CONNECT ID=a1 DESTINATION=x.i2p SILENT=TRUE TO_PORT=22 FROM_PORT=11",
            connect("x.i2p", true, ports(11, 22)),
            "STREAM CONNECT ID=a1 DESTINATION=x.i2p SILENT=true FROM_PORT=11 TO_PORT=22",
        ),
        (
            "STREAM CONNECT ID=a1 DESTINATION=x.i2p TO_PORT=65535",
            connect("x.i2p", false, ports(0, 65535)),
            "STREAM CONNECT ID=a1 DESTINATION=x.i2p FROM_PORT=0 TO_PORT=65535",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn stream_accept() {
    let accept = |silent| {
        Command::StreamAccept(StreamAccept {
            id: text("a1"),
            silent,
        })
    };
    let plain = "STREAM ACCEPT ID=a1";
    kat_inverse(plain, accept(false), plain);
    kat_inverse("STREAM ACCEPT SILENT=false ID=a1", accept(false), plain);
    kat_inverse(
        "STREAM ACCEPT SILENT=true ID=a1",
        accept(true),
        "STREAM ACCEPT ID=a1 SILENT=true",
    );
}

#[test]
fn stream_forward() {
    let forward = |host, silent| {
        Command::StreamForward(StreamForward {
            id: text("a1"),
            port: 8080,
            host,
            silent,
            ssl: silent,
        })
    };
    let table = [
        (
            "STREAM FORWARD ID=a1 PORT=8080",
            forward(None, false),
            "STREAM FORWARD ID=a1 PORT=8080",
        ),
        (
            "STREAM FORWARD PORT=8080 HOST=127.0.0.1 ID=a1 SILENT=true SSL=true",
            forward(Some(Host::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST))), true),
            "STREAM FORWARD ID=a1 PORT=8080 HOST=127.0.0.1 SILENT=true SSL=true",
        ),
        (
            "STREAM FORWARD ID=a1 PORT=08080 HOST=0:0:0:0:0:0:0:1",
            forward(Some(Host::Ip(IpAddr::V6(Ipv6Addr::LOCALHOST))), false),
            "STREAM FORWARD ID=a1 PORT=8080 HOST=::1",
        ),
        (
            "STREAM FORWARD ID=a1 PORT=8080 HOST=localhost",
            forward(Some(Host::Text(text("localhost"))), false),
            "STREAM FORWARD ID=a1 PORT=8080 HOST=localhost",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn naming_lookup() {
    let lookup = |name, options| Command::NamingLookup(NamingLookup { name, options });
    let name = |name| lookup(Name::Text(Value::from(name)), false);
    let table = [
        (
            "NAMING LOOKUP NAME=ME",
            lookup(Name::Me, false),
            "NAMING LOOKUP NAME=ME",
        ),
        (
            "NAMING LOOKUP NAME=nope.i2p",
            name("nope.i2p"),
            "NAMING LOOKUP NAME=nope.i2p",
        ),
        (
            "NAMING LOOKUP NAME=\"foo bar.i2p\"",
            name("foo bar.i2p"),
            "NAMING LOOKUP NAME=\"foo bar.i2p\"",
        ),
        (
            "NAMING LOOKUP OPTIONS=true NAME=x.i2p",
            lookup(Name::Text(Value::from("x.i2p")), true),
            "NAMING LOOKUP NAME=x.i2p OPTIONS=true",
        ),
        (
            "NAMING LOOKUP NAME=x.i2p OPTIONS=false",
            name("x.i2p"),
            "NAMING LOOKUP NAME=x.i2p",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn dest_generate() {
    let ed25519 = Command::DestGenerate(Some(SignatureType::ED25519));
    let table = [
        (
            "DEST GENERATE",
            Command::DestGenerate(None),
            "DEST GENERATE",
        ),
        (
            "DEST GENERATE SIGNATURE_TYPE=7",
            ed25519,
            "DEST GENERATE SIGNATURE_TYPE=7",
        ),
        (
            "DEST GENERATE SIGNATURE_TYPE=EDDSA_SHA512_ED25519",
            ed25519,
            "DEST GENERATE SIGNATURE_TYPE=7",
        ),
        (
            "DEST GENERATE SIGNATURE_TYPE=65535",
            Command::DestGenerate(Some(SignatureType(65535))),
            "DEST GENERATE SIGNATURE_TYPE=65535",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn bare_verbs() {
    let table = [
        ("PING", Command::Ping(b""), "PING"),
        (
            "PING hello  world",
            Command::Ping(b"hello  world"),
            "PING hello  world",
        ),
        ("PING  x ", Command::Ping(b" x "), "PING  x "),
        (
            "PONG 1700000000000",
            Command::Pong(b"1700000000000"),
            "PONG 1700000000000",
        ),
        ("PONG", Command::Pong(b""), "PONG"),
        ("HELP", Command::Help, "HELP"),
        ("QUIT", Command::Quit, "QUIT"),
        ("STOP\r", Command::Quit, "QUIT"),
        ("EXIT", Command::Quit, "QUIT"),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn auth() {
    let user = text("me");
    let password = Secret::new(text(r#"a "b" \c"#));
    let table = [
        ("AUTH ENABLE", Auth::Enable, "AUTH ENABLE"),
        ("AUTH DISABLE", Auth::Disable, "AUTH DISABLE"),
        (
            r#"AUTH ADD PASSWORD="a \"b\" \\c" USER=me"#,
            Auth::Add { user, password },
            r#"AUTH ADD USER=me PASSWORD="a \"b\" \\c""#,
        ),
        (
            "AUTH REMOVE USER=\"me\"",
            Auth::Remove { user },
            "AUTH REMOVE USER=me",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, Command::Auth(expected), canonical);
    }
    assert_eq!(Command::parse(b"AUTH LIST"), Err(Malformed::Verb));
}

#[test]
fn what_a_client_says_in_its_own_types_is_the_same_command() {
    let address: Address = "x.i2p".parse().unwrap();
    let destination = DestinationText::new(PUBLIC.as_bytes()).unwrap();
    let table = [
        (Name::from(&address), "x.i2p"),
        (Name::from(destination), PUBLIC),
        (Name::Me, "ME"),
    ];
    for (name, text) in table {
        let line = format!("NAMING LOOKUP NAME={text}");
        let options = false;
        kat_inverse(
            &line,
            Command::NamingLookup(NamingLookup { name, options }),
            &line,
        );
    }
}

#[test]
fn a_command_without_its_key_is_heard_but_never_said() {
    let accept = "STREAM ACCEPT";
    let lookup = "NAMING LOOKUP NAME=";
    let create = "SESSION CREATE STYLE=STREAM ID=a1";
    let hello = "HELLO VERSION PASSWORD=";
    for line in [accept, lookup, create, hello] {
        let command = Command::parse(line.as_bytes()).unwrap();
        let said = written(100, |writer| command.encode(writer));
        assert_eq!(said, Err(Error::Usage(Usage::Empty)), "{line}");
    }
    let nobody = SessionCreate {
        style: Style::Stream,
        id: text("a1"),
        key: SessionKey::Binary(&[]),
        datagrams: DatagramParameters::default(),
        options: SessionOptions::DEFAULT.into(),
    };
    let said = written(200, |writer| Command::SessionCreate(nobody).encode(writer));
    assert_eq!(said, Err(Error::Usage(Usage::Empty)));
}

#[test]
fn a_session_is_not_created_with_what_cannot_be_a_key() {
    let id = SessionId::random([7; 16]);
    let create = |key| {
        let options = SessionOptions::DEFAULT;
        Create::new(Greeting::default(), Timeouts::DEFAULT, &id, key, options).err()
    };
    let text = |text| SessionKey::Text(Secret::new(Value::from(text)));
    let table = [
        (text("TRANSIENT"), Some(Usage::Key(KeyError::Length))),
        (text(""), Some(Usage::Key(KeyError::Length))),
        (text("AAAA"), Some(Usage::Key(KeyError::Length))),
        (
            SessionKey::Binary(&[0; 387]),
            Some(Usage::Key(KeyError::Length)),
        ),
        (SessionKey::Transient(None), Some(Usage::OutOfRange)),
        (
            SessionKey::Transient(Some(SignatureType(4))),
            Some(Usage::OutOfRange),
        ),
        (SessionKey::TRANSIENT, None),
        (text(PRIVATE), None),
    ];
    for (key, expected) in table {
        assert_eq!(create(key), expected, "{key:?}");
    }
}

#[test]
fn a_command_longer_than_routers_read_is_not_said() {
    let text = "x".repeat(Command::MAX_LEN);
    let encode = |command: Command<'_>| {
        let mut buffer = vec![0; 2 * Command::MAX_LEN];
        let mut writer = Writer::new(&mut buffer);
        command.encode(&mut writer).map(|()| writer.len())
    };
    let (fits, too_long) = text.as_bytes().split_at(Command::MAX_LEN - "PING \n".len());
    assert_eq!(encode(Command::Ping(fits)), Ok(Command::MAX_LEN));
    assert!(!too_long.is_empty());
    let refused = Err(Error::Usage(Usage::TooLong));
    assert_eq!(encode(Command::Ping(text.as_bytes())), refused);
    assert_eq!(
        encode(Command::NamingLookup(NamingLookup {
            name: Name::Text(Value::from(&*text)),
            options: false
        })),
        refused
    );
    assert!(
        encode(Command::Pong(text.as_bytes())).is_ok(),
        "the other end has chosen the text"
    );
}
