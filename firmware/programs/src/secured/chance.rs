//! The program's randomness, as embedded-tls wants it.

use embedded_tls::{Aes128GcmSha256, CryptoProvider, CryptoRng, CryptoRngCore};
use rand_core::{Error, RngCore};

/// Fills slices with random bytes by calling a function.
///
/// It is all that embedded-tls needs besides the key. There are no certificates to be checked: a
/// router without the key cannot compute the keys of the connection.
pub(super) struct Chance<R>(pub(super) R);

impl<R: FnMut(&mut [u8])> CryptoProvider for Chance<R> {
    type CipherSuite = Aes128GcmSha256;
    type Signature = [u8; 0];

    fn rng(&mut self) -> impl CryptoRngCore {
        self
    }
}

impl<R: FnMut(&mut [u8])> CryptoRng for Chance<R> {}

impl<R: FnMut(&mut [u8])> RngCore for Chance<R> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_ne_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_ne_bytes(bytes)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        (self.0)(out);
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}
