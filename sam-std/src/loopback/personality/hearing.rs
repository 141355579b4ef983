//! What a client says, heard as a router would hear it.
//!
//! What the router would understand is passed on in the specification's own spelling; the rest is
//! answered here, in the router's words.

use std::net::IpAddr;

use sam_core::Version;
use zeroize::Zeroizing;

use super::super::hub::Hub;
use super::sentence::{Nonsense, Sentence};
use super::table::{Answer, Command, Grammar, Kind, Rest, Table};

/// A client's bytes, on their way to becoming lines.
pub(in crate::loopback) struct Hearing {
    pub(super) table: &'static Table,
    pub(super) buffer: Vec<u8>,
    pub(super) sentence: Sentence,
    /// The key that was given twice.
    pub(super) twice: Vec<u8>,
    /// The version settled on, as it is told.
    pub(super) version: Option<String>,
    /// The private key of the client's session, in base64.
    pub(super) private: Zeroizing<Vec<u8>>,
    /// Whether the session it asked for can have others inside.
    pub(super) is_primary: bool,
}

/// What a line has come to.
pub(in crate::loopback) enum Heard {
    /// What is to be understood, with its newline and what of its payload is there.
    Line(Vec<u8>),
    Answer(Answer),
}

/// What matters besides the line.
pub(in crate::loopback) struct Around<'a> {
    pub(in crate::loopback) hub: &'a Hub,
    pub(in crate::loopback) version: Option<Version>,
    pub(in crate::loopback) is_session: bool,
}

impl Hearing {
    pub(super) fn new(table: &'static Table) -> Self {
        Self {
            table,
            buffer: Vec::new(),
            sentence: Sentence::default(),
            twice: Vec::new(),
            version: None,
            private: Zeroizing::default(),
            is_primary: false,
        }
    }

    /// Takes what one read has brought.
    pub(in crate::loopback) fn receive(&mut self, bytes: &[u8]) {
        self.buffer.extend(bytes);
    }

    /// What was not heard.
    pub(in crate::loopback) fn into_rest(self) -> Vec<u8> {
        self.buffer
    }

    /// Hears the next line, which is told as it came in; `None` if there is none yet.
    pub(in crate::loopback) fn next(&mut self, around: &Around<'_>) -> Option<(Vec<u8>, Heard)> {
        let is_hello = around.version.is_none();
        let (limit, too_long) = self.table.longest;
        let newline = self.buffer.iter().position(|byte| *byte == b'\n');
        let end = match newline {
            Some(at) if at < limit => at,
            None if self.buffer.is_empty() => return None,
            None if is_hello && self.table.greeting.is_one_read => self.buffer.len(),
            None if self.buffer.len() < limit => return None,
            _ => {
                let line = std::mem::take(&mut self.buffer);
                return Some((line, Heard::Answer(too_long)));
            }
        };
        let line: Vec<u8> = self.buffer.drain(..end).collect();
        if newline.is_some() {
            self.buffer.drain(..1);
        }
        let heard = match self.understand(&line, around) {
            Ok(()) if is_hello => self.greet(),
            Ok(()) => self.obey(around),
            Err(answer) => Heard::Answer(answer),
        };
        let has_payload =
            matches!(heard, Heard::Line(_)) && self.sentence.words.ends_with(b" SEND");
        if self.table.rest == Rest::Dropped && !has_payload {
            self.buffer.clear();
        }
        Some((line, heard))
    }

    fn understand(&mut self, line: &[u8], around: &Around<'_>) -> Result<(), Answer> {
        let is_i2pd = matches!(self.table.grammar, Grammar::I2pd { .. });
        // i2pd looks for this in commands alone.
        let line = match line.strip_suffix(b"\r") {
            Some(line) if is_i2pd && around.version.is_some() => line,
            _ => line,
        };
        match Sentence::parse(line, &self.buffer, self.table.grammar) {
            Ok(sentence) => self.sentence = sentence,
            Err(nonsense) => {
                let [unterminated, twice] = self.table.nonsense;
                return Err(match nonsense {
                    Nonsense::Unterminated => unterminated,
                    Nonsense::Twice(key) => {
                        self.twice = key;
                        twice
                    }
                });
            }
        }
        if self.table.any_case {
            self.sentence.words.make_ascii_uppercase();
        }
        Ok(())
    }

