//! Plays a script through a connection and keeps the books.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::slice;

use sam_core::error::{Full, Usage};
use sam_core::{Address, Command, Connection, DestinationText, Error, Line, SignatureType, Step};

use super::script::{Operation, Question, Script};
use super::watched::{Client, Watched};
use crate::line;

/// Whether the script's own paces count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tempo {
    AsWritten,
    /// Everything is read, written and heard as soon as that is possible.
    AtOnce,
}

/// What may not depend on how the bytes were portioned.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    events: Vec<String>,
    heard: Vec<u8>,
    sent: Vec<u8>,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// Everything is heard, and more might come.
    Waiting,
    /// Line mode is over.
    Done,
    /// The machine has given up.
    Failed(Error),
    /// A line is longer than the receive buffer.
    Overrun,
}

/// A connection and the wire it hangs on.
pub(super) struct Conversation<'s, M> {
    connection: Connection<Watched<M>, Vec<u8>>,
    operations: slice::Iter<'s, Operation<'s>>,
    tempo: Tempo,
    pace: Pace,
    on_the_wire: VecDeque<u8>,
    is_closed: bool,
    told: Option<Line>,
    books: Books,
    end: End,
}

#[derive(Clone, Copy)]
struct Pace {
    read: usize,
    write: usize,
    steps: usize,
}

#[derive(Default)]
struct Books {
    received: Vec<u8>,
    sent: Vec<u8>,
    events: Vec<String>,
    operations: usize,
    steps: usize,
}

