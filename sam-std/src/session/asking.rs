//! What is asked on the session's own socket.

use sam_core::SignatureType;
use sam_core::client::Inquiry;

use super::Session;
use crate::answer::Lookup;
use crate::dial::Dial;
use crate::error::Result;
use crate::target::ToTarget;
use crate::{Destination, PrivateKey};

impl<D: Dial> Session<D> {
    /// Which destination a name or address stands for, asked on the session's own socket.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused) with `KEY_NOT_FOUND`, or `INVALID_KEY` from i2pd, for an unknown name.
    pub fn lookup(&self, name: impl ToTarget) -> Result<Destination> {
        name.to_target(|target| {
            let patience = self.router.timeouts().naming.into();
            let answer = self
                .control
                .ask(patience, |inquiry, tx| inquiry.lookup(target, tx))?;
            Ok(answer.lookup()?.destination)
        })?
    }

    /// As [`Router::lookup_with_options`](crate::Router::lookup_with_options), asked on the session's own socket.
    ///
    /// # Errors
    /// As [`Router::lookup_with_options`](crate::Router::lookup_with_options).
    pub fn lookup_with_options(&self, name: impl ToTarget) -> Result<Lookup> {
        name.to_target(|target| {
            let patience = self.router.timeouts().naming.into();
            self.control
                .ask(patience, |inquiry, tx| {
                    inquiry.lookup_with_options(target, tx)
                })?
                .lookup()
        })?
    }

    /// Has the router make a new destination with Ed25519 signatures.
    ///
    /// # Errors
    /// As [`Router::generate_destination`](crate::Router::generate_destination).
    pub fn generate_destination(&self) -> Result<PrivateKey> {
        const TYPE: SignatureType = SignatureType::ED25519;
        self.control
            .ask(self.router.timeouts().naming.into(), |inquiry, tx| {
                inquiry.generate(TYPE, tx)
            })?
            .private_key(TYPE)
    }

    /// The destination as the router has it.
    pub(super) fn ask_me(&self) -> Result<Destination> {
        let patience = self.router.timeouts().naming.into();
        let answer = self.control.ask(patience, Inquiry::lookup_me)?;
        Ok(answer.lookup()?.destination)
    }
}
