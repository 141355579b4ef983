//! What was learnt about a router, so that each fall-back is paid for once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use sam_core::{Style, Versions};

use crate::error::Result;

/// Shared by all clones of a [`Router`](crate::Router).
#[derive(Default)]
pub(crate) struct Learnt {
    /// The router refused [`Versions::DEFAULT`] once.
    is_old: AtomicBool,
    /// The router took MASTER after it had refused PRIMARY.
    knows_only_master: AtomicBool,
    /// Of which styles the router has been asked for subsessions, and whether it survived that.
    subsessions: Mutex<Vec<(Style, bool)>>,
}

impl Learnt {
    pub(crate) fn versions(&self) -> Versions {
        if self.is_old.load(Ordering::Relaxed) {
            Versions::FALLBACK
        } else {
            Versions::DEFAULT
        }
    }

    pub(crate) fn remember_it_is_old(&self) {
        self.is_old.store(true, Ordering::Relaxed);
    }

    pub(crate) fn knows_only_master(&self) -> bool {
        self.knows_only_master.load(Ordering::Relaxed)
    }

    pub(crate) fn remember_it_knows_only_master(&self) {
        self.knows_only_master.store(true, Ordering::Relaxed);
    }

    /// Whether the router can be asked for subsessions of a style, found out once by `probe`; who
    /// else wants to know waits for that.
    pub(crate) fn takes_subsessions(
        &self,
        style: Style,
        probe: impl FnOnce() -> Result<bool>,
    ) -> Result<bool> {
        let known = self.subsessions.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        if let Some((_, takes)) = known.iter().find(|(known, _)| *known == style) {
            return Ok(*takes);
        }
        let takes = probe()?;
        known.push((style, takes));
        Ok(takes)
    }
}
