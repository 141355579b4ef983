//! A key that the device makes itself.

use core::fmt;

use sam_core::PrivateKey;
use sam_embassy::KeyStore;
use zeroize::Zeroizing;

/// Another store, whose first key is made here: no router has had it before its session.
///
/// The key is made of 32 bytes that `random` fills: whoever can guess them *is* the device, so it
/// has to be a source that is fit for keys.
pub struct SelfMade<S, R> {
    store: S,
    random: R,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade<E> {
    /// The store failed.
    Store(E),
    /// The source of random numbers gives zeros, as one does that is not ready.
    Random,
}

impl<S: KeyStore, R: FnMut(&mut [u8])> SelfMade<S, R> {
    /// Keeps the key in `store`.
    pub const fn new(store: S, random: R) -> Self {
        Self { store, random }
    }
}

impl<S: KeyStore, R: FnMut(&mut [u8])> KeyStore for SelfMade<S, R> {
    type Error = NotMade<S::Error>;

    /// Makes a key if none is kept, and keeps it.
    async fn load(&mut self, out: &mut [u8]) -> Result<Option<usize>, Self::Error> {
        if let Some(len) = self.store.load(out).await.map_err(NotMade::Store)? {
            return Ok(Some(len));
        }
        let mut seed = Zeroizing::new([0; 32]);
        (self.random)(&mut *seed);
        let key = PrivateKey::from_seed(&seed, &mut *out).map_err(|_| NotMade::Random)?;
        let kept = self.store.store(key.as_bytes()).await;
        drop(key); // overwrites `out`
        kept.map_err(NotMade::Store)?;
        self.store.load(out).await.map_err(NotMade::Store)
    }

    async fn store(&mut self, key: &[u8]) -> Result<(), Self::Error> {
        self.store.store(key).await.map_err(NotMade::Store)
    }
}

impl<E: fmt::Display> fmt::Display for NotMade<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Random => f.write_str("the source of random numbers gives zeros"),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;

    use embassy_futures::block_on;
    use sam_embassy::LONGEST_KEY;

    use super::*;

    #[derive(Default)]
    struct Memory(Option<Vec<u8>>);

    impl KeyStore for Memory {
        type Error = Infallible;

        async fn load(&mut self, out: &mut [u8]) -> Result<Option<usize>, Infallible> {
            Ok(self.0.as_ref().map(|key| {
                out[..key.len()].copy_from_slice(key);
                key.len()
            }))
        }

        async fn store(&mut self, key: &[u8]) -> Result<(), Infallible> {
            self.0 = Some(key.to_vec());
            Ok(())
        }
    }

    fn loaded(store: &mut impl KeyStore<Error: fmt::Debug>) -> Vec<u8> {
        let mut out = [0; LONGEST_KEY];
        let len = block_on(store.load(&mut out)).unwrap().unwrap();
        out[..len].to_vec()
    }

    #[test]
    fn the_first_key_is_made_of_random_bytes_and_kept() {
        let seed = [7; 32];
        let expected = PrivateKey::from_seed(&seed, vec![0; 679]).unwrap();
        let mut times = 0;
        let mut store = SelfMade::new(Memory::default(), |bytes: &mut [u8]| {
            times += 1;
            bytes.copy_from_slice(&seed);
        });
        for _ in 0..2 {
            assert_eq!(loaded(&mut store), expected.as_bytes());
        }
        assert_eq!(store.store.0.as_deref(), Some(expected.as_bytes()));
        drop(store);
        assert_eq!(times, 1);
    }

    #[test]
    fn a_key_that_is_kept_stays() {
        let kept = Memory(Some(b"a key".to_vec()));
        let mut store = SelfMade::new(kept, |_: &mut [u8]| panic!("nothing is to be made"));
        assert_eq!(loaded(&mut store), b"a key");
    }

    #[test]
    fn zeros_make_no_key() {
        let mut store = SelfMade::new(Memory::default(), |_: &mut [u8]| {});
        let mut out = [0; LONGEST_KEY];
        assert_eq!(block_on(store.load(&mut out)), Err(NotMade::Random));
        assert_eq!(store.store.0, None);
    }
}
