//! Sessions inside a PRIMARY one: added and removed on its control socket.

use super::inquiry::{Inquiry, Question};
use super::naming::fingerprint;
use crate::command::{SessionAdd, subsession};
use crate::error::{Error, Usage};
use crate::session_id::SessionId;
use crate::value::Value;
use crate::writer::Writer;

/// The changes that were asked for, and whose answers are whose.
///
/// What tells that is linked by who asks, and nobody else.
#[derive(Debug)]
pub(super) struct Changes {
    /// Answers that may still come.
    abandoned: u8,
    is_late: Option<IsLate>,
}

type IsLate = fn(&mut u8, Question, Option<Value<'_>>) -> bool;

impl Changes {
    pub(super) const NONE: Self = Self {
        abandoned: 0,
        is_late: None,
    };

    pub(super) const fn abandon(&mut self) {
        self.abandoned = self.abandoned.saturating_add(1);
    }

    /// Whether a status answers a change that was given up, with the ID it carries.
    pub(super) fn is_late(&mut self, asked: Question, id: Option<Value<'_>>) -> bool {
        let abandoned = &mut self.abandoned;
        self.is_late
            .is_some_and(|is_late| is_late(abandoned, asked, id))
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Changes {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Changes {{ abandoned: {} }}", self.abandoned);
    }
}

/// Routers answer in order, and not all of them say whose answer it is.
fn is_late(abandoned: &mut u8, asked: Question, id: Option<Value<'_>>) -> bool {
    match (asked, id) {
        (Question::Subsession(print), Some(id)) if fingerprint(id.bytes()) == print => {
            // What has not come by now never will.
            *abandoned = 0;
            false
        }
        (Question::Subsession(_), Some(_)) => {
            *abandoned = abandoned.saturating_sub(1);
            true
        }
        (_, _) => {
            let is_late = *abandoned > 0;
            *abandoned = abandoned.saturating_sub(1);
            is_late
        }
    }
}

impl Inquiry {
    /// Asks for a subsession; the answer is [`Event::Granted`](super::Event::Granted), or a
    /// status that refuses.
    ///
    /// Only on the control socket of a PRIMARY or MASTER session. i2pd up to 2.59 has STREAM
    /// alone, and ends the whole session when it is asked for another style.
    ///
    /// # Errors
    /// [`Usage::Busy`] while another question is outstanding; [`Usage::NeedsVersion`]; those of
    /// [`SessionAdd::validate`]; [`Error::Full`]. Nothing is sent then.
    pub fn add(&mut self, add: &SessionAdd<'_>, tx: &mut Writer<'_>) -> Result<(), Error> {
        add.validate()?;
        if self.version() < add.needs() {
            return Err(Usage::NeedsVersion(add.needs()).into());
        }
        let id = fingerprint(add.id.bytes());
        self.change(id, || add.encode(tx))
    }

    /// Ends a subsession; answered like [`Self::add`].
    ///
    /// # Errors
    /// [`Usage::Busy`]; [`Error::Full`].
    pub fn remove(&mut self, id: &SessionId, tx: &mut Writer<'_>) -> Result<(), Error> {
        let id = id.as_str();
        let print = fingerprint(id.bytes());
        self.change(print, || subsession::remove(id.into(), tx))
    }

    fn change(&mut self, id: u32, say: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        self.changes.is_late = Some(is_late);
        self.ask(Question::Subsession(id), say)
    }
}
