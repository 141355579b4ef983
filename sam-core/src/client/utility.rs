//! A socket for lookups and new keys, without a session.

use super::greeting::Greeting;
use super::inquiry::{Event, Inquiry};
use super::{Progress, hear};
use crate::answer::{Answer, Verb};
use crate::error::{Error, Malformed, Usage};
use crate::machine::{Heard, Machine, Timeouts};
use crate::time::Duration;
use crate::types::Version;
use crate::writer::Writer;

/// Greets the router, then asks it things.
///
/// The first event is [`Event::Greeted`]; after it, ask through
/// [`Connection::request`](crate::Connection::request) and [`Utility::ask`]. emissary closes the
/// socket 10 s after HELLO unless a session is created, whatever is asked.
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Utility<'a> {
    greeting: Greeting<'a>,
    timeouts: Timeouts,
    inquiry: Option<Inquiry>,
}

impl<'a> Utility<'a> {
    /// A machine that has not said anything yet.
    pub const fn new(greeting: Greeting<'a>, timeouts: Timeouts) -> Self {
        Self {
            greeting,
            timeouts,
            inquiry: None,
        }
    }

    /// What can be asked.
    ///
    /// # Errors
    /// [`Usage::NotNow`] before the router has answered HELLO: i2pd forgets what follows it in
    /// the same segment.
    pub fn ask(&mut self) -> Result<&mut Inquiry, Error> {
        self.inquiry.as_mut().ok_or(Usage::NotNow.into())
    }

    /// Whether a question is outstanding.
    pub fn is_busy(&self) -> bool {
        self.inquiry.as_ref().is_some_and(Inquiry::is_busy)
    }

    /// The version both sides speak, once the router has answered HELLO.
    pub fn version(&self) -> Option<Version> {
        self.inquiry.as_ref().map(Inquiry::version)
    }
}

impl Machine for Utility<'_> {
    type Event<'l> = Event<'l>;

    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.greeting.say(tx)
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        if let Some(inquiry) = &mut self.inquiry {
            return inquiry.handle_line(line, tx);
        }
        match hear(line, Some(Verb::Hello), tx)? {
            Progress::Greeted(version) => {
                self.inquiry = Some(Inquiry::new(version, self.timeouts));
                Ok(Heard::Event)
            }
            _ => Ok(Heard::Nothing),
        }
    }

    fn view<'l>(&self, line: &'l [u8]) -> Result<Event<'l>, Error> {
        match (&self.inquiry, Answer::parse(line)) {
            (Some(inquiry), Ok(answer))
                if answer.verb == Verb::Hello && answer.result().is_ok() =>
            {
                Ok(Event::Greeted(inquiry.version()))
            }
            (Some(inquiry), _) => Ok(inquiry.view(line)),
            (None, _) => Err(Malformed::Unexpected.into()),
        }
    }

    fn timeout(&self) -> Option<Duration> {
        match &self.inquiry {
            Some(inquiry) => inquiry.timeout(),
            None => Some(self.timeouts.hello),
        }
    }
}
