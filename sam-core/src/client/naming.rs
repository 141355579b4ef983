//! Questions about names.

use super::inquiry::{Inquiry, Question};
use crate::command::NamingLookup;
use crate::error::{Error, Usage};
use crate::key::Target;
#[cfg(doc)]
use crate::lease_set_options::LeaseSetOptions;
use crate::operand::Name;
#[cfg(doc)]
use crate::status::ResultCode;
use crate::types::Version;
use crate::writer::Writer;

impl Inquiry {
    /// Asks which destination an address stands for.
    ///
    /// # Errors
    /// [`Usage::Busy`] while another question is outstanding; [`Error::Full`].
    pub fn lookup<'t>(
        &mut self,
        target: impl Into<Target<'t>>,
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        self.ask_name(target.into().into(), false, tx)
    }

    /// Asks which destination an address stands for, and what its leaseset tells besides.
    ///
    /// [`LeaseSetOptions::parse`] finds that in the line of the answer,
    /// [`Connection::last_line`](crate::Connection::last_line). The router has to fetch the
    /// leaseset; without one, the answer is [`ResultCode::LeasesetNotFound`]. Routers before API
    /// 0.9.66 take no notice and answer as to [`Self::lookup`].
    ///
    /// # Errors
    /// As [`Self::lookup`]; [`Usage::NeedsVersion`] below 3.3.
    pub fn lookup_with_options<'t>(
        &mut self,
        target: impl Into<Target<'t>>,
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if self.version() < Version::V3_3 {
            return Err(Usage::NeedsVersion(Version::V3_3).into());
        }
        self.ask_name(target.into().into(), true, tx)
    }

    /// Asks for the session's own destination.
    ///
    /// Without a session i2pd answers with a destination of its own, and Java I2P closes.
    ///
    /// # Errors
    /// As [`Self::lookup`].
    pub fn lookup_me(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.ask_name(Name::Me, false, tx)
    }

    fn ask_name(
        &mut self,
        name: Name<'_>,
        options: bool,
        tx: &mut Writer<'_>,
    ) -> Result<(), Error> {
        let start = tx.len() + "NAMING LOOKUP NAME=".len();
        let lookup = NamingLookup { name, options };
        self.ask(Question::None, || lookup.encode(tx))?;
        // Names of targets are one word.
        let said = tx.written().get(start..).unwrap_or_default();
        let name = said.iter().take_while(|byte| !byte.is_ascii_whitespace());
        self.asked = Question::Lookup(fingerprint(name.copied()));
        Ok(())
    }
}

/// FNV-1a, 32 bits: enough to tell an answer from the one before it.
pub(super) fn fingerprint(bytes: impl IntoIterator<Item = u8>) -> u32 {
    bytes.into_iter().fold(0x811c_9dc5, |print, byte| {
        (print ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
