//! Both buffers of a connection and how far it has come, whatever its machine is.
//!
//! Apart from [`Connection`](crate::Connection) so that it is compiled once and not once for each
//! machine: flash is small.

use crate::connection::Step;
use crate::error::{Error, Usage};
use crate::line::{Line, RxBuffer};
use crate::machine::{Heard, Machine};
use crate::queue::TxBuffer;

pub(crate) struct Wire<B> {
    pub(crate) rx: RxBuffer<B>,
    pub(crate) tx: TxBuffer<B>,
    /// Payload that is still due, in bytes.
    pub(crate) payload: usize,
    /// The line shown last, until more bytes are asked for.
    pub(crate) told: Option<Line>,
    pub(crate) state: State,
}

#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum State {
    Open,
    /// The other end closed its half; what came before is still being heard.
    Eof,
    Done,
    Failed(Error),
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Wire<B> {
    /// Has the machine say what it says first.
    pub(crate) fn start(machine: &mut dyn Machine, rx: B, tx: B) -> Result<Self, Error> {
        if tx.as_ref().len() < rx.as_ref().len() {
            return Err(Usage::OutOfRange.into());
        }
        let mut wire = Self {
            rx: RxBuffer::new(rx),
            tx: TxBuffer::new(tx),
            payload: 0,
            told: None,
            state: State::Open,
        };
        wire.tx.write(|tx| machine.start(tx))?;
        Ok(wire)
    }

    pub(crate) fn step(&mut self, machine: &mut dyn Machine) -> Result<Step, Error> {
        if !self.tx.is_empty() {
            return Ok(Step::Transmit);
        }
        if let State::Failed(error) = self.state {
            return Err(error);
        }
        if matches!(self.state, State::Done) || machine.is_done() {
            self.state = State::Done;
            return Ok(Step::Done);
        }
        if self.payload > 0 {
            if matches!(self.state, State::Eof) && self.rx.unread().is_empty() {
                let error = machine.handle_eof();
                self.state = State::Failed(error);
                return Err(error);
            }
            return Ok(Step::Payload(self.payload));
        }
        self.hear(machine)
            .inspect_err(|error| self.state = State::Failed(*error))
    }

    pub(crate) fn spare(&mut self) -> Result<&mut [u8], Error> {
        self.told = None;
        self.rx.spare()
    }

    pub(crate) fn received(&mut self, count: usize) -> Result<(), Usage> {
        if count == 0 && matches!(self.state, State::Open) {
            self.state = State::Eof;
        }
        self.rx.received(count)
    }

    pub(crate) fn last_line(&self) -> &[u8] {
        self.told
            .and_then(|line| self.rx.line(line))
            .unwrap_or_default()
    }

    /// Lets another machine go on.
    pub(crate) fn reopen(&mut self) {
        self.told = None;
        if matches!(self.state, State::Done) {
            self.state = State::Open;
        }
    }

    fn hear(&mut self, machine: &mut dyn Machine) -> Result<Step, Error> {
        loop {
            let (line, is_cut) = match (self.rx.take_line(), self.state) {
                (Some(line), _) => (line, false),
                (None, State::Eof) => match self.rx.take_rest() {
                    Some(line) => (line, true),
                    None => return Err(machine.handle_eof()),
                },
                (None, _) => return Ok(Step::Receive),
            };
            self.told = Some(line);
            let Self { rx, tx, .. } = self;
            let text = rx.line(line).unwrap_or_default();
            let heard = tx.write(|tx| match is_cut {
                true => machine.handle_cut_line(text, tx),
                false => machine.handle_line(text, tx),
            });
            match heard? {
                Heard::Nothing if !self.tx.is_empty() => return Ok(Step::Transmit),
                Heard::Nothing if machine.is_done() => {
                    self.state = State::Done;
                    return Ok(Step::Done);
                }
                Heard::Nothing => continue,
                Heard::Event => {}
                Heard::Payload(count) => self.payload = count,
                Heard::Last => self.state = State::Done,
            }
            return Ok(Step::Event(line));
        }
    }
}
