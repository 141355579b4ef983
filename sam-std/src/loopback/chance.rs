//! Where everything random in a bridge comes from.

use std::fmt;
use std::io;
use std::sync::Mutex;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use super::lock::lock;

/// Random bytes: the system's, or the same ones in each run.
pub(super) struct Chance(Mutex<ChaCha20Rng>);

impl Chance {
    /// Bytes that nobody can foretell, or those that belong to a seed.
    pub(super) fn new(seed: Option<u64>) -> io::Result<Self> {
        let generator = if let Some(seed) = seed {
            ChaCha20Rng::seed_from_u64(seed)
        } else {
            let mut seed = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *seed)?;
            ChaCha20Rng::from_seed(*seed)
        };
        Ok(Self(Mutex::new(generator)))
    }

    /// The next bytes.
    pub(super) fn bytes(&self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        lock(&self.0).fill_bytes(&mut bytes);
        bytes
    }

    /// The next 32 bytes.
    pub(super) fn seed(&self) -> Zeroizing<[u8; 32]> {
        let mut seed = Zeroizing::new([0; 32]);
        lock(&self.0).fill_bytes(&mut *seed);
        seed
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_bytes_again() {
        let [one, same, other] = [1, 1, 2].map(|seed| Chance::new(Some(seed)).unwrap());
        let bytes = one.bytes(100);
        assert_eq!(same.bytes(100), bytes);
        assert_ne!(other.bytes(100), bytes);
        assert_eq!(one.seed(), same.seed());
    }

    #[test]
    fn without_a_seed_bytes_are_never_the_same() {
        let [one, other] = [(); 2].map(|()| Chance::new(None).unwrap());
        assert_ne!(one.bytes(32), other.bytes(32));
    }
}