impl<'s, M: Client> Conversation<'s, M>
where
    for<'l> M::Event<'l>: Debug,
    M: Debug,
{
    /// `None` if the first line does not fit the buffers.
    pub(super) fn start(machine: M, script: &'s Script<'s>, tempo: Tempo) -> Option<Self> {
        let buffers = (vec![0xAA; script.rx_len], vec![0xBB; script.tx_len]);
        let connection = match Connection::new(Watched::new(machine), buffers.0, buffers.1) {
            Ok(connection) => connection,
            Err(error) => {
                assert_eq!(error, Full::Transmit.into());
                return None;
            }
        };
        Some(Self {
            connection,
            operations: script.operations.iter(),
            tempo,
            pace: Pace {
                read: usize::MAX,
                write: usize::MAX,
                steps: usize::MAX,
            },
            on_the_wire: VecDeque::new(),
            is_closed: false,
            told: None,
            books: Books::default(),
            end: End::Waiting,
        })
    }

    /// Plays until the script or the connection is at its end.
    pub(super) fn play(&mut self) {
        while self.end == End::Waiting
            && let Some(operation) = self.operations.next()
        {
            self.books.operations += 1;
            self.perform(*operation);
            self.advance(self.pace.steps);
        }
        self.advance(usize::MAX);
    }

    /// Plays to the end and closes the books.
    pub(super) fn play_out(mut self) -> Outcome {
        self.play();
        self.check_end();
        self.check_sent();

        let heard = self.connection.machine().heard().to_vec();
        let unread = self.connection.into_unread();
        let accounted = [&heard[..], unread.as_slice()].concat();
        assert_eq!(accounted, self.books.received, "bytes lost or invented");
        Outcome {
            events: self.books.events,
            heard,
            sent: self.books.sent,
            end: self.end,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.end == End::Done
    }

    /// Goes on with another machine.
    pub(super) fn then<N: Client>(self, next: impl FnOnce(M) -> N) -> Conversation<'s, N>
    where
        for<'l> N::Event<'l>: Debug,
    {
        Conversation {
            connection: self.connection.then(|watched| watched.then(next)),
            operations: self.operations,
            tempo: self.tempo,
            pace: self.pace,
            on_the_wire: self.on_the_wire,
            is_closed: self.is_closed,
            told: None,
            books: self.books,
            end: End::Waiting,
        }
    }

    fn perform(&mut self, operation: Operation<'_>) {
        let is_hurried = self.tempo == Tempo::AtOnce;
        match operation {
            Operation::Line(_) | Operation::Part(_) if self.is_closed => {}
            Operation::Line(text) => {
                self.on_the_wire.extend(text);
                self.on_the_wire.push_back(b'\n');
            }
            Operation::Part(text) => self.on_the_wire.extend(text),
            Operation::Close => self.is_closed = true,
            Operation::Ask(question) => self.ask(question),
            _ if is_hurried => {}
            Operation::ReadPace(bytes) => self.pace.read = bytes,
            Operation::WritePace(bytes) => self.pace.write = bytes,
            Operation::StepPace(steps) => self.pace.steps = steps,
        }
    }

    fn ask(&mut self, question: Question<'_>) {
        let before = self.connection.pending().to_vec();
        let asked = self.connection.request(|watched, tx| {
            let inquiry = watched.ask()?;
            match question {
                Question::Lookup(text) => {
                    let address = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                    match (DestinationText::new(text), address) {
                        (Ok(destination), _) => inquiry.lookup(destination, tx),
                        (_, Some::<Address>(address)) => inquiry.lookup(&address, tx),
                        _ => Err(Usage::NotI2p.into()),
                    }
                }
                Question::LookupMe => inquiry.lookup_me(tx),
                Question::Generate(number) => inquiry.generate(SignatureType(number), tx),
                Question::Probe => inquiry.probe(tx),
                Question::Ping(text) => inquiry.ping(&String::from_utf8_lossy(text), tx),
                Question::Abandon => {
                    inquiry.abandon();
                    assert!(!inquiry.is_busy());
                    Ok(())
                }
            }
        });
        if asked.is_err() || !before.is_empty() {
            assert_eq!(self.connection.pending(), before);
        }
    }

    /// Makes at most so many steps, and stops where nothing is left to do.
    fn advance(&mut self, steps: usize) {
        for _ in 0..steps {
            if self.end != End::Waiting || !self.step() {
                return;
            }
        }
    }

    /// `false` if there is nothing to do but wait for the router.
    fn step(&mut self) -> bool {
        self.books.count_step();
        let _ = self.connection.timeout();
        match self.connection.step() {
            Ok(Step::Transmit) => self.transmit(),
            Ok(Step::Receive) => return self.receive(),
            Ok(Step::Event(line)) => self.look_at(line),
            Ok(Step::Payload(_)) => panic!("payload, which no client machine takes"),
            Ok(Step::Done) => self.end = End::Done,
            Err(error) => self.end = End::Failed(error),
        }
        true
    }

    fn transmit(&mut self) {
        let pending = self.connection.pending();
        let newline = pending.iter().position(|byte| *byte == b'\n');
        assert_eq!(
            newline,
            pending.len().checked_sub(1),
            "not the end of a line"
        );

        let count = pending.len().min(self.pace.write);
        self.books.sent.extend_from_slice(&pending[..count]);
        let too_many = pending.len() + 1;
        let refused = self.connection.transmitted(too_many);
        assert_eq!(refused, Err(Usage::OutOfRange.into()));
        assert_eq!(self.connection.transmitted(count), Ok(()));
        assert_eq!(
            self.connection.flush_due(),
            self.connection.pending().is_empty()
        );
    }

    fn receive(&mut self) -> bool {
        let room = match self.connection.spare() {
            Ok(room) => room,
            Err(error) => {
                assert_eq!(error, Full::Receive.into());
                self.end = End::Overrun;
                return true;
            }
        };
        assert!(!room.is_empty(), "a read of no bytes looks like the end");
        let too_many = room.len() + 1;
        let count = self.on_the_wire.len().min(room.len()).min(self.pace.read);
        let start = self.books.received.len();
        self.books.received.extend(self.on_the_wire.drain(..count));
        room[..count].copy_from_slice(&self.books.received[start..]);

        if let Some(line) = self.told.take() {
            let stale = self.connection.event(line);
            assert!(matches!(stale, Err(Error::Usage(Usage::Stale))));
        }
        let refused = self.connection.received(too_many);
        assert_eq!(refused, Err(Usage::OutOfRange.into()));
        let may_read = count > 0 || self.is_closed;
        if may_read {
            assert_eq!(self.connection.received(count), Ok(()));
        }
        may_read
    }

    fn look_at(&mut self, line: Line) {
        let shown = |connection: &Connection<Watched<M>, _>| match connection.event(line) {
            Ok(event) => format!("{event:?}"),
            Err(error) => panic!("an event that cannot be seen: {error}"),
        };
        let event = shown(&self.connection);
        assert_eq!(event, shown(&self.connection), "it changed under the eye");
        let heard = self.connection.machine().heard();
        let heard = heard.strip_suffix(b"\n").unwrap_or(heard);
        assert!(heard.ends_with(self.connection.last_line()));
        self.books.events.push(event);
        self.told = Some(line);
    }

    /// An end is for good, and leaves nothing unsent.
    fn check_end(&mut self) {
        assert!(self.connection.pending().is_empty(), "a line was not sent");
        assert!(self.connection.flush_due());
        self.connection.flushed();
        assert!(!self.connection.flush_due());
        let shown = format!("{:?}", self.connection);
        assert!(shown.len() < 2000, "shows what is in the buffers: {shown}");
        let again = match self.end {
            End::Waiting | End::Overrun => Ok(Step::Receive),
            End::Done => Ok(Step::Done),
            End::Failed(error) => Err(error),
        };
        for _ in 0..2 {
            assert_eq!(self.connection.step(), again);
        }
        if let End::Done | End::Failed(_) = self.end {
            let asked = self
                .connection
                .request(|_, tx| tx.line(|line| line.put(b"x")));
            assert_eq!(asked, Err(Usage::NotNow.into()));
        }
    }

    /// Everything that was sent is commands, one a line.
    fn check_sent(&self) {
        for text in self.books.sent.split_inclusive(|byte| *byte == b'\n') {
            let text = text.strip_suffix(b"\n").expect("a whole line");
            let command = Command::parse(text).expect("a command");
            let written = line::encoded(text.len(), &|writer| command.encode(writer));
            assert_eq!(written.as_deref(), Some(text));
        }
        assert!(self.books.sent.starts_with(b"HELLO VERSION "));
    }
}

impl Books {
    /// Every step but a few moves a byte, tells a line, or ends an operation.
    fn count_step(&mut self) {
        self.steps += 1;
        let budget = 2 * self.received.len() + self.sent.len() + self.operations + 10;
        assert!(self.steps <= budget, "steps without progress");
    }
}
