//! The drivers over transports that do the worst a transport may do.

use sam_core::io::{IoError, asynch, blocking};
use sam_core::{Accept, Connection, Greeting, SessionId, Step, Timeouts};
use sam_tests::client::{Outcome, is_playable, play};
use sam_tests::drivers::{Asynch, Blocking, poll};
use sam_tests::transcript::{Socket, all};
use sam_tests::wire::{Habits, Wire, WireError};

const ROOM: usize = 2048;

/// Checks that habits of a transport change nothing of what comes of it, for every socket.
fn assert_harmless(
    habits: impl Fn(&Outcome) -> Vec<Habits>,
    run: impl Fn(&Socket, Wire) -> Outcome,
) {
    for socket in all().into_iter().filter(is_playable) {
        let wire = Wire::new(&socket, Habits::GOOD);
        let good = play(&socket, &mut Blocking(wire.clone()), ROOM);
        for habits in habits(&good) {
            let wire = wire.with(habits);
            assert_eq!(run(&socket, wire), good, "{}: {habits:?}", socket.name);
        }
    }
}

fn run_blocking(socket: &Socket, wire: Wire) -> Outcome {
    play(socket, &mut Blocking(wire), ROOM)
}

/// Drops the future at each await that has to wait, and makes a new one.
fn run_dropping(socket: &Socket, wire: Wire) -> Outcome {
    play(socket, &mut Asynch { wire, polls: 1 }, ROOM)
}

fn run_patiently(socket: &Socket, wire: Wire) -> Outcome {
    play(socket, &mut Asynch { wire, polls: 100 }, ROOM)
}

fn bytes_said(outcome: &Outcome) -> usize {
    outcome.said.iter().map(|line| line.len() - 1).sum()
}

/// Places in what a client says: all in its first lines, then ever fewer.
fn places(outcome: &Outcome) -> impl Iterator<Item = usize> {
    let end = bytes_said(outcome);
    (0..end.min(150)).chain((150..end).step_by(41))
}

#[test]
fn short_writes_say_the_same() {
    let habits = |outcome: &Outcome| {
        let longest = outcome.said.iter().map(String::len).max().unwrap_or(1);
        let short = |write_max| Habits {
            write_max,
            ..Habits::GOOD
        };
        (1..=longest.min(150)).map(short).collect()
    };
    assert_harmless(habits, run_blocking);
    assert_harmless(habits, run_dropping);
}

#[test]
fn a_write_that_fails_once_at_any_byte_loses_nothing() {
    let habits = |outcome: &Outcome| {
        let failing = |at| Habits {
            write_fails_at: Some(at),
            ..Habits::GOOD
        };
        places(outcome).map(failing).collect()
    };
    assert_harmless(habits, run_blocking);
    assert_harmless(habits, run_dropping);
}

#[test]
fn a_write_that_takes_nothing_once_loses_nothing() {
    let habits = |outcome: &Outcome| {
        let failing = |at| Habits {
            write_zero_at: Some(at),
            ..Habits::GOOD
        };
        places(outcome).map(failing).collect()
    };
    assert_harmless(habits, run_blocking);
    assert_harmless(habits, run_dropping);
}

#[test]
fn a_read_that_fails_once_at_any_byte_loses_nothing() {
    let habits = |_: &Outcome| {
        let failing = |at| Habits {
            read_fails_at: Some(at),
            ..Habits::GOOD
        };
        (0..120)
            .chain((120..1600).step_by(41))
            .map(failing)
            .collect()
    };
    assert_harmless(habits, run_blocking);
    assert_harmless(habits, run_dropping);
}

/// Every operation hindered so many times, flushes among them, in pieces of all sorts of sizes.
fn hindered(_: &Outcome) -> Vec<Habits> {
    let mut all = Vec::new();
    for hindrances in 0..4 {
        for (read_max, write_max) in [(usize::MAX, usize::MAX), (1, usize::MAX), (19, 5)] {
            for lazy in [false, true] {
                let habits = Habits {
                    read_max,
                    write_max,
                    lazy,
                    hindrances,
                    ..Habits::GOOD
                };
                all.push(habits);
            }
        }
    }
    all
}

