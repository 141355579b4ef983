//! What is asked of the router itself, rather than of I2P.

use super::Credentials;
use super::inquiry::{Inquiry, Question};
use crate::command::{Auth, encode};
use crate::error::{Error, Usage};
use crate::types::Version;
use crate::value::{Secret, Value};
use crate::writer::Writer;

/// Optional commands of SAM 3.2, answered with [`Event::Status`](super::Event::Status).
///
/// i2pd has none of them and closes the connection, emissary is silent.
impl Inquiry {
    /// Has the router ask for a user name and a password in HELLO, or no more.
    ///
    /// # Errors
    /// [`Usage::NeedsVersion`] below 3.2; [`Usage::Busy`] while another question is outstanding;
    /// [`Error::Full`].
    pub fn set_auth(&mut self, is_on: bool, tx: &mut Writer<'_>) -> Result<(), Error> {
        let auth = if is_on { Auth::Enable } else { Auth::Disable };
        self.ask_status(|| auth.encode(tx))
    }

    /// Lets a user talk to the router.
    ///
    /// # Errors
    /// As [`Self::set_auth`]; [`Usage::Empty`] and [`Usage::Forbidden`] for a name or a password
    /// that is empty or holds a line break or NUL.
    pub fn add_user(
        &mut self,
        credentials: &Credentials<'_>,
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        let auth = Auth::Add {
            user: credentials.user.into(),
            password: Secret::new(Value::from(credentials.password)),
        };
        self.ask_status(|| auth.encode(tx))
    }

    /// Lets a user talk to the router no more.
    ///
    /// # Errors
    /// As [`Self::add_user`].
    pub fn remove_user(&mut self, user: &str, tx: &mut Writer<'_>) -> Result<(), Error> {
        let user = user.into();
        self.ask_status(|| Auth::Remove { user }.encode(tx))
    }

    /// Asks what the router has to say about its commands; it stands in the status's message.
    ///
    /// # Errors
    /// As [`Self::set_auth`].
    pub fn help(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.ask_status(|| encode::help(tx))
    }

    /// Says goodbye. Closing the connection does the same, and works with all routers; some close
    /// it without an answer.
    ///
    /// # Errors
    /// As [`Self::set_auth`].
    pub fn quit(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.ask_status(|| encode::quit(tx))
    }

    fn ask_status(&mut self, say: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        if self.version() < Version::V3_2 {
            return Err(Usage::NeedsVersion(Version::V3_2).into());
        }
        self.ask(Question::Status, say)
    }
}
