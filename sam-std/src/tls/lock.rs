//! What a poisoned mutex means here: nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic in between leaves nothing that a later error would not tell.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
