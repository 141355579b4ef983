//! Bytes in, whole lines out: the only place that knows what ends a line.

use core::fmt;

use crate::error::{Error, Full, Usage};
use crate::grammar::find;

/// Where a line stands in its buffer; valid until more bytes are received.
///
/// A plain token, so that a driver can hand it out of its loop and borrow the line afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Line {
    start: usize,
    end: usize,
}

/// The receive buffer: takes bytes in any portions, gives out whole lines, and keeps the rest.
///
/// `B` is a slice, an array or a filled vector: all bytes that `as_ref()` shows are used, so an
/// empty `heapless::Vec` is a buffer of no bytes. The longest line it can take is one byte
/// shorter than the buffer.
pub struct RxBuffer<B> {
    bytes: B,
    cursor: Cursor,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> RxBuffer<B> {
    /// An empty receive buffer over `bytes`.
    pub const fn new(bytes: B) -> Self {
        Self {
            bytes,
            cursor: Cursor::EMPTY,
        }
    }

    /// Room for more bytes; never empty. Tell [`Self::received`] how many came.
    ///
    /// Moves what is unread to the front, so line tokens go stale.
    ///
    /// # Errors
    /// [`Full::Receive`] if the buffer is full and no line in it is complete.
    pub fn spare(&mut self) -> Result<&mut [u8], Error> {
        self.cursor.compact(self.bytes.as_mut());
        let spare = self
            .bytes
            .as_mut()
            .get_mut(self.cursor.tail..)
            .unwrap_or_default();
        if spare.is_empty() {
            Err(Full::Receive.into())
        } else {
            Ok(spare)
        }
    }

    /// Says that `count` bytes were put into [`Self::spare`].
    ///
    /// # Errors
    /// [`Usage::OutOfRange`] if there was no room for that many.
    pub fn received(&mut self, count: usize) -> Result<(), Usage> {
        let tail = self.cursor.tail.saturating_add(count);
        if tail > self.bytes.as_ref().len() {
            return Err(Usage::OutOfRange);
        }
        self.cursor.tail = tail;
        Ok(())
    }

    /// Takes the next whole line, if there is one.
    ///
    /// The search goes on where it stopped, so a line that comes byte by byte costs no more than
    /// one that comes at once.
    pub fn take_line(&mut self) -> Option<Line> {
        self.cursor.take_line(self.bytes.as_ref())
    }

    /// Takes everything unread as one line: a last line whose `\n` never came.
    pub fn take_rest(&mut self) -> Option<Line> {
        self.cursor.take_rest()
    }

    /// Copies unread bytes into `out` and takes them away; returns how many.
    pub fn take_bytes(&mut self, out: &mut [u8]) -> usize {
        let count = copy_start(self.unread(), out);
        self.cursor.skip(count);
        count
    }

    /// The line behind a token, without its `\n`.
    pub fn line(&self, line: Line) -> Option<&[u8]> {
        self.bytes.as_ref().get(line.start..line.end)
    }

    /// The bytes behind the last line taken.
    pub fn unread(&self) -> &[u8] {
        self.bytes
            .as_ref()
            .get(self.cursor.head..self.cursor.tail)
            .unwrap_or_default()
    }

    /// Gives the buffer back together with the bytes nobody has taken.
    pub fn into_unread(self) -> Unread<B> {
        Unread {
            bytes: self.bytes,
            head: self.cursor.head,
            tail: self.cursor.tail,
        }
    }
}

/// The bytes that came behind the last line: the first of the stream the connection became.
pub struct Unread<B> {
    bytes: B,
    head: usize,
    tail: usize,
}

impl<B: AsRef<[u8]>> Unread<B> {
    /// The bytes, in the order they came.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes
            .as_ref()
            .get(self.head..self.tail)
            .unwrap_or_default()
    }

    /// Whether there are none left.
    pub const fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    /// Where in the buffer the bytes stand, for those who keep the buffer elsewhere.
    pub const fn range(&self) -> core::ops::Range<usize> {
        self.head..self.tail
    }

    /// Copies bytes into `out` and takes them away; returns how many.
    pub fn take(&mut self, out: &mut [u8]) -> usize {
        let count = copy_start(self.as_slice(), out);
        self.head += count;
        count
    }

    /// Gives up the bytes that are left and returns the buffer.
    pub fn into_buffer(self) -> B {
        self.bytes
    }
}

/// Shows how much there is, not what: it may be a private key.
impl<B> fmt::Debug for RxBuffer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RxBuffer({:?})", self.cursor)
    }
}

#[cfg(feature = "defmt")]
impl<B> defmt::Format for RxBuffer<B> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let Cursor { head, tail, .. } = self.cursor;
        defmt::write!(f, "RxBuffer({} bytes unread)", tail - head);
    }
}

/// Shows how much there is, not what: the rest of the buffer may hold a private key.
impl<B> fmt::Debug for Unread<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unread({} bytes)", self.tail - self.head)
    }
}

#[cfg(feature = "defmt")]
impl<B> defmt::Format for Unread<B> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Unread({} bytes)", self.tail - self.head);
    }
}

/// Positions in a receive buffer: `head..tail` is unread, `head..scan` is known to hold no `\n`.
#[derive(Debug)]
struct Cursor {
    head: usize,
    scan: usize,
    tail: usize,
}