    fn greet(&mut self) -> Heard {
        let greeting = &self.table.greeting;
        if self.sentence.words != b"HELLO VERSION" {
            let [command, other] = greeting.other;
            let answer = if self.command().is_some() {
                command
            } else {
                other
            };
            return Heard::Answer(answer);
        }
        let [min, max] = ["MIN", "MAX"].map(|key| self.sentence.value(key));
        let Some(version) = (greeting.settle)(min, max) else {
            return Heard::Answer(Answer::Part("HELLO REPLY RESULT=NOVERSION\n"));
        };
        // Some say numbers that are no version of this protocol.
        let known = match version.as_str() {
            "3.1" => Version::V3_1,
            "3.2" => Version::V3_2,
            "3.3" => Version::V3_3,
            _ => Version::V3_0,
        };
        let mut line = format!("HELLO VERSION MIN={known} MAX={known}").into_bytes();
        for key in ["USER", "PASSWORD"] {
            if let Some(value) = self.sentence.value(key) {
                put(&mut line, key, value);
            }
        }
        line.push(b'\n');
        self.version = Some(version);
        Heard::Line(line)
    }

    fn obey(&mut self, around: &Around<'_>) -> Heard {
        if self.sentence.words.is_empty() {
            return Heard::Answer(self.table.empty);
        }
        let Some(command) = self.command() else {
            let [two, one] = self.table.unknown;
            let has_noun = self.sentence.words.contains(&b' ');
            return Heard::Answer(if has_noun { two } else { one });
        };
        let mut checks = command.checks.iter();
        if let Some((_, answer)) = checks.find(|(flaw, _)| self.has(*flaw, around)) {
            return Heard::Answer(*answer);
        }
        if command.words == "SESSION CREATE" {
            self.is_primary = is_one_of(self.sentence.value("STYLE"), &["PRIMARY", "MASTER"]);
        }
        let mut line = command.words.as_bytes().to_vec();
        if !command.words.contains(' ') && !self.sentence.text.is_empty() {
            line.push(b' ');
            line.extend(&self.sentence.text);
        }
        for (key, kind) in command.keys {
            if let Some(value) = self.value(key, *kind) {
                put(&mut line, key, &value);
            }
        }
        line.push(b'\n');
        if command.words.ends_with(" SEND") {
            let size = self.sentence.value("SIZE").and_then(number);
            let size = size.unwrap_or_default().min(self.buffer.len());
            line.extend(self.buffer.drain(..size));
        }
        Heard::Line(line)
    }

    fn command(&self) -> Option<&'static Command> {
        let words = &self.sentence.words[..];
        let mut commands = self.table.commands.iter();
        commands.find(|command| {
            let known = command.words.as_bytes();
            known == words || (!known.contains(&b' ') && known == self.sentence.verb())
        })
    }

    /// The value that is passed on under a key.
    pub(super) fn value(&self, key: &str, kind: Kind) -> Option<Vec<u8>> {
        let value = self.sentence.value(key)?;
        let text = || str::from_utf8(value).ok();
        match kind {
            Kind::Text => Some(value.to_vec()),
            Kind::Flag => {
                let is_set = if self.table.grammar == Grammar::Java {
                    value.eq_ignore_ascii_case(b"true")
                } else {
                    value == b"true"
                };
                Some(is_set.to_string().into_bytes())
            }
            Kind::Number => number(value).map(|number| number.to_string().into_bytes()),
            Kind::Address => {
                let address: Option<IpAddr> = text()?.parse().ok();
                address.map(|_| value.to_vec())
            }
            Kind::Paired => {
                let other = if key == "HOST" { "PORT" } else { "HOST" };
                self.sentence.value(other).map(|_| value.to_vec())
            }
            Kind::Among(words) => is_one_of(Some(value), words).then(|| value.to_vec()),
        }
    }
}

pub(super) fn is_one_of(value: Option<&[u8]>, words: &[&str]) -> bool {
    value.is_some_and(|value| words.iter().any(|word| word.as_bytes() == value))
}

/// The number a text begins with.
pub(super) fn number(text: &[u8]) -> Option<usize> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit());
    let digits = text.get(..end.unwrap_or(text.len()))?;
    str::from_utf8(digits).ok()?.parse().ok()
}

/// Adds a pair in the specification's spelling.
fn put(line: &mut Vec<u8>, key: &str, value: &[u8]) {
    line.push(b' ');
    line.extend(key.as_bytes());
    line.extend(b"=\"");
    for byte in value {
        if matches!(byte, b'"' | b'\\') {
            line.push(b'\\');
        }
        line.push(*byte);
    }
    line.push(b'"');
}
