//! The options as they stand in a line.

use core::fmt;

use super::SessionOptions;
use super::option::{is_option_key, is_protocol_key};
use crate::error::{Error, Usage};
use crate::grammar::Pairs;
use crate::value::Value;
use crate::writer::Writer;

/// The options of a `SESSION CREATE` line: to be written, or as a client wrote them.
#[derive(Clone, Copy)]
pub struct Options<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Typed(SessionOptions<'a>),
    Line(Pairs<'a>),
}

/// Takes a pair of a line.
type PutPair<'p> = &'p mut dyn FnMut(&[u8], Value<'_>) -> Result<(), Error>;

impl<'a> Options<'a> {
    /// The pairs of a line that are not the command's own.
    pub(crate) const fn from_pairs(pairs: Pairs<'a>) -> Self {
        Self(Source::Line(pairs))
    }

    /// Calls `put` with each option, in order; stops at its first error.
    ///
    /// # Errors
    /// Those of `put`; [`Error::Usage`] for an option that cannot be sent.
    pub fn each(&self, put: PutPair<'_>) -> Result<(), Error> {
        match self.0 {
            Source::Typed(options) => options.each(&mut |key, value| put(key.as_bytes(), value)),
            Source::Line(mut pairs) => pairs.try_for_each(|pair| match pair.value {
                Some(value) if !is_protocol_key(pair.key) => put(pair.key, value),
                _ => Ok(()),
            }),
        }
    }

    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        let said = match self.0 {
            Source::Typed(options) => options
                .validate()
                .map(|()| options.encode(line))
                .map_err(Error::Usage),
            Source::Line(_) => self.each(&mut |key, value| match core::str::from_utf8(key) {
                Ok(text) if is_option_key(key) => line.pair(text, value),
                _ => Err(Usage::OptionKey.into()),
            }),
        };
        if let Err(error) = said {
            line.fail(error);
        }
    }

    fn len(&self) -> usize {
        let mut count = 0;
        let _ = self.each(&mut |_, _| {
            count += 1;
            Ok(())
        });
        count
    }

    fn count(&self, wanted: &[u8], meaning: Value<'_>) -> usize {
        let mut count = 0;
        let _ = self.each(&mut |key, value| {
            count += usize::from(key == wanted && value == meaning);
            Ok(())
        });
        count
    }
}

impl<'a> From<SessionOptions<'a>> for Options<'a> {
    fn from(options: SessionOptions<'a>) -> Self {
        Self(Source::Typed(options))
    }
}

/// The same options, in any order.
impl PartialEq for Options<'_> {
    fn eq(&self, other: &Self) -> bool {
        let mut same = self.len() == other.len();
        let _ = self.each(&mut |key, value| {
            same &= self.count(key, value) == other.count(key, value);
            Ok(())
        });
        same
    }
}

impl Eq for Options<'_> {}

/// Shows keys only: among the values may be keys of an encrypted leaseset.
impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        let _ = self.each(&mut |key, _| {
            list.entry(&Value::new(key));
            Ok(())
        });
        list.finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Options<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{} options", self.len());
    }
}
