//! What a destination tells of itself in its leaseset, as a lookup can ask for it.

use core::fmt;

use crate::error::Malformed;
use crate::grammar::{Pairs, Sentence};
use crate::value::Value;
use crate::writer::Writer;

/// The options of a leaseset, such as service records: `OPTION:key=value` of a `NAMING REPLY`.
///
/// What cannot stand in a line is left out, as the specification has it: keys that are empty or
/// hold spaces, quotes, backslashes, `=` or control characters, and values with line breaks or NUL.
#[derive(Clone, Copy)]
pub struct LeaseSetOptions<'a> {
    own: &'a [(&'a str, &'a str)],
    line: Pairs<'a>,
}

impl<'a> LeaseSetOptions<'a> {
    /// No options.
    pub const NONE: Self = Self::new(&[]);

    /// Options for a router to tell: keys, and their values.
    pub const fn new(options: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            own: options,
            line: Pairs::new(&[]),
        }
    }

    /// The options in the answer to
    /// [`Inquiry::lookup_with_options`](crate::client::Inquiry::lookup_with_options), a line
    /// without its `\n`. They are what the peer published: anything.
    ///
    /// # Errors
    /// [`Malformed::Syntax`] for what is no SAM line.
    pub fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        let Sentence { pairs, .. } = Sentence::parse(line)?;
        Ok(Self {
            own: &[],
            line: pairs,
        })
    }

    /// Each option, in the order of the line.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> + use<'a> {
        let own = self.own.iter();
        let own = own.map(|(key, value)| (key.as_bytes(), Value::from(*value)));
        let told = self.line.filter_map(|pair| {
            let key = pair.key.strip_prefix(PREFIX)?;
            Some((key, pair.value.unwrap_or(Value::EMPTY)))
        });
        let can_stand = |(key, value): &(&[u8], Value<'_>)| is_key(key) && is_value(*value);
        own.chain(told).filter(can_stand)
    }

    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        for (key, value) in self.iter() {
            line.add(b" ");
            line.add(PREFIX);
            line.add(key);
            line.add(b"=");
            line.value(value);
        }
    }
}

const PREFIX: &[u8] = b"OPTION:";

fn is_key(key: &[u8]) -> bool {
    let fits = |byte: &u8| *byte > b' ' && !matches!(byte, b'=' | b'"' | b'\\' | 0x7F);
    !key.is_empty() && key.iter().all(fits)
}

fn is_value(value: Value<'_>) -> bool {
    !value.bytes().any(|byte| matches!(byte, b'\n' | b'\r' | 0))
}

impl Default for LeaseSetOptions<'_> {
    fn default() -> Self {
        LeaseSetOptions::NONE
    }
}

/// The same options in the same order.
impl PartialEq for LeaseSetOptions<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for LeaseSetOptions<'_> {}

impl fmt::Debug for LeaseSetOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.iter().map(|(key, value)| (Value::new(key), value));
        f.debug_map().entries(options).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for LeaseSetOptions<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{} options", self.iter().count());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn told(options: LeaseSetOptions<'_>) -> Vec<(String, String)> {
        let text = |value: Value<'_>| value.to_string();
        let pairs = options.iter();
        pairs
            .map(|(key, value)| (text(Value::new(key)), text(value)))
            .collect()
    }

    #[test]
    fn options_are_found_among_the_pairs_of_a_line() {
        let line = b"NAMING REPLY RESULT=OK NAME=a.i2p VALUE=AAAA OPTION:_smtp._tcp=\"1 86400\" \
            OPTION:a= OPTION:b OPTION:=x OPTION: OPTIONS:c=d option:e=f OPTION:g=h";
        let expected = [("_smtp._tcp", "1 86400"), ("a", ""), ("b", ""), ("g", "h")]
            .map(|(key, value)| (key.into(), value.into()));
        assert_eq!(told(LeaseSetOptions::parse(line).unwrap()), expected);
    }

    #[test]
    fn what_cannot_stand_in_a_line_is_left_out() {
        let options = [
            ("", "x"),
            ("a b", "x"),
            ("a=b", "x"),
            ("a\"b", "x"),
            ("a\\b", "x"),
            ("a\tb", "x"),
            ("a", "x\ny"),
            ("b", "x\ry"),
            ("c", "x\0y"),
            ("ü", "\"\\ x"),
        ];
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        LeaseSetOptions::new(&options).encode(&mut writer);
        assert_eq!(writer.check(), Ok(()));
        assert_eq!(writer.written(), " OPTION:ü=\"\\\"\\\\ x\"".as_bytes());
    }
}
