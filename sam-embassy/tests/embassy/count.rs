//! How many of something there are.

use std::cell::Cell;

/// Counts something as long as it lives.
pub(crate) struct Count<'c>(&'c Cell<usize>);

impl<'c> Count<'c> {
    pub(crate) fn up(cell: &'c Cell<usize>) -> Self {
        cell.set(cell.get() + 1);
        Self(cell)
    }
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
