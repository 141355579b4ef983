//! A key that is part of the program.

use core::fmt;

use sam_embassy::KeyStore;

/// A key that is part of the program: each device needs a program of its own.
///
/// Two devices with the same key take the session from each other.
#[derive(Clone, Copy)]
pub struct CompiledIn(pub &'static [u8]);

/// The key cannot be another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOnly;

impl KeyStore for CompiledIn {
    type Error = ReadOnly;

    async fn load(&mut self, out: &mut [u8]) -> Result<Option<usize>, ReadOnly> {
        let out = out.get_mut(..self.0.len()).ok_or(ReadOnly)?;
        out.copy_from_slice(self.0);
        Ok(Some(out.len()))
    }

    async fn store(&mut self, _key: &[u8]) -> Result<(), ReadOnly> {
        Err(ReadOnly)
    }
}

impl fmt::Display for ReadOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key in the program is too long, and cannot be another one")
    }
}

#[cfg(test)]
mod tests {
    use embassy_futures::block_on;

    use super::*;

    #[test]
    fn gives_the_key_of_the_program_and_takes_no_other() {
        let mut store = CompiledIn(b"a key");
        let mut out = [0; 8];
        assert_eq!(block_on(store.load(&mut out)), Ok(Some(5)));
        assert_eq!(&out, b"a key\0\0\0");
        assert_eq!(block_on(store.load(&mut out[..4])), Err(ReadOnly));
        assert_eq!(block_on(store.store(b"another")), Err(ReadOnly));
    }
}
