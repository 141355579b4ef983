//! A bounded byte cursor that lines are written with.

use core::fmt;

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
}

impl<'a> Writer<'a> {
    /// Writes into `buffer` from its start.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    /// Writes into `buffer` behind the `len` bytes it holds already.
    pub(crate) const fn behind(buffer: &'a mut [u8], len: usize) -> Self {
        Self { buffer, len }
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
        let start = self.len;
        let done = content(self).and_then(|()| self.end_line(start));
        if done.is_err() {
            self.len = start;
        }
        done
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// [`Full::Transmit`] if they do not fit.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let room = self.buffer.get_mut(self.len..).unwrap_or_default();
        let Some(room) = room.get_mut(..bytes.len()) else {
            return Err(Full::Transmit.into());
        };
        room.copy_from_slice(bytes);
        self.len += bytes.len();
        Ok(())
    }

    /// Writes ` key=value`, quoted and escaped only if the value needs it.
    ///
    /// # Errors
    /// [`Full::Transmit`]; [`Usage::Forbidden`] for `\n`, `\r` and NUL, which no quote makes
    /// harmless.
    pub fn pair(&mut self, key: &str, value: Value<'_>) -> Result<(), Error> {
        self.key(key)?;
        if is_plain(value) {
            self.unquoted(value)
        } else {
            self.quoted(value)
        }
    }

    /// Writes the bytes a value means, as they are.
    pub(crate) fn unquoted(&mut self, value: Value<'_>) -> Result<(), Error> {
        match value.as_bytes() {
            Some(bytes) => self.put(bytes),
            None => value.bytes().try_for_each(|byte| self.put(&[byte])),
        }
    }

    /// Writes ` key=text` where the text needs neither quotes nor checks.
    pub(crate) fn word(&mut self, key: &str, text: &str) -> Result<(), Error> {
        self.key(key)?;
        self.put(text.as_bytes())
    }

    /// Writes ` key=number` in decimal.
    ///
    /// # Errors
    /// [`Full::Transmit`] if it does not fit.
    pub fn number(&mut self, key: &str, number: u32) -> Result<(), Error> {
        self.key(key)?;
        self.digits(number)
    }

    /// Writes the text behind a PING or PONG, as it is.
    pub(crate) fn verbatim(&mut self, text: &[u8]) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        self.put(b" ")?;
        self.put(text)
    }

    pub(crate) fn version(&mut self, key: &str, version: Version) -> Result<(), Error> {
        self.number(key, version.major.into())?;
        self.put(b".")?;
        self.digits(version.minor.into())
    }

    /// Writes ` key=value`, which may not be empty.
    pub(crate) fn required(&mut self, key: &str, value: Value<'_>) -> Result<(), Error> {
        if value.is_empty() {
            Err(Usage::Empty.into())
        } else {
            self.pair(key, value)
        }
    }

    /// Writes ` key=` and the bytes in base64.
    pub(crate) fn base64(&mut self, key: &str, bytes: &[u8]) -> Result<(), Error> {
        self.key(key)?;
        Base64Groups::new(bytes).try_for_each(|group| self.put(&group))
    }

    pub(crate) fn optional(&mut self, key: &str, value: Option<Value<'_>>) -> Result<(), Error> {
        value.map_or(Ok(()), |value| self.pair(key, value))
    }

    pub(crate) fn ports(&mut self, ports: Ports) -> Result<(), Error> {
        self.number("FROM_PORT", ports.from.into())?;
        self.number("TO_PORT", ports.to.into())
    }

    pub(crate) fn digits(&mut self, number: u32) -> Result<(), Error> {
        if number >= 10 {
            self.digits(number / 10)?;
        }
        let digit = u8::try_from(number % 10).unwrap_or_default();
        self.put(&[b'0' + digit])
    }

    pub(crate) fn key(&mut self, key: &str) -> Result<(), Error> {
        self.put(b" ")?;
        self.put(key.as_bytes())?;
        self.put(b"=")
    }

    fn quoted(&mut self, value: Value<'_>) -> Result<(), Error> {
        self.put(b"\"")?;
        for byte in value.bytes() {
            match byte {
                b'\n' | b'\r' | 0 => return Err(Usage::Forbidden(byte).into()),
                b'"' | b'\\' => self.put(&[b'\\', byte])?,
                _ => self.put(&[byte])?,
            }
        }
        self.put(b"\"")
    }

    fn end_line(&mut self, start: usize) -> Result<(), Error> {
        let line = self.written().get(start..).unwrap_or_default();
        match find(b'\n', line) {
            Some(_) => Err(Usage::Forbidden(b'\n').into()),
            None => self.put(b"\n"),
        }
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
