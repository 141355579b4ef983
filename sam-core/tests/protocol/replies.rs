//! Every reply, both ways, as real routers send them: line, typed value, line.

use crate::common::{PRIVATE, PUBLIC, assert_written};
use sam_core::{
    DestinationText, LeaseSetOptions, Peer, Ports, Reply, ResultCode, Secret, Status, Value,
    Version,
};

/// Parses `line`, compares it, writes it, compares that with `canonical`, and parses that again.
fn kat_inverse(line: &str, expected: Reply<'_>, canonical: &str) {
    assert_eq!(Reply::parse(line.as_bytes()), Ok(expected), "{line}");
    assert_written(canonical, |writer| expected.encode(writer));
    assert_eq!(Reply::parse(canonical.as_bytes()), Ok(expected));
}

fn text(text: &str) -> Value<'_> {
    Value::new(text.as_bytes())
}

fn i2p_error(message: &str) -> Status<'_> {
    Status::new(ResultCode::I2pError).with_message(message)
}

#[test]
fn hello_reply() {
    let settled = |major, minor| Reply::Hello {
        status: Status::OK,
        version: Some(Version { major, minor }),
    };
    let refused = |status| Reply::Hello {
        status,
        version: None,
    };
    let table = [
        // i2pd, Java, emissary
        (
            "HELLO REPLY RESULT=OK VERSION=3.1",
            settled(3, 1),
            "HELLO REPLY RESULT=OK VERSION=3.1",
        ),
        // i2pd, to MIN=3 MAX=3
        (
            "HELLO REPLY RESULT=OK VERSION=0.3",
            settled(0, 3),
            "HELLO REPLY RESULT=OK VERSION=0.3",
        ),
        (
            "HELLO REPLY VERSION=3 RESULT=OK",
            settled(3, 0),
            "HELLO REPLY RESULT=OK VERSION=3.0",
        ),
        (
            "HELLO REPLY RESULT=OK",
            refused(Status::OK),
            "HELLO REPLY RESULT=OK",
        ),
        (
            "HELLO REPLY RESULT=NOVERSION",
            refused(Status::new(ResultCode::NoVersion)),
            "HELLO REPLY RESULT=NOVERSION",
        ),
        // Java
        (
            "HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Must start with HELLO VERSION\"",
            refused(i2p_error("Must start with HELLO VERSION")),
            "HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Must start with HELLO VERSION\"",
        ),
        // Java, to a second HELLO
        (
            "HELLO STATUS RESULT=I2P_ERROR MESSAGE=\"unsupported command, enter HELP for help\"",
            refused(i2p_error("unsupported command, enter HELP for help")),
            "HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"unsupported command, enter HELP for help\"",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn session_status() {
    let session = |status, id: Option<&'static str>| Reply::Session {
        status,
        destination: None,
        id: id.map(Value::from),
    };
    let online = |key| Reply::Session {
        status: Status::OK,
        destination: Some(Secret::new(Value::from(key))),
        id: None,
    };
    let ok = format!("SESSION STATUS RESULT=OK DESTINATION={PRIVATE}");
    let table = [
        (ok.as_str(), online(PRIVATE), ok.as_str()),
        // i2pd 2.45.1, to a key with an offline signature
        (
            "SESSION STATUS RESULT=OK DESTINATION=",
            online(""),
            "SESSION STATUS RESULT=OK DESTINATION=\"\"",
        ),
        (
            "SESSION STATUS RESULT=DUPLICATED_ID",
            session(Status::new(ResultCode::DuplicatedId), None),
            "SESSION STATUS RESULT=DUPLICATED_ID",
        ),
        // i2pd
        (
            "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unknown STYLE\"",
            session(i2p_error("Unknown STYLE"), None),
            "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unknown STYLE\"",
        ),
        // Java, when a PING stays unanswered
        (
            "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"PONG timeout\"",
            session(i2p_error("PONG timeout"), None),
            "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"PONG timeout\"",
        ),
        // Java and emissary, to SESSION ADD
        (
            "SESSION STATUS RESULT=OK ID=\"rec-sub1\" MESSAGE=\"ADD rec-sub1\"",
            session(Status::OK.with_message("ADD rec-sub1"), Some("rec-sub1")),
            "SESSION STATUS RESULT=OK ID=rec-sub1 MESSAGE=\"ADD rec-sub1\"",
        ),
        // go-sam-bridge, to QUIT
        (
            "SESSION STATUS RESULT=OK MESSAGE=closing",
            session(Status::OK.with_message("closing"), None),
            "SESSION STATUS RESULT=OK MESSAGE=closing",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn stream_status() {
    let table = [
        ("STREAM STATUS RESULT=OK", Status::OK),
        (
            "STREAM STATUS RESULT=INVALID_ID",
            Status::new(ResultCode::InvalidId),
        ),
        (
            "STREAM STATUS RESULT=CANT_REACH_PEER MESSAGE=\"LeaseSet not found\"",
            Status::new(ResultCode::CantReachPeer).with_message("LeaseSet not found"),
        ),
        (
            "STREAM STATUS RESULT=INVALID_KEY MESSAGE=\"Host name not found: nope.i2p\"",
            Status::new(ResultCode::InvalidKey).with_message("Host name not found: nope.i2p"),
        ),
        (
            "STREAM STATUS RESULT=ALREADY_ACCEPTING MESSAGE=\"primary session\"",
            Status::new(ResultCode::AlreadyAccepting).with_message("primary session"),
        ),
        (
            r#"STREAM STATUS RESULT=I2P_ERROR MESSAGE="say \"hi\" to C:\\""#,
            i2p_error(r#"say "hi" to C:\"#),
        ),
    ];
    for (line, status) in table {
        kat_inverse(line, Reply::Stream(status), line);
    }
    kat_inverse(
        "STREAM RESULT=OK",
        Reply::Stream(Status::OK),
        "STREAM STATUS RESULT=OK",
    );
}

#[test]
fn naming_reply() {
    let naming = |status, name: Option<&'static str>, value: Option<&'static str>| Reply::Naming {
        status,
        name: name.map(Value::from),
        value: value.map(Value::from),
        options: LeaseSetOptions::NONE,
    };
    let telling = |options| Reply::Naming {
        status: Status::OK,
        name: Some(Value::from("ME")),
        value: Some(Value::from(PUBLIC)),
        options: LeaseSetOptions::new(options),
    };
    let no_leaseset = Status::new(ResultCode::LeasesetNotFound);
    let unknown = Status::new(ResultCode::KeyNotFound);
    let invalid = Status::new(ResultCode::InvalidKey);
    let found = format!("NAMING REPLY RESULT=OK NAME=ME VALUE={PUBLIC}");
    let with_options =
        format!("NAMING REPLY RESULT=OK NAME=ME VALUE={PUBLIC} OPTION:_smtp._tcp=\"1 86400\"");
    let table = [
        (
            found.as_str(),
            naming(Status::OK, Some("ME"), Some(PUBLIC)),
            found.as_str(),
        ),
        (
            with_options.as_str(),
            telling(&[("_smtp._tcp", "1 86400")]),
            with_options.as_str(),
        ),
        (
            "NAMING REPLY RESULT=LEASESET_NOT_FOUND NAME=x.i2p",
            naming(no_leaseset, Some("x.i2p"), None),
            "NAMING REPLY RESULT=LEASESET_NOT_FOUND NAME=x.i2p",
        ),
        // i2pd
        (
            "NAMING REPLY RESULT=INVALID_KEY NAME=nope.i2p",
            naming(invalid, Some("nope.i2p"), None),
            "NAMING REPLY RESULT=INVALID_KEY NAME=nope.i2p",
        ),
        (
            "NAMING REPLY RESULT=INVALID_KEY NAME=",
            naming(invalid, Some(""), None),
            "NAMING REPLY RESULT=INVALID_KEY NAME=\"\"",
        ),
        (
            "NAMING REPLY RESULT=INVALID_KEY NAME=\"unterminated",
            naming(invalid, Some("\"unterminated"), None),
            "NAMING REPLY RESULT=INVALID_KEY NAME=\"\\\"unterminated\"",
        ),
        // Java, which echoes spaces without quotes
        (
            "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=foo bar.i2p",
            naming(unknown, Some("foo"), None),
            "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=foo",
        ),
        (
            "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=\"\" MESSAGE=\"Must specify NAME\"",
            naming(unknown.with_message("Must specify NAME"), Some(""), None),
            "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=\"\" MESSAGE=\"Must specify NAME\"",
        ),
        // Java, while a session is being created
        (
            "NAMING STATUS RESULT=I2P_ERROR MESSAGE=\"invalid state\"",
            naming(i2p_error("invalid state"), None, None),
            "NAMING REPLY RESULT=I2P_ERROR MESSAGE=\"invalid state\"",
        ),
        // go-sam-bridge
        (
            "NAMING REPLY RESULT=INVALID_KEY MESSAGE=\"missing NAME parameter\"",
            naming(invalid.with_message("missing NAME parameter"), None, None),
            "NAMING REPLY RESULT=INVALID_KEY MESSAGE=\"missing NAME parameter\"",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn dest_reply() {
    let keys = Reply::Dest {
        public: text(PUBLIC),
        private: Secret::new(text(PRIVATE)),
    };
    let line = format!("DEST REPLY PUB={PUBLIC} PRIV={PRIVATE}");
    kat_inverse(&line, keys, &line);
    let with_result = format!("DEST REPLY RESULT=OK PRIV={PRIVATE} PUB={PUBLIC}");
    kat_inverse(&with_result, keys, &line);
    let refused = "DEST REPLY RESULT=I2P_ERROR MESSAGE=\"SIGNATURE_TYPE 99 unsupported\"";
    let status = i2p_error("SIGNATURE_TYPE 99 unsupported");
    kat_inverse(refused, Reply::DestRefused(status), refused);
}

#[test]
fn ping_and_pong() {
    kat_inverse(
        "PING 1700000000000",
        Reply::Ping(b"1700000000000"),
        "PING 1700000000000",
    );
    kat_inverse("PONG a  b", Reply::Pong(b"a  b"), "PONG a  b");
    kat_inverse("PONG", Reply::Pong(b""), "PONG");
}

#[test]
fn other_verbs() {
    let other = |verb, status| Reply::Other { verb, status };
    let table = [
        (
            "QUIT STATUS RESULT=OK MESSAGE=bye",
            other(b"QUIT", Status::OK.with_message("bye")),
            "QUIT STATUS RESULT=OK MESSAGE=bye",
        ),
        (
            "HELP STATUS RESULT=OK MESSAGE=https://geti2p.net/en/docs/api/samv3",
            other(
                b"HELP",
                Status::OK.with_message("https://geti2p.net/en/docs/api/samv3"),
            ),
            "HELP STATUS RESULT=OK MESSAGE=https://geti2p.net/en/docs/api/samv3",
        ),
        (
            "AUTH STATUS RESULT=OK",
            other(b"AUTH", Status::OK),
            "AUTH STATUS RESULT=OK",
        ),
        // go-sam-bridge
        (
            "AUTH REPLY RESULT=OK",
            other(b"AUTH", Status::OK),
            "AUTH STATUS RESULT=OK",
        ),
        (
            "FOO RESULT=I2P_ERROR MESSAGE=\"unknown command\"",
            other(b"FOO", i2p_error("unknown command")),
            "FOO STATUS RESULT=I2P_ERROR MESSAGE=\"unknown command\"",
        ),
    ];
    for (line, expected, canonical) in table {
        kat_inverse(line, expected, canonical);
    }
}

#[test]
fn result_words() {
    let table = [
        ("OK", ResultCode::Ok),
        ("CANT_REACH_PEER", ResultCode::CantReachPeer),
        ("DUPLICATED_DEST", ResultCode::DuplicatedDest),
        ("DUPLICATED_ID", ResultCode::DuplicatedId),
        ("I2P_ERROR", ResultCode::I2pError),
        ("INVALID_ID", ResultCode::InvalidId),
        ("INVALID_KEY", ResultCode::InvalidKey),
        ("KEY_NOT_FOUND", ResultCode::KeyNotFound),
        ("LEASESET_NOT_FOUND", ResultCode::LeasesetNotFound),
        ("NOVERSION", ResultCode::NoVersion),
        ("PEER_NOT_FOUND", ResultCode::PeerNotFound),
        ("TIMEOUT", ResultCode::Timeout),
        ("CONNECTION_REFUSED", ResultCode::ConnectionRefused),
        ("ALREADY_ACCEPTING", ResultCode::AlreadyAccepting),
    ];
    for (word, code) in table {
        assert_eq!(ResultCode::from_word(word.as_bytes()), code);
        assert_eq!(code.word(), word);
    }
}

#[test]
fn spellings_of_other_routers_and_unknown_words_survive() {
    let table = [
        ("DUPLICATE_ID", ResultCode::DuplicatedId),
        ("DUPLICATE_DEST", ResultCode::DuplicatedDest),
        ("INVALID_DIRECTION", ResultCode::Other),
        ("ok", ResultCode::Other),
        ("", ResultCode::Other),
    ];
    for (word, code) in table {
        let line = format!("STREAM STATUS RESULT={word}");
        let Ok(Reply::Stream(status)) = Reply::parse(line.as_bytes()) else {
            panic!("{line}");
        };
        assert_eq!((status.code(), status.word()), (code, text(word)));
    }
}

#[test]
fn bytes_that_are_no_text_do_not_spoil_a_reply() {
    let line = b"NAMING REPLY RESULT=INVALID_KEY NAME=\xff\xfe MESSAGE=\"\x00\xc3\"";
    let Ok(Reply::Naming { status, name, .. }) = Reply::parse(line) else {
        panic!();
    };
    assert_eq!(status.code(), ResultCode::InvalidKey);
    assert_eq!(name, Some(Value::new(b"\xff\xfe")));
    assert_eq!(status.message, Some(Value::new(b"\x00\xc3")));
}

#[test]
fn peer_lines() {
    let peer = |ports| Peer {
        destination: DestinationText::new(PUBLIC.as_bytes()).unwrap(),
        ports,
    };
    let ports = |from, to| Some(Ports { from, to });
    let table = [
        // i2pd and emissary; Java below 3.2
        ("", None, ""),
        ("\r", None, ""),
        // Java from 3.2 on, go-sam-bridge
        (
            " FROM_PORT=11 TO_PORT=22",
            ports(11, 22),
            " FROM_PORT=11 TO_PORT=22",
        ),
        (" TO_PORT=22", ports(0, 22), " FROM_PORT=0 TO_PORT=22"),
        (
            " FROM_PORT=0 TO_PORT=0 NEW=1 x",
            ports(0, 0),
            " FROM_PORT=0 TO_PORT=0",
        ),
    ];
    for (tail, ports, canonical) in table {
        let line = format!("{PUBLIC}{tail}");
        assert_eq!(Peer::parse(line.as_bytes()), Ok(peer(ports)), "{tail:?}");
        assert_written(&format!("{PUBLIC}{canonical}"), |writer| {
            peer(ports).encode(writer)
        });
    }
}
