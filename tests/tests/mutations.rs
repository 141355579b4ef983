//! Recorded conversations with some bytes changed: nothing panics, nothing hangs.

use std::sync::LazyLock;

use proptest::prelude::*;
use sam_core::bridge::Bridge;
use sam_core::{Command, Connection, Peer, Reply, ResultCode, Status, Step};
use sam_tests::client::{is_playable, play};
use sam_tests::drivers::{Asynch, Blocking};
use sam_tests::transcript::{Entry, Socket, all};
use sam_tests::wire::{Habits, Wire};

static SOCKETS: LazyLock<Vec<Socket>> =
    LazyLock::new(|| all().into_iter().filter(is_playable).collect());

/// A change of a line.
#[derive(Clone, Debug)]
enum Change {
    Replace(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Double,
}

type Changes = Vec<(prop::sample::Index, prop::sample::Index, Change)>;

/// Changes of lines: which one, where, and what.
fn changes() -> impl Strategy<Value = Changes> {
    let special = prop::sample::select(b"\n\r\0\"\\= \t\xff".as_slice());
    let change = prop_oneof![
        prop_oneof![special, any::<u8>()].prop_map(Change::Replace),
        prop::sample::select(vec![
            " RESULT=OK",
            "\"",
            "\\",
            "PING ",
            "\n",
            "\nPING 1\n",
            "="
        ])
        .prop_map(|text| Change::Insert(text.into())),
        (1..40_usize).prop_map(Change::Remove),
        Just(Change::Double),
    ];
    let index = any::<prop::sample::Index>;
    prop::collection::vec((index(), index(), change), 1..5)
}

fn apply(line: &mut Vec<u8>, place: prop::sample::Index, change: &Change) {
    let at = place.index(line.len() + 1);
    match change {
        Change::Replace(byte) => {
            if let Some(place) = line.get_mut(at) {
                *place = *byte;
            }
        }
        Change::Insert(bytes) => drop(line.splice(at..at, bytes.iter().copied())),
        Change::Remove(count) => drop(line.drain(at..(at + count).min(line.len()))),
        Change::Double => line.extend_from_within(at..),
    }
}

/// The socket with some of its lines changed, the router's or the client's.
fn changed(socket: &Socket, changes: &Changes, heard: bool) -> Socket {
    let mut socket = socket.clone();
    let mut lines: Vec<&mut Vec<u8>> = Vec::new();
    for entry in &mut socket.entries {
        match entry {
            Entry::Heard(line) | Entry::HeardCut(line) if heard => lines.push(line),
            Entry::Said(line) if !heard => lines.push(line),
            _ => {}
        }
    }
    for (line, place, change) in changes {
        if !lines.is_empty() {
            let line = line.index(lines.len());
            apply(lines[line], *place, change);
        }
    }
    socket
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// No line that is nearly a router's or a client's makes a parser panic.
    #[test]
    fn parsers_take_any_line(socket: prop::sample::Index, changes in changes(), heard: bool) {
        let socket = changed(socket.get(&SOCKETS), &changes, heard);
        for line in socket.heard().into_iter().chain(socket.said()) {
            let _ = (Reply::parse(line), Command::parse(line), Peer::parse(line));
        }
    }

    /// A router that says nearly what was recorded is understood or refused, in any portions and
    /// any room, and drivers agree on which.
    #[test]
    fn machines_take_any_router(
        socket: prop::sample::Index,
        changes in changes(),
        read_max in prop_oneof![1..20_usize, Just(usize::MAX)],
        room in prop_oneof![16..200_usize, Just(2048)],
        eager: bool,
    ) {
        let socket = socket.get(&SOCKETS);
        let wire = Wire::new(&changed(socket, &changes, true), Habits { eager, ..Habits::GOOD });
        let expected = play(socket, &mut Blocking(wire.clone()), room);
        let wire = wire.with(Habits { eager, read_max, hindrances: 1, ..Habits::GOOD });
        let outcome = play(socket, &mut Asynch { wire, polls: 1 }, room);
        prop_assert_eq!(&outcome.told, &expected.told);
        prop_assert_eq!(outcome.said, expected.said);
        if outcome.told.last().is_some_and(|end| end == "done") {
            prop_assert_eq!(outcome.left, expected.left);
        }
    }

    /// A client that says nearly what was recorded is answered with whole lines or turned away,
    /// and nothing it says becomes the bridge's mistake.
    #[test]
    fn the_bridge_takes_any_client(
        socket: prop::sample::Index,
        changes in changes(),
        portion in 1..2000_usize,
    ) {
        let socket = changed(socket.get(&SOCKETS), &changes, false);
        let said = socket.said().into_iter().flat_map(|line| [line, b"\n"]).collect::<Vec<_>>().concat();
        let mut connection = Connection::new(Bridge::default(), [0; 2048], [0; 2048]).unwrap();
        let mut said = said.chunks(portion.min(1000));
        loop {
            match connection.step() {
                Ok(Step::Receive) => {
                    let Some(bytes) = said.next() else {
                        break;
                    };
                    match connection.spare() {
                        Ok(room) if room.len() >= bytes.len() => room[..bytes.len()].copy_from_slice(bytes),
                        _ => break,
                    }
                    connection.received(bytes.len()).unwrap();
                }
                Ok(Step::Transmit) => {
                    let line = connection.pending();
                    let reply = Reply::parse(line.strip_suffix(b"\n").unwrap());
                    prop_assert!(reply.is_ok(), "{}", line.escape_ascii());
                    connection.transmitted(connection.pending().len()).unwrap();
                }
                Ok(Step::Event(line)) => {
                    prop_assert!(connection.event(line).is_ok());
                    let status = Status::new(ResultCode::I2pError).with_message("no");
                    connection.request(|bridge, tx| bridge.refuse(status, tx)).unwrap();
                }
                Ok(Step::Done) => break,
                Ok(step) => prop_assert!(false, "{step:?}"),
                Err(error) => {
                    prop_assert!(matches!(error, sam_core::Error::Peer(_)), "{error}");
                    break;
                }
            }
        }
    }
}
