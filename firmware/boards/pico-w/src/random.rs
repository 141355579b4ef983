//! Random numbers from the chip's ring oscillator, the best that an RP2040 has.
//!
//! Its data sheet calls the bits not random enough for security: read as fast as here, they
//! resemble their neighbours, and temperature or supply can lean them to one side. So 32 bytes are
//! the hash of 1024. What they must hide is the session's ID, on the local network; the key, the
//! device's identity, is made by the router.

use embassy_rp::clocks::RoscRng;
use sha2::{Digest, Sha256};

const RAW: usize = 1024;

/// Fills `out` with random numbers.
pub(crate) fn fill(out: &mut [u8]) {
    let mut raw = [0; RAW];
    for part in out.chunks_mut(32) {
        RoscRng.fill_bytes(&mut raw);
        for (to, from) in part.iter_mut().zip(Sha256::digest(raw)) {
            *to = from;
        }
    }
}

/// A random number.
pub(crate) fn number() -> u64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    u64::from_ne_bytes(bytes)
}