impl Cursor {
    const EMPTY: Self = Self {
        head: 0,
        scan: 0,
        tail: 0,
    };

    fn compact(&mut self, bytes: &mut [u8]) {
        if self.head > 0 && self.tail <= bytes.len() {
            move_to_front(bytes.get_mut(..self.tail).unwrap_or_default(), self.head);
            self.scan -= self.head;
            self.tail -= self.head;
            self.head = 0;
        }
    }

    fn take_line(&mut self, bytes: &[u8]) -> Option<Line> {
        let fresh = bytes.get(self.scan..self.tail)?;
        match find(b'\n', fresh) {
            Some(at) => {
                let line = Line {
                    start: self.head,
                    end: self.scan + at,
                };
                self.head = line.end + 1;
                self.scan = self.head;
                Some(line)
            }
            None => {
                self.scan = self.tail;
                None
            }
        }
    }

    const fn take_rest(&mut self) -> Option<Line> {
        if self.head == self.tail {
            return None;
        }
        let line = Line {
            start: self.head,
            end: self.tail,
        };
        self.head = self.tail;
        self.scan = self.tail;
        Some(line)
    }

    const fn skip(&mut self, count: usize) {
        self.head += count;
        self.scan = self.head;
    }
}

/// Moves what stands at `from` and behind it to the front.
///
/// As `copy_within` would, but that has a panic the compiler cannot see to be out of reach.
fn move_to_front(bytes: &mut [u8], from: usize) {
    let mut rest = bytes;
    while let Some((front, unmoved)) = rest.split_at_mut_checked(from) {
        let count = copy_start(unmoved, front);
        match rest.get_mut(count..) {
            Some(next) if count > 0 => rest = next,
            _ => return,
        }
    }
}

/// Copies as many bytes as both slices have; returns how many.
fn copy_start(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn feed<B: AsRef<[u8]> + AsMut<[u8]>>(rx: &mut RxBuffer<B>, bytes: &[u8]) {
        let spare = rx.spare().unwrap();
        spare[..bytes.len()].copy_from_slice(bytes);
        rx.received(bytes.len()).unwrap();
    }

    #[test]
    fn lines_come_out_whole_whatever_the_portions() {
        let text = b"one\n\ntwo two\nrest";
        for portion in 1..=text.len() {
            let mut rx = RxBuffer::new([0; 18]);
            let mut lines = Vec::new();
            for bytes in text.chunks(portion) {
                feed(&mut rx, bytes);
                while let Some(line) = rx.take_line() {
                    lines.push(rx.line(line).unwrap().to_vec());
                }
            }
            assert_eq!(
                lines,
                [&b"one"[..], b"", b"two two"],
                "portions of {portion}"
            );
            assert_eq!(rx.into_unread().as_slice(), b"rest");
        }
    }

    #[test]
    fn what_is_unread_moves_to_the_front_whole() {
        for len in 0..20 {
            for from in 0..=len {
                let mut bytes: Vec<u8> = (0..len).collect();
                let (from, expected) = (usize::from(from), bytes[usize::from(from)..].to_vec());
                move_to_front(&mut bytes, from);
                assert_eq!(bytes[..expected.len()], expected, "{from} of {len}");
            }
        }
    }

    #[test]
    fn stale_bytes_never_end_a_line() {
        let mut rx = RxBuffer::new([b'\n'; 16]);
        feed(&mut rx, b"abc");
        assert_eq!(rx.take_line(), None);
        feed(&mut rx, b"\nd");
        assert!(rx.take_line().is_some());
        assert_eq!(rx.take_line(), None);
    }

    #[test]
    fn a_line_longer_than_the_buffer_is_an_error_and_loses_nothing() {
        let mut rx = RxBuffer::new([0; 4]);
        feed(&mut rx, b"abcd");
        assert_eq!(rx.take_line(), None);
        assert_eq!(rx.spare().unwrap_err(), Error::Full(Full::Receive));
        assert_eq!(rx.unread(), b"abcd");
    }

    #[test]
    fn a_buffer_of_no_bytes_says_so_instead_of_reading_nothing() {
        let mut rx = RxBuffer::new(Vec::new());
        assert_eq!(rx.spare().unwrap_err(), Error::Full(Full::Receive));
    }

    #[test]
    fn claiming_more_bytes_than_there_was_room_for_is_refused() {
        let mut rx = RxBuffer::new([0; 4]);
        assert_eq!(rx.received(5), Err(Usage::OutOfRange));
        assert_eq!(rx.received(usize::MAX), Err(Usage::OutOfRange));
    }

    #[test]
    fn unread_bytes_are_taken_in_order_and_once() {
        let mut rx = RxBuffer::new(vec![0; 16]);
        feed(&mut rx, b"line\nabcdef");
        rx.take_line().unwrap();
        let mut out = [0; 4];
        assert_eq!(rx.take_bytes(&mut out), 4);
        let mut unread = rx.into_unread();
        assert_eq!((&out, unread.as_slice()), (b"abcd", &b"ef"[..]));
        assert_eq!((unread.take(&mut out), unread.is_empty()), (2, true));
        assert_eq!(unread.take(&mut out), 0);
    }
}
