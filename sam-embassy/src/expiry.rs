//! The end of a key that signs for its destination for a while only.

use sam_core::SessionKey;
use sam_core::error::{KeyError, Usage};
use sam_core::key::offline_expires;

/// When an offline signature expires, and what time it is.
#[derive(Clone, Copy)]
pub(crate) struct Expiry {
    /// In seconds since 1970.
    end: u32,
    now: fn() -> u64,
}

impl Expiry {
    /// The end of a key; `None` if it has none.
    pub(crate) fn of(key: SessionKey<'_>, now: fn() -> u64) -> Result<Option<Self>, KeyError> {
        let end = match key {
            SessionKey::Binary(key) => offline_expires(key)?,
            _ => None,
        };
        Ok(end.map(|end| Self { end, now }))
    }

    /// Refuses a key whose time is over.
    pub(crate) fn check(self) -> Result<(), sam_core::Error> {
        match (self.now)() < u64::from(self.end) {
            true => Ok(()),
            false => Err(Usage::Key(KeyError::Expired).into()),
        }
    }
}
