//! However the bytes are cut, a conversation is the same: same events, same lines said, and the
//! same bytes left for the stream.

use sam_tests::client::{Outcome, is_playable, is_stream, play};
use sam_tests::drivers::Blocking;
use sam_tests::transcript::{Entry, Socket, all};
use sam_tests::wire::{Habits, Wire};

/// A conversation up to this length is tried with every size of buffer.
const SHORT: usize = 300;

fn playable() -> impl Iterator<Item = Socket> {
    all().into_iter().filter(is_playable)
}

/// Plays a socket with `room` bytes to receive lines in.
fn with(socket: &Socket, wire: &Wire, habits: Habits, room: usize) -> Outcome {
    let wire = wire.with(habits);
    play(socket, &mut Blocking(wire), room)
}

fn assert_same(socket: &Socket, habits: impl Fn(usize) -> Habits) {
    let wire = Wire::new(socket, Habits::GOOD);
    let whole = with(socket, &wire, Habits::GOOD, 4096);
    for at in 1..=wire.all().len() {
        let outcome = with(socket, &wire, habits(at), 4096);
        assert_eq!(outcome, whole, "{} at {at}", socket.name);
    }
}

/// The least room in which every line of a socket fits.
fn least_room(socket: &Socket) -> usize {
    let room = socket.entries.iter().map(|entry| match entry {
        // The end of a line, or the room to learn that there is none.
        Entry::Heard(line) | Entry::HeardCut(line) => line.len() + 1,
        _ => 1,
    });
    room.max().unwrap_or(1)
}

#[test]
fn in_portions_of_every_size() {
    for socket in playable() {
        assert_same(&socket, |read_max| Habits {
            read_max,
            ..Habits::GOOD
        });
    }
}

#[test]
fn in_two_parts_with_every_border() {
    for socket in playable() {
        assert_same(&socket, |at| Habits {
            split: Some(at),
            ..Habits::GOOD
        });
    }
}

#[test]
fn with_all_lines_and_the_stream_behind_them_there_at_once() {
    let streams: Vec<_> = playable().filter(is_stream).collect();
    assert!(streams.len() > 20);
    for socket in streams {
        assert_same(&socket, |at| Habits {
            split: Some(at),
            eager: true,
            ..Habits::GOOD
        });
    }
}

#[test]
fn with_every_receive_buffer_that_fits() {
    for socket in playable() {
        let wire = Wire::new(&socket, Habits::GOOD);
        let whole = with(&socket, &wire, Habits::GOOD, 4096);
        let (least, len) = (least_room(&socket), wire.all().len());
        let rooms = (least..=len + 1).step_by(1 + len / SHORT * 97);
        for room in rooms.chain([least, least + 1, len + 1]) {
            for read_max in [1, 7, usize::MAX] {
                let habits = Habits {
                    read_max,
                    ..Habits::GOOD
                };
                let outcome = with(&socket, &wire, habits, room.max(least));
                assert_eq!(outcome, whole, "{} with {room} bytes", socket.name);
            }
        }
    }
}

#[test]
fn a_receive_buffer_one_byte_too_small_is_named_as_such() {
    for socket in playable().filter(|socket| !socket.heard().is_empty()) {
        let wire = Wire::new(&socket, Habits::GOOD);
        let whole = with(&socket, &wire, Habits::GOOD, 4096);
        for read_max in [1, usize::MAX] {
            let habits = Habits {
                read_max,
                ..Habits::GOOD
            };
            let mut told = with(&socket, &wire, habits, least_room(&socket) - 1).told;
            let last = told.pop();
            assert_eq!(
                last.as_deref(),
                Some("a line is longer than the receive buffer")
            );
            assert_eq!(told, whole.told[..told.len()], "{}", socket.name);
        }
    }
}
