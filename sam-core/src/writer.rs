//! A bounded byte cursor that lines are written with.

use core::fmt;
use core::ops::Range;

use crate::error::{Error, Full, Usage};
use crate::grammar::find;
use crate::key::base64::Base64Groups;
use crate::types::{Ports, Version};
use crate::value::Value;

/// Writes whole lines into a buffer of the caller's.
///
/// A line that fails is rolled back, so the buffer holds whole lines only. Nothing but
/// [`Writer::line`] ends a line: a value with a `\n` in it can never become a second command.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
    /// What went wrong first; nothing is written from then on, until somebody is told.
    failed: Option<Error>,
    /// A line and its payload, which have to leave in one write.
    whole: Option<Range<usize>>,
}

impl<'a> Writer<'a> {
    /// Writes into `buffer` from its start.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self::behind(buffer, 0)
    }

    /// Writes into `buffer` behind the `len` bytes it holds already.
    pub(crate) const fn behind(buffer: &'a mut [u8], len: usize) -> Self {
        Self {
            buffer,
            len,
            failed: None,
            whole: None,
        }
    }

    /// How many bytes of the buffer are filled.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written yet.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What was written.
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    /// Writes one line: what `content` puts, and `\n`.
    ///
    /// # Errors
    /// Those of `content`; [`Full::Transmit`] if the line does not fit; [`Usage::Forbidden`] if
    /// the content holds a `\n`. Nothing of the line is left in the buffer then.
    pub fn line(
        &mut self,
        content: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.sentence(|line| {
            if let Err(error) = content(line) {
                line.fail(error);
            }
        })
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// [`Full::Transmit`] if they do not fit.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.add(bytes);
        self.check()
    }

    /// Writes ` key=value`, quoted and escaped only if the value needs it.
    ///
    /// # Errors
    /// [`Full::Transmit`]; [`Usage::Forbidden`] for `\n`, `\r` and NUL, which no quote makes
    /// harmless.
    pub fn pair(&mut self, key: &str, value: Value<'_>) -> Result<(), Error> {
        self.add_pair(key, value);
        self.check()
    }

    /// Writes ` key=number` in decimal.
    ///
    /// # Errors
    /// [`Full::Transmit`] if it does not fit.
    pub fn number(&mut self, key: &str, number: u32) -> Result<(), Error> {
        self.add_number(key, number);
        self.check()
    }

    // The same for the lines of this crate. Errors are kept until the line ends, so that nobody
    // has to look for them after each pair, and nothing is inlined that many lines have: flash is
    // small.

    /// Writes one line, as [`Self::line`] does.
    pub(crate) fn sentence(&mut self, content: impl FnOnce(&mut Self)) -> Result<(), Error> {
        let start = self.len;
        content(self);
        self.end_line(start)
    }

    /// Writes one line, and behind it the payload it counts.
    pub(crate) fn counted(
        &mut self,
        payload: &[u8],
        line: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.whole.is_some() {
            return Err(Usage::Busy.into());
        }
        let start = self.len;
        let written = line(self).and_then(|()| self.put(payload));
        if written.is_err() {
            self.len = start;
        } else {
            self.whole = Some(start..self.len);
        }
        written
    }

    /// What has to leave in one write, if anything has.
    pub(crate) fn take_whole(&mut self) -> Option<Range<usize>> {
        self.whole.take()
    }

    #[inline(never)]
    pub(crate) fn fail(&mut self, error: Error) {
        self.failed = self.failed.or(Some(error));
    }

    /// What has failed since somebody looked last.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        self.failed.take().map_or(Ok(()), Err)
    }

    #[inline(never)]
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        let room = self.buffer.get_mut(self.len..).unwrap_or_default();
        match room.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.fail(Full::Transmit.into()),
        }
    }

    #[inline(never)]
    pub(crate) fn add_pair(&mut self, key: &str, value: Value<'_>) {
        self.key(key);
        self.value(value);
    }

    /// Writes a value, quoted and escaped only if it needs it.
    pub(crate) fn value(&mut self, value: Value<'_>) {
        let quote: &[u8] = if is_plain(value) { b"" } else { b"\"" };
        self.add(quote);
        for byte in value.bytes() {
            match byte {
                b'\n' | b'\r' | 0 => self.fail(Usage::Forbidden(byte).into()),
                b'"' | b'\\' => self.add(&[b'\\', byte]),
                _ => self.add(&[byte]),
            }
        }
        self.add(quote);
    }

    #[inline(never)]
    pub(crate) fn add_number(&mut self, key: &str, number: u32) {
        self.key(key);
        self.digits(number);
    }

    /// Writes ` key=text` where the text needs neither quotes nor checks.
    #[inline(never)]
    pub(crate) fn word(&mut self, key: &str, text: &str) {
        self.key(key);
        self.add(text.as_bytes());
    }

    /// Writes the text behind a PING or PONG, as it is.
    pub(crate) fn verbatim(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.add(b" ");
            self.add(text);
        }
    }

    pub(crate) fn version(&mut self, key: &str, version: Version) {
        self.add_number(key, version.major.into());
        self.add(b".");
        self.digits(version.minor.into());
    }

    /// Writes ` key=value`, which may not be empty.
    pub(crate) fn required(&mut self, key: &str, value: Value<'_>) {
        if value.is_empty() {
            self.fail(Usage::Empty.into());
        }
        self.add_pair(key, value);
    }

    /// Writes ` key=` and the bytes in base64.
    pub(crate) fn base64(&mut self, key: &str, bytes: &[u8]) {
        self.key(key);
        Base64Groups::new(bytes).for_each(|group| self.add(&group));
    }

    pub(crate) fn optional(&mut self, key: &str, value: Option<Value<'_>>) {
        if let Some(value) = value {
            self.add_pair(key, value);
        }
    }

    pub(crate) fn ports(&mut self, ports: Ports) {
        self.add_number("FROM_PORT", ports.from.into());
        self.add_number("TO_PORT", ports.to.into());
    }

    pub(crate) fn digits(&mut self, number: u32) {
        if number >= 10 {
            self.digits(number / 10);
        }
        let digit = u8::try_from(number % 10).unwrap_or_default();
        self.add(&[b'0' + digit]);
    }

    pub(crate) fn key(&mut self, key: &str) {
        self.add(b" ");
        self.add(key.as_bytes());
        self.add(b"=");
    }

    fn end_line(&mut self, start: usize) -> Result<(), Error> {
        let line = self.written().get(start..).unwrap_or_default();
        if find(b'\n', line).is_some() {
            self.fail(Usage::Forbidden(b'\n').into());
        }
        self.add(b"\n");
        self.check().inspect_err(|_| self.len = start)
    }
}

