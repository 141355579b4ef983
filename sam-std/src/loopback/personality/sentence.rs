//! Lines, taken apart as routers do it.

use super::table::Grammar;

/// A line taken apart. It may hold a private key.
#[derive(Default)]
pub(super) struct Sentence {
    /// The first two words with a space between them, or the only one.
    pub(super) words: Vec<u8>,
    /// All behind the first word, verbatim.
    pub(super) text: Vec<u8>,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Why a line makes no sense.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Nonsense {
    Unterminated,
    Twice(Vec<u8>),
}

impl Sentence {
    /// Takes a line apart that stood before `behind`.
    pub(super) fn parse(line: &[u8], behind: &[u8], grammar: Grammar) -> Result<Self, Nonsense> {
        match grammar {
            Grammar::I2pd { first_wins } => Ok(Self::i2pd(line, behind, first_wins)),
            Grammar::Java => Self::java(line),
            Grammar::Emissary => Ok(Self::emissary(line)),
        }
    }

    /// What stands under a key.
    pub(super) fn value(&self, key: &str) -> Option<&[u8]> {
        let mut pairs = self.pairs.iter();
        let pair = pairs.find(|(name, _)| name == key.as_bytes())?;
        Some(&pair.1)
    }

    /// The first word.
    pub(super) fn verb(&self) -> &[u8] {
        split(&self.words).0
    }

    /// The second word.
    pub(super) fn noun(&self) -> &[u8] {
        split(&self.words).1.unwrap_or_default()
    }

    /// Where i2pd sees no second space, it goes on behind the end of the line.
    fn i2pd(line: &[u8], behind: &[u8], first_wins: bool) -> Self {
        let line = c_string(line);
        let (verb, text) = split(line);
        let (words, pairs) = match text.and_then(|text| split(text).1) {
            Some(pairs) => (line.len() - pairs.len() - 1, pairs),
            None => (line.len(), c_string(behind)),
        };
        let mut sentence = Self {
            words: line.get(..words).unwrap_or(verb).into(),
            text: text.unwrap_or_default().into(),
            pairs: Vec::new(),
        };
        for word in pairs.split(|byte| *byte == b' ') {
            if let Some((key, value)) = split_pair(word) {
                sentence.put(key, value, first_wins);
            }
        }
        sentence
    }

    fn java(said: &[u8]) -> Result<Self, Nonsense> {
        let line: Vec<_> = said.iter().copied().filter(|byte| *byte != b'\r').collect();
        let mut sentence = Self::words(line.trim_ascii_start());
        // A PING is echoed as it is.
        let text = split(said.trim_ascii_start()).1;
        sentence.text = text.unwrap_or_default().into();
        let mut words = java_words(&line)?.into_iter();
        let noun_len = split(&sentence.words).1.map_or(1, |_| 2);
        for (word, equals) in words.by_ref().skip(noun_len) {
            let (key, value) = match equals {
                Some(at) => word.split_at_checked(at).unwrap_or((&word, b"")),
                None => (&word[..], &b""[..]),
            };
            let value = value.strip_prefix(b"=").unwrap_or(value);
            if sentence.pairs.iter().any(|(name, _)| name == key) {
                return Err(Nonsense::Twice(key.into()));
            }
            let value = if value.is_empty() { b"true" } else { value };
            sentence.put(key, value, false);
        }
        Ok(sentence)
    }

    fn emissary(line: &[u8]) -> Self {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut sentence = Self::words(line);
        let skipped = sentence.words.len();
        let mut rest = line.get(skipped..).unwrap_or_default().trim_ascii_start();
        while let Some((key, value)) = split_pair(rest) {
            let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
            if key.first().is_none_or(u8::is_ascii_digit) || !key.iter().all(is_key) {
                break;
            }
            let (value, behind) = quoted(value).unwrap_or_else(|| {
                let (value, behind) = split(value);
                (value, behind.unwrap_or_default())
            });
            if value.is_empty() {
                break;
            }
            sentence.put(key, value, false);
            rest = behind.trim_ascii_start();
        }
        sentence
    }

    /// The first words of a line, which take any number of spaces.
    fn words(line: &[u8]) -> Self {
        let (verb, text) = split(line);
        let text = text.unwrap_or_default();
        let noun = split(text.trim_ascii_start()).0;
        let words = if noun.is_empty() || noun.contains(&b'=') {
            verb.to_vec()
        } else {
            [verb, noun].join(&b' ')
        };
        Self {
            words,
            text: text.into(),
            pairs: Vec::new(),
        }
    }

