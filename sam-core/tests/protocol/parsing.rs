//! Parsers take any bytes, and what they take can be said again.

use crate::common::{PRIVATE, PUBLIC};
use proptest::prelude::*;
use sam_core::{Command, Peer, Reply, Value, Version, Writer};

/// Lines made of the words that mean something, in any order, with anything between them.
fn nearly_sam() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "HELLO",
        "VERSION",
        "REPLY",
        "SESSION",
        "STATUS",
        "CREATE",
        "STREAM",
        "CONNECT",
        "ACCEPT",
        "FORWARD",
        "NAMING",
        "LOOKUP",
        "DEST",
        "GENERATE",
        "PING",
        "PONG",
        "QUIT",
        "RESULT=OK",
        "RESULT=",
        "RESULT",
        "MESSAGE=\"",
        "MESSAGE=\"a b\"",
        "\\\"",
        "\\",
        "\"",
        "=",
        "==",
        "VERSION=3.3",
        "MIN=3.1",
        "MAX=3",
        "STYLE=STREAM",
        "ID=x",
        "ID=\"\"",
        "SILENT=true",
        "DESTINATION=TRANSIENT",
        "DESTINATION=",
        "SIGNATURE_TYPE=7",
        "FROM_PORT=1",
        "TO_PORT=70000",
        "PORT=1",
        "HOST=::1",
        "NAME=ME",
        "VALUE=A",
        "PUB=A",
        "PRIV=B",
        "inbound.length=1",
        PUBLIC,
        PRIVATE,
        " ",
        "\r",
        "\0",
    ]);
    let piece = prop_oneof![
        8 => words.prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    let gap = prop::sample::select(vec!["", " ", " ", " ", " ", "  "]);
    prop::collection::vec((piece, gap), 0..8).prop_map(|pieces| {
        pieces
            .into_iter()
            .flat_map(|(piece, gap)| [piece, gap.into()])
            .flatten()
            .collect()
    })
}

fn any_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => nearly_sam(), 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

/// What `write` makes without the line's end, or `None` if it refuses.
fn said(write: impl FnOnce(&mut Writer<'_>) -> Result<(), sam_core::Error>) -> Option<Vec<u8>> {
    let mut buffer = [0; 8192];
    let mut writer = Writer::new(&mut buffer);
    write(&mut writer).ok()?;
    Some(writer.written().strip_suffix(b"\n").unwrap().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// No bytes make a parser panic, and what was parsed can be looked at without a panic too.
    #[test]
    fn any_bytes_are_parsed_or_refused(line in any_line()) {
        if let Ok(command) = Command::parse(&line) {
            let _ = format!("{command:?}");
        }
        if let Ok(reply) = Reply::parse(&line) {
            let _ = format!("{reply:?}");
            prop_assert_eq!(reply.status().is_some_and(|status| status.into_result().is_ok()),
                reply.status().is_some_and(|status| status.is_ok()));
        }
        if let Ok(peer) = Peer::parse(&line) {
            let _ = format!("{peer:?} {}", peer.destination.decoded_len());
        }
    }

    /// A command that is heard is the same command when it is passed on.
    #[test]
    fn commands_survive_the_round_trip(line in any_line()) {
        if let Ok(command) = Command::parse(&line)
            && let Some(again) = said(|writer| command.encode(writer))
        {
            prop_assert_eq!(Command::parse(&again), Ok(command));
        }
    }

    /// A reply that is heard is the same reply when it is passed on.
    #[test]
    fn replies_survive_the_round_trip(line in any_line()) {
        if let Ok(reply) = Reply::parse(&line)
            && let Some(again) = said(|writer| reply.encode(writer))
        {
            prop_assert_eq!(Reply::parse(&again), Ok(reply));
        }
    }

    /// A peer line that is heard is the same line when it is passed on.
    #[test]
    fn peers_survive_the_round_trip(tail in "( (FROM_PORT|TO_PORT|X)=[0-9]{0,6}){0,3}") {
        let line = format!("{PUBLIC}{tail}");
        if let Ok(peer) = Peer::parse(line.as_bytes()) {
            let again = said(|writer| peer.encode(writer)).unwrap();
            prop_assert_eq!(Peer::parse(&again), Ok(peer));
        }
    }

    /// Every version that can be said is heard as the same version.
    #[test]
    fn versions_survive_the_round_trip(major: u8, minor: u8) {
        let version = Version { major, minor };
        let reply = Reply::Hello { status: sam_core::Status::OK, version: Some(version) };
        let line = said(|writer| reply.encode(writer)).unwrap();
        prop_assert_eq!(Reply::parse(&line), Ok(reply));
    }

    /// A value is the same value, quoted or not, and its bytes are those that were given.
    #[test]
    fn values_mean_their_bytes(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        let line = said(|writer| writer.line(|line| {
            line.put(b"NAMING REPLY RESULT=X")?;
            line.pair("NAME", Value::new(&bytes))
        }));
        if let Some(line) = line {
            let Ok(Reply::Naming { name: Some(name), .. }) = Reply::parse(&line) else {
                panic!("{}", line.escape_ascii());
            };
            prop_assert_eq!(name.bytes().collect::<Vec<_>>(), bytes);
        }
    }
}