#[test]
fn interrupted_operations_are_taken_up_again() {
    assert_harmless(hindered, run_blocking);
}

#[test]
fn pending_operations_are_waited_for() {
    assert_harmless(hindered, run_patiently);
}

#[test]
fn a_future_dropped_at_any_await_loses_nothing() {
    assert_harmless(hindered, run_dropping);
}

/// The line is over, or refused, or the connection is: but no wait lasts for ever, and nothing is
/// granted that a whole line would not have granted.
#[test]
fn an_end_at_any_byte_is_an_error() {
    for socket in all().into_iter().filter(is_playable) {
        let wire = Wire::new(&socket, Habits::GOOD);
        let whole = play(&socket, &mut Blocking(wire.clone()), ROOM).told;
        for cut in (0..wire.all().len()).filter(|cut| *cut < 150 || cut % 41 == 0) {
            let habits = Habits {
                cut: Some(cut),
                ..Habits::GOOD
            };
            for told in [
                play(&socket, &mut Blocking(wire.with(habits)), ROOM).told,
                run_dropping(&socket, wire.with(habits)).told,
            ] {
                let (end, events) = told.split_last().unwrap();
                let name = format!("{} cut at {cut}: {told:?}", socket.name);
                assert_ne!(end, "waiting", "{name}");
                for (event, expected) in events.iter().zip(&whole) {
                    let refusal = ["not found", "not generated", "status"];
                    let refused = refusal.iter().any(|word| event.starts_with(word));
                    assert!(event == expected || refused, "{name}");
                }
                let refused = end.starts_with("refused: ");
                let same = whole.get(events.len()) == Some(end);
                assert!(end == "closed" || refused || same, "{name}");
            }
        }
    }
}

fn accept(id: &SessionId) -> Connection<Accept<'_>, [u8; 64]> {
    let accept = Accept::new(Greeting::default(), Timeouts::DEFAULT, id);
    Connection::new(accept, [0; 64], [0; 64]).unwrap()
}

/// A socket on which a router says nothing.
fn mute() -> Socket {
    Socket {
        name: "mute".into(),
        entries: Vec::new(),
        expected: Vec::new(),
    }
}

#[test]
fn a_write_that_takes_nothing_is_told() {
    let id = SessionId::random([1; 16]);
    let habits = Habits {
        write_zero_at: Some(5),
        ..Habits::GOOD
    };
    let mut wire = Wire::new(&mute(), habits);
    assert_eq!(
        blocking::next(&mut accept(&id), &mut wire),
        Err(IoError::WriteZero)
    );
    let mut wire = Wire::new(&mute(), habits);
    let result = poll(1, asynch::next(&mut accept(&id), &mut wire));
    assert_eq!(result, Some(Err(IoError::WriteZero)));
}

#[test]
fn an_error_of_the_transport_comes_out_as_it_is_and_ends_nothing() {
    let id = SessionId::random([1; 16]);
    let mut connection = accept(&id);
    let mut wire = Wire::new(
        &mute(),
        Habits {
            hindrances: 1,
            ..Habits::GOOD
        },
    );
    let interrupted = Err(IoError::Transport(WireError::Interrupted));
    // The write, its flush, and the read.
    for _ in 0..3 {
        assert_eq!(blocking::next(&mut connection, &mut wire), interrupted);
    }
    let stalled = Err(IoError::Transport(WireError::Stalled));
    assert_eq!(blocking::next(&mut connection, &mut wire), stalled);
    assert_eq!(connection.step(), Ok(Step::Receive));
    assert_eq!(wire.said, b"HELLO VERSION MIN=3.1 MAX=3.3\n");
}
