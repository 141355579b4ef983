//! The value of a `key=value` pair as it stands in a line, and values nobody may print.

use core::fmt;

use crate::grammar::find;
use crate::types::decimal;

/// A value: the bytes of a line, unescaped only when somebody looks.
///
/// Bytes, not text: a router may put anything into MESSAGE or NAME, and that must not spoil the
/// reply it stands in. Equality compares what the values mean, however they were quoted.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: &'a [u8],
    escaped: bool,
}

impl<'a> Value<'a> {
    /// The value that is not there, or empty.
    pub const EMPTY: Self = Self::new(b"");

    /// A value that means exactly `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self {
            raw: bytes,
            escaped: false,
        }
    }

    /// What stood between two quotes, backslashes and all.
    pub(crate) fn from_quoted(inside: &'a [u8]) -> Self {
        let escaped = find(b'\\', inside).is_some();
        Self {
            raw: inside,
            escaped,
        }
    }

    /// The bytes the value means.
    pub fn bytes(self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        let escaped = self.escaped;
        let mut raw = self.raw.iter().copied();
        core::iter::from_fn(move || match raw.next() {
            Some(b'\\') if escaped => Some(raw.next().unwrap_or(b'\\')),
            byte => byte,
        })
    }

    /// The bytes as they stand in the line, if nothing in them is escaped.
    pub const fn as_bytes(self) -> Option<&'a [u8]> {
        if self.escaped { None } else { Some(self.raw) }
    }

    /// The text, if nothing in it is escaped and it is UTF-8.
    pub fn as_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.as_bytes()?).ok()
    }

    /// Whether the value is empty.
    pub const fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// The value as a decimal number of ASCII digits.
    pub(crate) fn number<T: TryFrom<u32>>(self) -> Option<T> {
        decimal(self.as_bytes()?)
    }

    /// The value as `true` or `false`, in any case of letters, as Java I2P reads them.
    pub(crate) fn boolean(self) -> Option<bool> {
        match self.as_bytes()? {
            word if word.eq_ignore_ascii_case(b"true") => Some(true),
            word if word.eq_ignore_ascii_case(b"false") => Some(false),
            _ => None,
        }
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes().eq(other.bytes())
    }
}

impl Eq for Value<'_> {}

impl PartialEq<str> for Value<'_> {
    fn eq(&self, other: &str) -> bool {
        *self == Value::from(other)
    }
}

impl PartialEq<&str> for Value<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == Value::from(*other)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text.as_bytes())
    }
}

/// Shows the value escaped and cut to 160 bytes, so that a peer cannot flood or forge a log.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 160;
        for byte in self.bytes().take(SHOWN) {
            fmt::Display::fmt(&byte.escape_ascii(), f)?;
        }
        if self.bytes().nth(SHOWN).is_some() {
            f.write_str("...")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Value<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let shown = self.raw.get(..160).unwrap_or(self.raw);
        defmt::write!(f, "{=[u8]:a}", shown);
    }
}

/// A value that is a private key or a password: readable, but never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret<'a>(Value<'a>);

impl<'a> Secret<'a> {
    /// Marks a value as secret.
    pub const fn new(value: Value<'a>) -> Self {
        Self(value)
    }

    /// The value itself; keep it out of logs and messages.
    pub const fn expose(self) -> Value<'a> {
        self.0
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Secret<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Secret(..)");
    }
}

/// A line made fit for a log or a message: escaped, cut, and without keys and passwords.
///
/// Words longer than 64 bytes, which keys are, are cut to their first 16; so are the values of
/// `DESTINATION`, `PRIV`, `PASSWORD` and options of the leaseset, down to nothing.
#[derive(Clone, Copy)]
pub struct Excerpt<'a>(&'a [u8]);

impl<'a> Excerpt<'a> {
    /// An excerpt of a line.
    pub const fn new(line: &'a [u8]) -> Self {
        Self(line)
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WORDS: usize = 16;
        let mut words = self.0.split(|byte| *byte == b' ');
        for (place, word) in words.by_ref().take(WORDS).enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            let secret = [
                &b"DESTINATION="[..],
                b"PRIV=",
                b"PASSWORD=",
                b"i2cp.leaseSet",
            ]
            .into_iter()
            .find(|key| word.starts_with(key));
            let shown = match secret {
                Some(key) => key,
                None if word.len() > 64 => word.get(..16).unwrap_or_default(),
                None => word,
            };
            fmt::Display::fmt(&shown.escape_ascii(), f)?;
            if shown.len() < word.len() {
                f.write_str("...")?;
            }
        }
        if words.next().is_some() {
            f.write_str(" ...")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Excerpt<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Display2Format(self));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::ToString;
    use std::vec::Vec;

    #[test]
    fn escapes_are_removed_when_read_and_only_inside_quotes() {
        let table: [(&[u8], &[u8]); 5] = [
            (br"plain", br"plain"),
            (br#"a \"b\" c"#, br#"a "b" c"#),
            (br"back\\slash", br"back\slash"),
            (br"\x", br"x"),
            (br"end\", br"end\"),
        ];
        for (inside, meant) in table {
            let value = Value::from_quoted(inside);
            assert_eq!(value.bytes().collect::<Vec<_>>(), meant);
            assert_eq!(value, Value::new(meant));
        }
        assert_eq!(Value::new(br"C:\x").as_str(), Some(r"C:\x"));
    }

    #[test]
    fn display_escapes_and_cuts_what_a_peer_sent() {
        assert_eq!(
            format!("{}", Value::new(b"a\n\x1b[31m\xff")),
            r"a\n\x1b[31m\xff"
        );
        let long = format!("{}", Value::new(&[b'x'; 5000]));
        assert_eq!(long.len(), 163);
    }

    #[test]
    fn an_excerpt_holds_no_key_and_no_line_break() {
        let key = "k".repeat(908);
        let table = [
            (
                format!("SESSION STATUS RESULT=OK DESTINATION={key}"),
                "SESSION STATUS RESULT=OK DESTINATION=...",
            ),
            (
                format!("NAMING REPLY VALUE={key}"),
                "NAMING REPLY VALUE=kkkkkkkkkk...",
            ),
            (
                "HELLO VERSION PASSWORD=hunter2".into(),
                "HELLO VERSION PASSWORD=...",
            ),
            (
                "SESSION CREATE i2cp.leaseSetSecret=c2VjcmV0".into(),
                "SESSION CREATE i2cp.leaseSet...",
            ),
            ("FOO\x1b[2J\r".into(), r"FOO\x1b[2J\r"),
            ("w ".repeat(40), "w w w w w w w w w w w w w w w w ..."),
        ];
        for (line, shown) in table {
            assert_eq!(Excerpt::new(line.as_bytes()).to_string(), shown);
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new(Value::new(b"hunter2"));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
