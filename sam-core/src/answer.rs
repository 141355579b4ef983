//! A router's line as its verb divides it: what the machines decide on.
//!
//! A [`Reply`](crate::Reply) is made of this and says it in the caller's terms, with a form for
//! each verb. Machines do without, so a program that only runs them does not link it.

use crate::error::{Error, Malformed};
use crate::field::Field;
use crate::grammar::{self, Sentence};
use crate::status::{ResultCode, Status};
use crate::types::Version;
use crate::value::Value;

/// The first word of a router's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Hello,
    Session,
    Stream,
    Naming,
    Dest,
    Ping,
    Pong,
    /// Nobody asks for it, but it may refuse.
    Other,
}

/// One line of a router, checked; its values are not yet put where they belong.
pub(crate) struct Answer<'a> {
    pub(crate) verb: Verb,
    /// The verb itself; of a PING or PONG its text.
    pub(crate) text: &'a [u8],
    /// What RESULT means; DEST may lack it.
    code: Option<ResultCode>,
    /// What HELLO settled on.
    pub(crate) version: Option<Version>,
    /// RESULT, MESSAGE, and the two keys of its own that a verb has.
    pub(crate) values: [Option<Value<'a>>; 4],
}

/// The verbs that answer something, and their keys.
const ANSWERS: [(&[u8], Verb, &[Field]); 5] = {
    use Field::{Destination, Id, Message, Name, Priv, Pub, Result, Value, Version};
    [
        (b"HELLO", Verb::Hello, &[Result, Message, Version]),
        (
            b"SESSION",
            Verb::Session,
            &[Result, Message, Destination, Id],
        ),
        (b"STREAM", Verb::Stream, &[Result, Message]),
        (b"NAMING", Verb::Naming, &[Result, Message, Name, Value]),
        (b"DEST", Verb::Dest, &[Result, Message, Pub, Priv]),
    ]
};

impl<'a> Answer<'a> {
    /// Parses one line without its `\n`; the errors are those of [`Reply::parse`](crate::Reply::parse).
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        let mut answer = Self {
            verb: Verb::Other,
            text: b"",
            code: None,
            version: None,
            values: [None; 4],
        };
        for (word, verb) in [(b"PING", Verb::Ping), (b"PONG", Verb::Pong)] {
            if let Some(text) = grammar::text_after(line, word) {
                answer.verb = verb;
                answer.text = text;
                return Ok(answer);
            }
        }
        let Sentence { verb, pairs, .. } = Sentence::parse(line)?;
        answer.text = verb;
        let mut keys = &[Field::Result, Field::Message][..];
        if let Some((_, verb, own)) = ANSWERS.iter().find(|(word, ..)| *word == verb) {
            answer.verb = *verb;
            keys = own;
        }
        pairs.fill(keys, &mut answer.values)?;
        answer.check()?;
        Ok(answer)
    }

    /// `Ok`, or the refusal as an error.
    pub(crate) fn result(&self) -> Result<(), Error> {
        match self.code {
            None | Some(ResultCode::Ok) => Ok(()),
            Some(code) => Err(Error::Refused(code)),
        }
    }

    /// The status, unless the line is not about one: PING, PONG, new keys.
    pub(crate) fn status(&self) -> Option<Status<'a>> {
        let [result, message, ..] = self.values;
        let has_keys = self.verb == Verb::Dest && self.result().is_ok();
        let result = result.filter(|_| !has_keys)?;
        Some(Status::of(result, message))
    }

    /// Reads what has a meaning here, and looks for what may not be missing.
    fn check(&mut self) -> Result<(), Malformed> {
        let [result, _, first, second] = self.values;
        self.code = result.map(ResultCode::from_value);
        let is_ok = self.result().is_ok();
        let missing = match self.verb {
            Verb::Hello if first.is_some() => {
                let text = first.and_then(Value::as_bytes).unwrap_or_default();
                let version = Version::parse(text);
                self.version = Some(version.ok_or(Malformed::Value(Field::Version))?);
                result.is_none().then_some(Field::Result)
            }
            Verb::Dest if is_ok && first.is_none() => Some(Field::Pub),
            Verb::Dest if is_ok && second.is_none() => Some(Field::Priv),
            Verb::Dest => None,
            // A peer line, or noise: no status at all.
            Verb::Other if result.is_none() => return Err(Malformed::Verb),
            _ if result.is_none() => Some(Field::Result),
            Verb::Naming if is_ok && second.is_none() => Some(Field::Value),
            _ => None,
        };
        missing.map_or(Ok(()), |key| Err(Malformed::Missing(key)))
    }
}
