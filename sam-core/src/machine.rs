//! What a protocol machine is: decides on lines, owns no bytes and no clock.

use crate::answer::Answer;
use crate::error::Error;
use crate::time::Duration;
use crate::writer::Writer;

/// One role of a connection, as a state machine over whole lines.
///
/// Deciding ([`Machine::handle_line`]) is apart from showing ([`Machine::view`]), so that a
/// driver's loop borrows nothing and the event can be borrowed from the buffer afterwards.
/// Every wait for the other end closes with an event, so one call of a driver is one wait, and
/// [`Machine::timeout`] says how long it may last.
///
/// `dyn Machine` can do all but show lines, so a driver need not be compiled for each machine.
pub trait Machine: Send {
    /// What a caller learns from a line.
    type Event<'l>
    where
        Self: Sized;

    /// Writes what is to be said first.
    ///
    /// # Errors
    /// [`Full`](crate::error::Full) if it does not fit the transmit buffer.
    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error>;

    /// Takes one line, without its `\n`, and writes what is to be answered.
    ///
    /// # Errors
    /// Whatever makes the connection useless; it is over then.
    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error>;

    /// Shows the line that [`Machine::handle_line`] called an event; changes nothing.
    ///
    /// # Errors
    /// [`Error::Peer`] if the line is not one that could be an event.
    fn view<'l>(&self, line: &'l [u8]) -> Result<Self::Event<'l>, Error>
    where
        Self: Sized;

    /// Whether line mode is over without a line having said so: SILENT.
    fn is_done(&self) -> bool {
        false
    }

    /// How long the present wait may last from its start; `None` is for ever.
    fn timeout(&self) -> Option<Duration>;

    /// Takes a last line that has no `\n`, because the other end closed the connection.
    ///
    /// It counts only if it refuses: emissary and Java I2P leave the `\n` of some refusals out,
    /// whereas a line that grants something, a private key for instance, may lack its end.
    ///
    /// # Errors
    /// As [`Machine::handle_line`], or what [`Machine::handle_eof`] says.
    fn handle_cut_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        match refuses(line) {
            true => self.handle_line(line, tx),
            false => Err(self.handle_eof()),
        }
    }

    /// What it means that the other end closed the connection.
    fn handle_eof(&mut self) -> Error {
        Error::Closed
    }
}

/// Not inlined: every machine has it.
#[inline(never)]
fn refuses(line: &[u8]) -> bool {
    Answer::parse(line).is_ok_and(|answer| answer.result().is_err())
}

/// What a line meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Heard {
    /// Nothing the caller has to know.
    Nothing,
    /// An event.
    Event,
    /// An event, and so many bytes of payload behind the line.
    Payload(usize),
    /// An event, and line mode is over: what follows belongs to the stream.
    Last,
}

/// How long each wait for the router may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Timeouts {
    /// For the answer to HELLO; routers answer at once.
    pub hello: Duration,
    /// For a lookup or a new key; i2pd needs up to 12 s for an unknown b32.
    pub naming: Duration,
    /// For a stream to a peer; routers themselves give up after about 60 s.
    pub connect: Duration,
    /// For a new session; the router builds tunnels first, which may take minutes.
    pub create: Duration,
    /// For the answer to FORWARD.
    pub forward: Duration,
    /// For a peer to come; `None` is for ever. It also covers the answer to ACCEPT, which
    /// go-sam-bridge sends only when the peer is there. Java I2P does not notice that an accept
    /// was given up, and gives it the next peer all the same: set it on other routers only.
    pub accept: Option<Duration>,
}

impl Timeouts {
    /// Patience that suits all routers observed: HELLO 10 s, lookups 30 s, CONNECT 90 s,
    /// CREATE 300 s, FORWARD 30 s, peers for ever.
    pub const DEFAULT: Self = Self {
        hello: Duration::from_secs(10),
        naming: Duration::from_secs(30),
        connect: Duration::from_secs(90),
        create: Duration::from_secs(300),
        forward: Duration::from_secs(30),
        accept: None,
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}
