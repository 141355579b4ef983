//! Sessions inside a PRIMARY one: added and removed on its control socket.

use super::inquiry::{Inquiry, Question};
use super::naming::fingerprint;
use crate::command::{SessionAdd, subsession};
use crate::error::{Error, Usage};
use crate::session_id::SessionId;
use crate::writer::Writer;

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
        let question = Question::Subsession(fingerprint(add.id.bytes()));
        self.ask(question, || add.encode(tx))
    }

    /// Ends a subsession; answered like [`Self::add`].
    ///
    /// # Errors
    /// [`Usage::Busy`]; [`Error::Full`].
    pub fn remove(&mut self, id: &SessionId, tx: &mut Writer<'_>) -> Result<(), Error> {
        let id = id.as_str();
        let question = Question::Subsession(fingerprint(id.bytes()));
        self.ask(question, || subsession::remove(id.into(), tx))
    }
}
