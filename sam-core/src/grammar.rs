//! Words, `key=value` pairs and quotes: what a SAM line is made of.
//!
//! A line is parsed whole, never in parts. Parsing is lenient where routers differ: stray words
//! are passed over (Java echoes names with spaces unquoted), a key may lack a value, and a quote
//! that is never closed is an ordinary character (i2pd knows no quotes).

use nom::branch::alt;
use nom::combinator::{map, opt, rest, success, value, verify};
use nom::error::{Error, ErrorKind};
use nom::sequence::{delimited, preceded, terminated};
use nom::{Err, IResult, Parser};

use crate::error::Malformed;
use crate::field::Field;
use crate::value::Value;

/// A line taken apart as far as every line is alike.
#[derive(Clone, Copy)]
pub(crate) struct Sentence<'a> {
    pub(crate) verb: &'a [u8],
    /// The second word, unless that is a pair already (go-sam-bridge: `FOO RESULT=…`).
    pub(crate) noun: Option<&'a [u8]>,
    pub(crate) pairs: Pairs<'a>,
}

impl<'a> Sentence<'a> {
    /// Takes `line`, which has no `\n`, apart.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let noun = opt(preceded(
            spaces,
            verify(word, |word: &[u8]| word.iter().all(|byte| *byte != b'=')),
        ));
        match (word, noun).parse(line) {
            Ok((pairs, (verb, noun))) => Ok(Self {
                verb,
                noun,
                pairs: Pairs(pairs),
            }),
            Err(_) => Err(Malformed::Syntax),
        }
    }
}

/// The text behind `verb`, verbatim, if the line starts with that verb: `PING`, `PONG`.
pub(crate) fn text_after<'a>(line: &'a [u8], verb: &[u8]) -> Option<&'a [u8]> {
    match line.strip_prefix(verb)? {
        [] | b"\r" => Some(b""),
        [b' ', text @ ..] => Some(text),
        _ => None,
    }
}

/// Where a byte stands first.
///
/// Not inlined: memchr is fast, but not small.
#[inline(never)]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    memchr::memchr(byte, text)
}

/// The pairs of a line, in their order.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'a>(&'a [u8]);

impl<'a> Pairs<'a> {
    /// The pairs in `text`, which is a line without its first words.
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// The values of the keys asked for, in their order; other keys and stray words are passed over.
    ///
    /// A key without a value counts as an empty value.
    ///
    /// # Errors
    /// [`Malformed::Twice`] if one of the keys occurs more than once.
    pub(crate) fn fields<const N: usize>(
        self,
        keys: &[Field],
    ) -> Result<[Option<Value<'a>>; N], Malformed> {
        let mut values = [None; N];
        self.fill(keys, &mut values)?;
        Ok(values)
    }

    /// Puts the values of the keys asked for into `values`, see [`Self::fields`].
    pub(crate) fn fill(
        self,
        keys: &[Field],
        values: &mut [Option<Value<'a>>],
    ) -> Result<(), Malformed> {
        for pair in self {
            let mut slots = keys.iter().zip(&mut *values);
            let Some((key, slot)) = slots.find(|(key, _)| key.as_str().as_bytes() == pair.key)
            else {
                continue;
            };
            if slot.replace(pair.value.unwrap_or(Value::EMPTY)).is_some() {
                return Err(Malformed::Twice(*key));
            }
        }
        Ok(())
    }
}

/// One `key=value`, or a word that stands alone (`value` is `None`).
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) value: Option<Value<'a>>,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let (rest, pair) = preceded(spaces, pair).parse(self.0).ok()?;
        self.0 = rest;
        Some(pair)
    }
}

fn pair(input: &[u8]) -> IResult<&[u8], Pair<'_>> {
    let (after, key) = key(input)?;
    let (after, value) = opt(preceded(equals, alt((quoted, plain)))).parse(after)?;
    Ok((after, Pair { key, value }))
}

/// Everything up to `=` or a space: nothing, if the line is over or the pair starts with `=`.
fn key(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let least = usize::from(input.is_empty());
    let end = input.iter().position(|byte| matches!(byte, b'=' | b' '));
    split_before(input, end, least)
}

/// Everything up to a space, at least one byte.
fn word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    split_before(input, find(b' ', input), 1)
}

fn plain(input: &[u8]) -> IResult<&[u8], Value<'_>> {
    let (after, raw) = split_before(input, find(b' ', input), 0)?;
    Ok((after, Value::new(raw)))
}

/// `"…"` with `\"` and `\\` inside, followed by a space or the end of the line.
fn quoted(input: &[u8]) -> IResult<&[u8], Value<'_>> {
    let inside = map(until_quote, Value::from_quoted);
    terminated(delimited(quote, inside, quote), boundary).parse(input)
}

