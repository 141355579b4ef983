//! What a poisoned mutex means here: nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks. Nothing behind these mutexes is left half changed by a panic, and one client's thread
/// must not take the others with it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