/// Shows how much was written, not what: it may be a password or a private key.
impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Writer({} of {} bytes)", self.len, self.buffer.len())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Writer<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Writer({} bytes)", self.len);
    }
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// Whether a value can stand in a line without quotes.
fn is_plain(value: Value<'_>) -> bool {
    !value.is_empty()
        && !value
            .bytes()
            .any(|byte| matches!(byte, 0..=b' ' | b'"' | b'\\' | 0x7f))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(value: &[u8]) -> Result<std::vec::Vec<u8>, Error> {
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        writer.pair("K", Value::new(value))?;
        Ok(writer.written().to_vec())
    }

    #[test]
    fn values_are_quoted_only_when_they_must_be() {
        let table: [(&[u8], &[u8]); 6] = [
            (b"plain=x~-", b" K=plain=x~-"),
            (b"two words", b" K=\"two words\""),
            (b"", b" K=\"\""),
            (br#"a"b\c"#, br#" K="a\"b\\c""#),
            (b"tab\tbed", b" K=\"tab\tbed\""),
            ("ü".as_bytes(), " K=ü".as_bytes()),
        ];
        for (value, expected) in table {
            assert_eq!(pair(value).unwrap(), expected);
        }
    }

    #[test]
    fn values_that_no_quote_makes_harmless_are_refused() {
        for bad in [b'\n', b'\r', 0] {
            assert_eq!(pair(&[b'a', bad]), Err(Error::Usage(Usage::Forbidden(bad))));
        }
    }

    #[test]
    fn a_line_that_fails_leaves_nothing_behind() {
        let mut buffer = [0; 8];
        let mut writer = Writer::new(&mut buffer);
        writer.line(|line| line.put(b"abc")).unwrap();
        assert_eq!(
            writer.line(|line| line.put(b"defg")),
            Err(Error::Full(Full::Transmit))
        );
        assert_eq!(
            writer.line(|line| line.put(b"x\ny")),
            Err(Error::Usage(Usage::Forbidden(b'\n')))
        );
        assert_eq!(writer.written(), b"abc\n");
        writer.line(|line| line.put(b"def")).unwrap();
        assert_eq!(writer.written(), b"abc\ndef\n");
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 9, 10, 65535, u32::MAX] {
            let mut buffer = [0; 16];
            let mut writer = Writer::new(&mut buffer);
            writer.number("N", number).unwrap();
            assert_eq!(writer.written(), std::format!(" N={number}").as_bytes());
        }
    }
}