/// Everything before the first quote that is not escaped; there has to be one.
fn until_quote(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let mut escaped = false;
    let end = input.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    });
    match end {
        Some(_) => split_before(input, end, 0),
        None => fail(input),
    }
}

fn boundary(input: &[u8]) -> IResult<&[u8], ()> {
    match input.first() {
        None | Some(b' ') => success(()).parse(input),
        Some(_) => fail(input),
    }
}

fn quote(input: &[u8]) -> IResult<&[u8], ()> {
    value((), byte(b'"')).parse(input)
}

fn equals(input: &[u8]) -> IResult<&[u8], ()> {
    value((), byte(b'=')).parse(input)
}

fn byte<'a>(wanted: u8) -> impl Parser<&'a [u8], Output = u8, Error = Error<&'a [u8]>> {
    move |input: &'a [u8]| match input.split_first() {
        Some((first, after)) if *first == wanted => Ok((after, *first)),
        _ => fail(input),
    }
}

fn spaces(input: &[u8]) -> IResult<&[u8], ()> {
    let end = input.iter().position(|byte| *byte != b' ');
    let (after, _) = split_before(input, end, 0)?;
    Ok((after, ()))
}

/// Splits `input` before index `at`, or takes it all; fails below `least` bytes.
fn split_before(input: &[u8], at: Option<usize>, least: usize) -> IResult<&[u8], &[u8]> {
    let (taken, after) = match at {
        Some(at) => input.split_at_checked(at).unwrap_or((input, &[])),
        None => {
            let (after, taken) = rest::<_, Error<_>>(input)?;
            (taken, after)
        }
    };
    if taken.len() < least {
        fail(input)
    } else {
        Ok((after, taken))
    }
}

fn fail<T>(input: &[u8]) -> IResult<&[u8], T> {
    Err(Err::Error(Error::new(input, ErrorKind::Verify)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    /// Each pair as `key>value`, a word without a value as itself.
    fn pairs(text: &str) -> Vec<String> {
        Pairs(text.as_bytes())
            .map(|pair| {
                let key = core::str::from_utf8(pair.key).unwrap();
                pair.value
                    .map_or_else(|| key.into(), |value| format!("{key}>{value}"))
            })
            .collect()
    }

    #[test]
    fn pairs_are_read_as_routers_write_them() {
        let table: [(&str, &[&str]); 14] = [
            ("", &[]),
            ("   ", &[]),
            (" RESULT=OK VERSION=3.1", &["RESULT>OK", "VERSION>3.1"]),
            ("  A=1   B=2  ", &["A>1", "B>2"]),
            (" VALUE=AAAA== X=1", &["VALUE>AAAA==", "X>1"]),
            (" MESSAGE=\"a b\" ID=x", &["MESSAGE>a b", "ID>x"]),
            (
                r#" MESSAGE="say \"hi\" \\" A=1"#,
                &[r#"MESSAGE>say \"hi\" \\"#, "A>1"],
            ),
            (" NAME=foo bar.i2p", &["NAME>foo", "bar.i2p"]),
            (" NAME=\"foo A=1", &["NAME>\\\"foo", "A>1"]),
            (" K= E=\"\" L", &["K>", "E>", "L"]),
            (" A=\"b\"c D=1", &["A>\\\"b\\\"c", "D>1"]),
            (
                " OPTION:_smtp._tcp=\"1 86400\"",
                &["OPTION:_smtp._tcp>1 86400"],
            ),
            (" =x A=1", &[">x", "A>1"]),
            (" A=\"\\", &["A>\\\"\\\\"]),
        ];
        for (text, expected) in table {
            assert_eq!(pairs(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_second_word_is_a_noun_unless_it_is_a_pair() {
        let table = [
            ("HELLO REPLY RESULT=OK", "HELLO", Some("REPLY")),
            ("FOO RESULT=I2P_ERROR", "FOO", None),
            ("QUIT", "QUIT", None),
            ("QUIT\r", "QUIT", None),
            ("A  B  C=1", "A", Some("B")),
        ];
        for (line, verb, noun) in table {
            let sentence = Sentence::parse(line.as_bytes()).unwrap();
            assert_eq!(sentence.verb, verb.as_bytes());
            assert_eq!(sentence.noun, noun.map(str::as_bytes));
        }
        assert!(Sentence::parse(b"").is_err());
        assert!(Sentence::parse(b" X").is_err());
    }

    #[test]
    fn the_text_of_a_ping_is_verbatim() {
        assert_eq!(text_after(b"PING", b"PING"), Some(&b""[..]));
        assert_eq!(text_after(b"PING\r", b"PING"), Some(&b""[..]));
        assert_eq!(text_after(b"PING  a  b ", b"PING"), Some(&b" a  b "[..]));
        assert_eq!(text_after(b"PINGS", b"PING"), None);
    }
}