    fn put(&mut self, key: &[u8], value: &[u8], first_wins: bool) {
        match self.pairs.iter_mut().find(|(name, _)| name == key) {
            Some(_) if first_wins => {}
            Some((_, old)) => value.clone_into(old),
            None => self.pairs.push((key.into(), value.into())),
        }
    }
}

/// A word without its quotes and backslashes, and where its first bare `=` stands.
type Word = (Vec<u8>, Option<usize>);

fn java_words(line: &[u8]) -> Result<Vec<Word>, Nonsense> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut is_quoted = false;
    let mut bytes = line.iter().copied();
    while let Some(byte) = bytes.next() {
        if matches!(byte, b' ' | b'\t') && !is_quoted {
            words.extend(word.take());
            continue;
        }
        let (text, equals) = word.get_or_insert_default();
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' => text.extend(bytes.next()),
            b'=' if !is_quoted && equals.is_none() => {
                *equals = Some(text.len());
                text.push(byte);
            }
            _ => text.push(byte),
        }
    }
    if is_quoted {
        return Err(Nonsense::Unterminated);
    }
    words.extend(word);
    Ok(words)
}

/// A value in quotes, and what is behind it.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut escaped = false;
    let end = inside.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })?;
    let (value, behind) = inside.split_at_checked(end)?;
    Some((value, behind.get(1..)?))
}

fn split_pair(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = word.iter().position(|byte| *byte == b'=')?;
    let (key, value) = word.split_at_checked(at)?;
    Some((key, value.get(1..)?))
}

/// What stands before the first space, and behind it if there is one.
fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let at = text.iter().position(|byte| *byte == b' ');
    match at.and_then(|at| text.split_at_checked(at)) {
        Some((before, behind)) => (before, behind.get(1..)),
        None => (text, None),
    }
}

fn c_string(text: &[u8]) -> &[u8] {
    let mut parts = text.split(|byte| *byte == 0);
    parts.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NAME, as each router reads it.
    #[test]
    fn routers_read_values_their_own_way() {
        let table: [(&str, [Option<&str>; 4]); 9] = [
            ("NAME=a", [Some("a"); 4]),
            ("NAME=a NAME=b", [Some("b"), Some("a"), None, Some("b")]),
            (
                "NAME=\"a b\"",
                [Some("\"a"), Some("\"a"), Some("a b"), Some("a b")],
            ),
            ("NAME=", [Some(""), Some(""), Some("true"), None]),
            ("NAME", [None, None, Some("true"), None]),
            ("NAME=\"a", [Some("\"a"), Some("\"a"), None, Some("\"a")]),
            (
                "NAME=a\\b",
                [Some("a\\b"), Some("a\\b"), Some("ab"), Some("a\\b")],
            ),
            ("X-Y=1 NAME=a", [Some("a"), Some("a"), Some("a"), None]),
            (
                "NAME=a\0b",
                [Some("a"), Some("a"), Some("a\0b"), Some("a\0b")],
            ),
        ];
        let grammars = [
            Grammar::I2pd { first_wins: false },
            Grammar::I2pd { first_wins: true },
            Grammar::Java,
            Grammar::Emissary,
        ];
        for (pairs, expected) in table {
            let line = format!("NAMING LOOKUP {pairs}");
            for (grammar, expected) in grammars.into_iter().zip(expected) {
                let sentence = Sentence::parse(line.as_bytes(), b"", grammar);
                let value = sentence.as_ref().ok().and_then(|read| read.value("NAME"));
                assert_eq!(value, expected.map(str::as_bytes), "{pairs} {grammar:?}");
            }
        }
    }

    #[test]
    fn i2pd_wants_one_space_between_the_words() {
        let grammar = Grammar::I2pd { first_wins: true };
        let words = |line: &[u8]| Sentence::parse(line, b"", grammar).unwrap().words;
        assert_eq!(words(b"DEST GENERATE  X=1"), b"DEST GENERATE");
        assert_eq!(words(b"DEST  GENERATE X=1"), b"DEST ");
        assert_eq!(words(b" DEST GENERATE"), b" DEST");
        assert_eq!(words(b"QUIT"), b"QUIT");
    }
}
