//! A key in a page of flash.
//!
//! The page begins with a header of [`CHUNK`] bytes: a mark, the key's length and a checksum of
//! both, in little-endian order; the rest is left erased. The key follows. The header is written
//! last, so a page that was not written to its end has none, and the checksum finds everything
//! else. No byte is written twice between two erasures: flash with error correction forbids it.

use core::fmt;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
use embedded_storage::nor_flash::NorFlash;
use sam_embassy::KeyStore;
use zeroize::Zeroizing;

/// What is read and written at a time: the largest word of the flashes there are has 32 bytes.
const CHUNK: usize = 32;
/// What flash looks like after it was erased.
const ERASED: u8 = 0xff;
const MARK: [u8; 8] = *b"I2P key\x01";
const CHECKSUM: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// One page of flash, [`NorFlash::ERASE_SIZE`] bytes, that holds a key or nothing.
///
/// A page of 1 KiB takes Ed25519 keys. Nothing else may lie in it: not the program either.
pub struct FlashPage<F> {
    flash: F,
    at: u32,
}

/// Why a key was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKept<E> {
    /// The flash failed.
    Flash(E),
    /// The key is longer than the page.
    TooLong,
    /// What was read back is something else: the page is worn out.
    WornOut,
}

/// What the header says.
struct Header {
    len: u32,
    checksum: u32,
}

impl<F: NorFlash> FlashPage<F> {
    /// The page that begins at offset `at`, a multiple of the page's size.
    pub const fn new(flash: F, at: u32) -> Self {
        const {
            assert!(CHUNK.is_multiple_of(F::READ_SIZE) && CHUNK.is_multiple_of(F::WRITE_SIZE));
        }
        Self { flash, at }
    }

    /// The flash.
    pub fn into_inner(self) -> F {
        self.flash
    }

    /// The length of the key, if there is one and it is whole.
    fn kept(&mut self) -> Result<Option<usize>, F::Error> {
        let mut chunk = Zeroizing::new([0; CHUNK]);
        self.flash.read(self.at, &mut *chunk)?;
        let Some(header) = Header::read(&chunk) else {
            return Ok(None);
        };
        let len = header.len as usize;
        if len > F::ERASE_SIZE.saturating_sub(CHUNK) {
            return Ok(None);
        }
        let mut digest = CHECKSUM.digest();
        digest.update(&header.len.to_le_bytes());
        for start in (0..len).step_by(CHUNK) {
            self.flash.read(self.offset(start), &mut *chunk)?;
            digest.update(&chunk[..CHUNK.min(len - start)]);
        }
        Ok((digest.finalize() == header.checksum).then_some(len))
    }

    /// Where byte `start` of the key is.
    const fn offset(&self, start: usize) -> u32 {
        self.at + (CHUNK + start) as u32
    }
}

impl<F: NorFlash> KeyStore for FlashPage<F> {
    type Error = NotKept<F::Error>;

    /// A page that is erased, damaged or was not written to its end holds no key.
    async fn load(&mut self, out: &mut [u8]) -> Result<Option<usize>, Self::Error> {
        let Some(len) = self.kept()? else {
            return Ok(None);
        };
        let out = out.get_mut(..len).ok_or(NotKept::TooLong)?;
        let mut chunk = Zeroizing::new([0; CHUNK]);
        for (index, part) in out.chunks_mut(CHUNK).enumerate() {
            self.flash.read(self.offset(index * CHUNK), &mut *chunk)?;
            part.copy_from_slice(&chunk[..part.len()]);
        }
        Ok(Some(len))
    }

    /// Erases the page first: if the power fails before the end, it holds no key or the old one.
    async fn store(&mut self, key: &[u8]) -> Result<(), Self::Error> {
        if CHUNK + key.len().next_multiple_of(CHUNK) > F::ERASE_SIZE {
            return Err(NotKept::TooLong);
        }
        self.flash.erase(self.at, self.at + F::ERASE_SIZE as u32)?;
        let mut chunk = Zeroizing::new([ERASED; CHUNK]);
        for (index, part) in key.chunks(CHUNK).enumerate() {
            chunk.fill(ERASED);
            chunk[..part.len()].copy_from_slice(part);
            self.flash.write(self.offset(index * CHUNK), &*chunk)?;
        }
        self.flash.write(self.at, &Header::of(key).written())?;
        match self.kept()? {
            Some(len) if len == key.len() => Ok(()),
            _ => Err(NotKept::WornOut),
        }
    }
}

impl Header {
    fn of(key: &[u8]) -> Self {
        let len = key.len() as u32;
        let mut digest = CHECKSUM.digest();
        digest.update(&len.to_le_bytes());
        digest.update(key);
        let checksum = digest.finalize();
        Self { len, checksum }
    }

    fn read(chunk: &[u8; CHUNK]) -> Option<Self> {
        let rest = chunk.strip_prefix(&MARK)?;
        let (len, rest) = rest.split_first_chunk()?;
        let (checksum, rest) = rest.split_first_chunk()?;
        rest.iter().all(|byte| *byte == ERASED).then_some(Self {
            len: u32::from_le_bytes(*len),
            checksum: u32::from_le_bytes(*checksum),
        })
    }

    fn written(&self) -> [u8; CHUNK] {
        let mut chunk = [ERASED; CHUNK];
        chunk[..8].copy_from_slice(&MARK);
        chunk[8..12].copy_from_slice(&self.len.to_le_bytes());
        chunk[12..16].copy_from_slice(&self.checksum.to_le_bytes());
        chunk
    }
}

impl<E> From<E> for NotKept<E> {
    fn from(error: E) -> Self {
        Self::Flash(error)
    }
}

impl<E: fmt::Debug> fmt::Display for NotKept<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flash(error) => write!(f, "the flash failed: {error:?}"),
            Self::TooLong => f.write_str("the key is too long"),
            Self::WornOut => f.write_str("the flash is worn out"),
        }
    }
}

#[cfg(test)]
mod tests;
