//! NOR flash in memory, whose power can fail in the middle of anything.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

pub(crate) const PAGE: usize = 1024;
const WORD: usize = 8;
const PAGES: usize = 3;

/// Flash with error correction: a word is written once between two erasures.
pub(crate) struct Memory {
    pub(crate) bytes: Vec<u8>,
    is_written: Vec<bool>,
    /// Words that can still be written or erased; none left is a power failure.
    pub(crate) power: usize,
    /// A word that keeps its zeros.
    pub(crate) stuck: Option<usize>,
    chance: u32,
}

impl Memory {
    /// All of it erased.
    pub(crate) fn new(seed: u32) -> Self {
        Self {
            bytes: vec![0xff; PAGES * PAGE],
            is_written: vec![false; PAGES * PAGE / WORD],
            power: usize::MAX,
            stuck: None,
            chance: seed | 1,
        }
    }

    /// A random number; xorshift.
    pub(crate) fn chance(&mut self) -> u32 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 17;
        self.chance ^= self.chance << 5;
        self.chance
    }

    /// Works on a word; when the power fails, some of its bits are left as they were.
    fn work(&mut self, word: usize, target: [u8; WORD]) -> Result<(), NorFlashErrorKind> {
        let survives = self.power > 0;
        self.power = self.power.saturating_sub(1);
        for (at, target) in target.into_iter().enumerate() {
            let undone = if survives { 0 } else { self.chance() as u8 };
            let byte = &mut self.bytes[word * WORD + at];
            *byte = (*byte & undone) | (target & !undone);
        }
        survives.then_some(()).ok_or(NorFlashErrorKind::Other)
    }
}

impl ErrorType for Memory {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Memory {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        check_read(self, offset, bytes.len())?;
        let start = offset as usize;
        bytes.copy_from_slice(&self.bytes[start..start + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Memory {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to)?;
        for word in from as usize / WORD..to as usize / WORD {
            self.is_written[word] = false;
            if self.stuck != Some(word) {
                self.work(word, [0xff; WORD])?;
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        check_write(self, offset, bytes.len())?;
        for (word, bytes) in (offset as usize / WORD..).zip(bytes.chunks_exact(WORD)) {
            assert!(!self.is_written[word], "word {word} is written twice");
            self.is_written[word] = true;
            let old = &self.bytes[word * WORD..][..WORD];
            let cleared = std::array::from_fn(|at| old[at] & bytes[at]);
            self.work(word, cleared)?;
        }
        Ok(())
    }
}
