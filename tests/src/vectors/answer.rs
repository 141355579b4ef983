//! What a bridge should say, and what it said.

use std::fmt;

use sam_core::DestinationText;

use super::text::{escaped, unescaped};

/// What a bridge should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pieces: Vec<Piece>,
    /// What becomes of the connection.
    pub end: End,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It stays, and nothing more is said for a while.
    Open,
    /// The bridge closes it.
    Closed,
}

/// What a bridge said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What became of the connection.
    pub end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Bytes(Vec<u8>),
    Base64(usize),
    Destination,
    Text,
}

impl Answer {
    /// Reads an answer with `open` or `closed` at its end.
    pub(super) fn read(cell: &str) -> Option<Self> {
        let (text, end) = cell.rsplit_once(' ')?;
        let end = match end {
            "open" => End::Open,
            "closed" => End::Closed,
            _ => return None,
        };
        let text = if text == "nothing" { "" } else { text };
        let pieces = pieces(text)?;
        Some(Self { pieces, end })
    }

    /// Whether these bytes are all that it tells.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        let rest = self.pieces.iter().try_fold(bytes, |bytes, piece| {
            let count = match piece {
                Piece::Bytes(same) => bytes.starts_with(same).then_some(same.len()),
                Piece::Base64(len) => (base64(bytes) == *len).then_some(*len),
                Piece::Destination => {
                    let len = base64(bytes);
                    DestinationText::new(&bytes[..len]).is_ok().then_some(len)
                }
                Piece::Text => bytes.iter().position(|byte| *byte == b'\n'),
            };
            count.map(|count| &bytes[count..])
        });
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// Whether this is what it tells.
    pub fn is_met(&self, heard: &Heard) -> bool {
        self.end == heard.end && self.fits(&heard.bytes)
    }
}

impl Heard {
    /// The same as something to expect, with keys and destinations known by their length alone.
    pub fn expected(&self) -> Answer {
        let mut pieces = Vec::new();
        let mut rest = self.bytes.as_slice();
        while !rest.is_empty() {
            let len = base64(rest);
            let (same, behind) = rest.split_at(len.max(1));
            match pieces.last_mut() {
                _ if len >= SHORTEST => pieces.push(Piece::Base64(len)),
                Some(Piece::Bytes(bytes)) => bytes.extend(same),
                _ => pieces.push(Piece::Bytes(same.into())),
            }
            rest = behind;
        }
        let end = self.end;
        Answer { pieces, end }
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expected().fmt(f)
    }
}

/// As it stands in a file.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pieces.is_empty() {
            f.write_str("nothing")?;
        }
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => f.write_str(&escaped(bytes))?,
                Piece::Base64(len) => write!(f, "<BASE64:{len}>")?,
                Piece::Destination => f.write_str("<DEST>")?,
                Piece::Text => f.write_str("<TEXT>")?,
            }
        }
        f.write_str(match self.end {
            End::Open => " open",
            End::Closed => " closed",
        })
    }
}

/// No destination is shorter in base64.
const SHORTEST: usize = 516;

fn pieces(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((plain, placeholder)) = rest.split_once('<') {
        push(&mut pieces, plain)?;
        let (placeholder, behind) = placeholder.split_once('>')?;
        pieces.push(match placeholder.split_once(':') {
            Some(("PUB" | "PRIV" | "BASE64", len)) => Piece::Base64(len.parse().ok()?),
            None if placeholder == "DEST" => Piece::Destination,
            None if placeholder == "TEXT" => Piece::Text,
            _ => return None,
        });
        rest = behind;
    }
    push(&mut pieces, rest)?;
    Some(pieces)
}

fn push(pieces: &mut Vec<Piece>, plain: &str) -> Option<()> {
    let bytes = unescaped(plain)?;
    if !bytes.is_empty() {
        pieces.push(Piece::Bytes(bytes));
    }
    Some(())
}

/// How many bytes at the front are I2P's base64, its padding included.
fn base64(bytes: &[u8]) -> usize {
    let digits = bytes.iter().take_while(|byte| is_base64(**byte)).count();
    let padding = bytes[digits..].iter().take_while(|byte| **byte == b'=');
    digits + padding.take(2).count()
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'~')
}
