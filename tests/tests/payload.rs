//! Payload of a known length behind a line: counted, never looked at for lines.

use sam_core::error::{Error, Malformed};
use sam_core::io::{IoError, asynch, blocking};
use sam_core::time::Duration;
use sam_core::{Connection, Heard, Line, Machine, Step, Writer};
use sam_tests::drivers::poll;
use sam_tests::transcript::{Entry, Socket};
use sam_tests::wire::{Habits, Wire, WireError};

/// Hears `SIZE n` and n bytes behind it.
#[derive(Debug)]
struct Sized;

impl Machine for Sized {
    type Event<'l> = usize;

    fn start(&mut self, _tx: &mut Writer<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn handle_line(&mut self, line: &[u8], _tx: &mut Writer<'_>) -> Result<Heard, Error> {
        self.view(line).map(Heard::Payload)
    }

    fn view(&self, line: &[u8]) -> Result<usize, Error> {
        let text = std::str::from_utf8(line).ok();
        let size = text.and_then(|text| text.strip_prefix("SIZE ")?.parse().ok());
        size.ok_or(Malformed::Syntax.into())
    }

    fn timeout(&self) -> Option<Duration> {
        None
    }
}

const TALK: [(&[u8], &[u8]); 3] = [
    (b"SIZE 12", b"ab\nSIZE 3\n\nz"),
    (b"SIZE 0", b""),
    (b"SIZE 5", b"\n\n\n\n\n"),
];

fn socket() -> Socket {
    let entries = TALK
        .into_iter()
        .flat_map(|(line, payload)| [Entry::Heard(line.into()), Entry::Received(payload.into())]);
    Socket {
        name: "payload".into(),
        entries: entries.chain([Entry::Closed]).collect(),
        expected: Vec::new(),
    }
}

type IoResult<T> = Result<T, IoError<WireError>>;

/// Takes the whole talk; `next` and `payload` are called again when they are interrupted.
fn take(
    next: impl Fn(&mut Connection<Sized, [u8; 16]>, &mut Wire) -> IoResult<Option<Line>>,
    payload: impl Fn(&mut Connection<Sized, [u8; 16]>, &mut Wire, &mut [u8]) -> IoResult<usize>,
    habits: Habits,
    portion: usize,
) {
    let mut wire = Wire::new(&socket(), habits);
    let mut connection = Connection::new(Sized, [0; 16], [0; 16]).unwrap();
    for (_, expected) in TALK {
        let line = again(|| next(&mut connection, &mut wire)).unwrap().unwrap();
        assert_eq!(connection.event(line), Ok(expected.len()));
        let mut taken = Vec::<u8>::new();
        let mut out = vec![0; portion];
        loop {
            let count = again(|| payload(&mut connection, &mut wire, &mut out)).unwrap();
            taken.extend(&out[..count]);
            if count == 0 {
                break;
            }
            let due = expected.len() - taken.len();
            let step = if due > 0 {
                Ok(Step::Payload(due))
            } else {
                connection.step()
            };
            assert_eq!(
                connection.step(),
                step,
                "no line before its payload is taken"
            );
        }
        assert_eq!(taken, expected);
    }
    let end = again(|| next(&mut connection, &mut wire));
    assert_eq!(end, Err(IoError::Sam(Error::Closed)));
}

fn again<T>(mut call: impl FnMut() -> IoResult<T>) -> IoResult<T> {
    loop {
        match call() {
            Err(IoError::Transport(WireError::Interrupted)) => {}
            result => return result,
        }
    }
}

fn all_habits() -> impl Iterator<Item = (Habits, usize)> {
    (1..=40).flat_map(|read_max| {
        (0..3).flat_map(move |hindrances| {
            (1..=14).map(move |portion| {
                let habits = Habits {
                    read_max,
                    hindrances,
                    eager: true,
                    ..Habits::GOOD
                };
                (habits, portion)
            })
        })
    })
}

#[test]
fn it_is_counted_however_it_is_cut() {
    for (habits, portion) in all_habits() {
        take(blocking::next, blocking::payload, habits, portion);
    }
}

#[test]
fn it_survives_a_future_that_is_dropped() {
    for (habits, portion) in all_habits() {
        take(
            |connection, wire| loop {
                if let Some(result) = poll(1, asynch::next(connection, wire)) {
                    return result;
                }
            },
            |connection, wire, out| loop {
                if let Some(result) = poll(1, asynch::payload(connection, wire, out)) {
                    return result;
                }
            },
            habits,
            portion,
        );
    }
}

#[test]
fn an_end_within_it_is_an_error_that_lasts() {
    let mut wire = Wire::new(
        &socket(),
        Habits {
            cut: Some(12),
            ..Habits::GOOD
        },
    );
    let mut connection = Connection::new(Sized, [0; 16], [0; 16]).unwrap();
    assert!(
        blocking::next(&mut connection, &mut wire)
            .unwrap()
            .is_some()
    );
    let mut out = [0; 64];
    assert_eq!(
        blocking::payload(&mut connection, &mut wire, &mut out),
        Ok(4)
    );
    let closed = Err(IoError::Sam(Error::Closed));
    assert_eq!(
        blocking::payload(&mut connection, &mut wire, &mut out),
        closed
    );
    assert_eq!(connection.step(), Err(Error::Closed));
}
