//! Who may talk to the router, and what it says of itself.

use sam_core::client::Inquiry;
use sam_core::{Credentials, Error as CoreError, Writer};

use crate::dial::Dial;
use crate::error::Result;
use crate::router::{Router, hear_answer};

/// Optional commands of SAM 3.2, which Java I2P has.
///
/// i2pd closes the connection instead of an answer ([`Error::Closed`](crate::Error::Closed)),
/// emissary is silent ([`Error::TimedOut`](crate::Error::TimedOut)); routers that speak less than
/// 3.2 are not asked ([`Usage::NeedsVersion`](sam_core::error::Usage::NeedsVersion)).
impl<D: Dial> Router<D> {
    /// Has the router ask every client for a user name and a password, or no more.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused), and those above.
    pub fn set_auth(&self, is_on: bool) -> Result<()> {
        self.manage(|inquiry, tx| inquiry.set_auth(is_on, tx))
            .map(drop)
    }

    /// Lets a user talk to the router. Both cross the network in clear.
    ///
    /// # Errors
    /// As [`Self::set_auth`]; [`Error::Usage`](crate::Error::Usage) for what is empty or holds a
    /// line break or NUL.
    pub fn add_user(&self, user: &str, password: &str) -> Result<()> {
        let credentials = Credentials { user, password };
        self.manage(|inquiry, tx| inquiry.add_user(&credentials, tx))
            .map(drop)
    }

    /// Lets a user talk to the router no more.
    ///
    /// # Errors
    /// As [`Self::add_user`].
    pub fn remove_user(&self, user: &str) -> Result<()> {
        self.manage(|inquiry, tx| inquiry.remove_user(user, tx))
            .map(drop)
    }

    /// What the router says about its commands, for a person to read; escaped, and cut to 160
    /// bytes.
    ///
    /// # Errors
    /// As [`Self::set_auth`].
    pub fn help(&self) -> Result<String> {
        self.manage(Inquiry::help)
    }

    fn manage(
        &self,
        ask: impl FnOnce(&mut Inquiry, &mut Writer<'_>) -> Result<(), CoreError>,
    ) -> Result<String> {
        let mut utility = self.utility()?;
        utility.request(|machine, tx| ask(machine.ask()?, tx))?;
        hear_answer(&mut utility)?.message()
    }
}
