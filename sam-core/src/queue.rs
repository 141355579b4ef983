//! Lines out: what waits to leave, one line a write.

use core::fmt;
use core::ops::Range;

use crate::error::{Error, Usage};
use crate::grammar::find;
use crate::writer::Writer;

/// The transmit buffer: takes whole lines, and gives them out in whatever portions leave.
pub(crate) struct TxBuffer<B> {
    bytes: B,
    /// `sent..len` waits to leave.
    sent: usize,
    len: usize,
    flush_due: bool,
    /// A line with the payload behind it, which leave together.
    whole: Option<Range<usize>>,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> TxBuffer<B> {
    pub(crate) const fn new(bytes: B) -> Self {
        Self {
            bytes,
            sent: 0,
            len: 0,
            flush_due: false,
            whole: None,
        }
    }

    /// Whether nothing waits to leave.
    pub(crate) const fn is_empty(&self) -> bool {
        self.sent == self.len
    }

    /// The first line that waits to leave with the payload it counts, or what is left of it.
    pub(crate) fn pending(&self) -> &[u8] {
        if let Some(whole) = self
            .whole
            .as_ref()
            .filter(|whole| whole.contains(&self.sent))
        {
            let rest = self.bytes.as_ref().get(self.sent..whole.end);
            return rest.unwrap_or_default();
        }
        let queued = self
            .bytes
            .as_ref()
            .get(self.sent..self.len)
            .unwrap_or_default();
        match find(b'\n', queued) {
            Some(end) => queued.get(..=end).unwrap_or(queued),
            None => queued,
        }
    }

    /// Says that `count` bytes of [`Self::pending`] have left.
    pub(crate) fn transmitted(&mut self, count: usize) -> Result<(), Usage> {
        if count > self.pending().len() {
            return Err(Usage::OutOfRange);
        }
        self.sent += count;
        self.flush_due |= count > 0;
        self.whole.take_if(|whole| whole.end <= self.sent);
        if self.is_empty() {
            self.sent = 0;
            self.len = 0;
        }
        Ok(())
    }

    /// Whether all lines have left, but the transport may still hold some of their bytes.
    pub(crate) const fn flush_due(&self) -> bool {
        self.flush_due && self.is_empty()
    }

    pub(crate) const fn flushed(&mut self) {
        self.flush_due = false;
    }

    /// Has lines written behind those that wait, and takes them back if that fails.
    pub(crate) fn write<T>(
        &mut self,
        say: impl FnOnce(&mut Writer<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut writer = Writer::behind(self.bytes.as_mut(), self.len);
        let said = say(&mut writer)?;
        let len = writer.len();
        match (writer.take_whole(), &self.whole) {
            (Some(_), Some(_)) => return Err(Usage::Busy.into()),
            (Some(whole), None) => self.whole = Some(whole),
            (None, _) => {}
        }
        self.len = len;
        Ok(said)
    }
}

/// Shows how much there is, not what: it may be a password or a private key.
impl<B> fmt::Debug for TxBuffer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TxBuffer({} bytes wait)", self.len - self.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Full;

    fn put(tx: &mut TxBuffer<[u8; 8]>, text: &[u8]) -> Result<(), Error> {
        tx.write(|writer| writer.line(|line| line.put(text)))
    }

    #[test]
    fn lines_leave_one_by_one_in_any_portions() {
        let mut tx = TxBuffer::new([0; 8]);
        put(&mut tx, b"abc").unwrap();
        put(&mut tx, b"de").unwrap();
        assert_eq!(tx.pending(), b"abc\n");
        tx.transmitted(3).unwrap();
        assert_eq!(tx.pending(), b"\n");
        tx.transmitted(1).unwrap();
        assert_eq!(tx.pending(), b"de\n");
        tx.transmitted(3).unwrap();
        assert!(tx.is_empty() && tx.pending().is_empty());
    }

    #[test]
    fn a_line_that_does_not_fit_leaves_the_others_alone() {
        let mut tx = TxBuffer::new([0; 8]);
        put(&mut tx, b"abc").unwrap();
        assert_eq!(put(&mut tx, b"defg"), Err(Error::Full(Full::Transmit)));
        assert_eq!(tx.pending(), b"abc\n");
    }

    #[test]
    fn more_than_one_line_cannot_have_left_at_once() {
        let mut tx = TxBuffer::new([0; 8]);
        put(&mut tx, b"a").unwrap();
        put(&mut tx, b"b").unwrap();
        assert_eq!(tx.transmitted(3), Err(Usage::OutOfRange));
        assert_eq!(tx.transmitted(usize::MAX), Err(Usage::OutOfRange));
        assert_eq!(tx.pending(), b"a\n");
    }

    #[test]
    fn a_payload_leaves_with_its_line_and_apart_from_others() {
        let mut tx = TxBuffer::new([0; 16]);
        tx.write(|writer| writer.line(|line| line.put(b"x")))
            .unwrap();
        let count = |writer: &mut Writer<'_>| {
            writer.counted(b"p\nq", |line| line.line(|line| line.put(b"c")))
        };
        tx.write(count).unwrap();
        tx.write(|writer| writer.line(|line| line.put(b"y")))
            .unwrap();
        assert_eq!(tx.write(count), Err(Usage::Busy.into()));
        assert_eq!(tx.pending(), b"x\n");
        tx.transmitted(2).unwrap();
        assert_eq!(tx.pending(), b"c\np\nq");
        tx.transmitted(3).unwrap();
        assert_eq!(tx.pending(), b"\nq");
        tx.transmitted(2).unwrap();
        assert_eq!(tx.pending(), b"y\n");
        tx.write(count).unwrap();
        tx.transmitted(2).unwrap();
        assert_eq!(tx.pending(), b"c\np\nq");
    }

    #[test]
    fn a_flush_is_due_once_all_lines_have_left() {
        let mut tx = TxBuffer::new([0; 8]);
        put(&mut tx, b"a").unwrap();
        assert!(!tx.flush_due());
        tx.transmitted(1).unwrap();
        assert!(!tx.flush_due());
        tx.transmitted(1).unwrap();
        assert!(tx.flush_due());
        tx.flushed();
        assert!(!tx.flush_due());
    }
}
