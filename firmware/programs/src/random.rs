//! Random numbers.

use core::cell::RefCell;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;

static SOURCE: Mutex<CriticalSectionRawMutex, RefCell<Option<ChaCha20Rng>>> =
    Mutex::new(RefCell::new(None));

/// What a session takes random numbers from.
pub type Random = fn(&mut [u8]);

/// Fills `bytes` with random numbers that nobody can guess.
///
/// ChaCha20, which makes as many of them as are wanted from the 32 bytes that the host gives at
/// each start. A board with a random number generator of its own takes that.
pub fn fill(bytes: &mut [u8]) {
    SOURCE.lock(|source| {
        let mut source = source.borrow_mut();
        let source = source.get_or_insert_with(|| ChaCha20Rng::from_seed(board::entropy()));
        source.fill_bytes(bytes);
    });
}

/// A random number.
pub fn number() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_ne_bytes(bytes)
}
