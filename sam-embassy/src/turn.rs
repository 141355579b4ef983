//! One task at a time, the others after it.

use core::cell::Cell;

use crate::waiting::Waiting;

pub(crate) struct Turn {
    is_taken: Cell<bool>,
    waiting: Waiting,
}

impl Turn {
    pub(crate) const fn new() -> Self {
        Self {
            is_taken: Cell::new(false),
            waiting: Waiting::new(),
        }
    }

    /// Waits until nobody else has it.
    pub(crate) fn take(&self) -> impl Future<Output = Taken<'_>> {
        self.waiting
            .until(|| (!self.is_taken.replace(true)).then(|| Taken(self)))
    }
}

/// The turn, until this is dropped.
pub(crate) struct Taken<'t>(&'t Turn);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.is_taken.set(false);
        self.0.waiting.wake();
    }
}
