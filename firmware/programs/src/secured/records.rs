//! Which TLS records may arrive, judged before embedded-tls sees them.
//!
//! A TLS 1.3 server says one record in clear, its hello or an alert instead, and perhaps one without
//! a meaning, for old middleboxes; all others are encrypted. embedded-tls 0.19 believes records in clear at any time: a clear `close_notify` ends
//! a stream as if the router had ended it, and a clear handshake message makes it panic. Whoever is
//! in the path can send both, so they end here.

/// Bytes before the content of a record: type, version and length.
const HEADER: usize = 5;

// Types of records.
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const ENCRYPTED: u8 = 23;

/// Follows what arrives, record by record, from the beginning of the connection.
pub(super) struct Records {
    header: [u8; HEADER],
    /// How much of the header is there.
    known: usize,
    /// Bytes of the content that have yet to come.
    content: usize,
    next: Next,
}

/// What may come next.
#[derive(Clone, Copy)]
enum Next {
    Hello,
    /// The record without a meaning, or none.
    Filler,
    Encrypted,
}

/// A record that no TLS 1.3 server sends at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forged;

impl Records {
    /// Nothing has arrived yet.
    pub(super) const fn new() -> Self {
        Self {
            header: [0; HEADER],
            known: 0,
            content: 0,
            next: Next::Hello,
        }
    }

    /// Judges the bytes that came next, which may begin and end anywhere.
    ///
    /// # Errors
    /// [`Forged`]: the connection is not to be used any more.
    pub(super) fn inspect(&mut self, mut bytes: &[u8]) -> Result<(), Forged> {
        loop {
            let skipped = self.content.min(bytes.len());
            self.content -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let [byte, rest @ ..] = bytes else {
                return Ok(());
            };
            bytes = rest;
            if let Some(place) = self.header.get_mut(self.known) {
                *place = *byte;
            }
            self.known += 1;
            let [kind, _, _, high, low] = self.header;
            if self.known == 1 {
                self.judge(kind)?;
            } else if self.known == HEADER {
                self.known = 0;
                self.content = u16::from_be_bytes([high, low]).into();
            }
        }
    }

    fn judge(&mut self, kind: u8) -> Result<(), Forged> {
        self.next = match (self.next, kind) {
            (Next::Hello, HANDSHAKE | ALERT) => Next::Filler,
            (Next::Filler, CHANGE_CIPHER_SPEC | ENCRYPTED) | (Next::Encrypted, ENCRYPTED) => {
                Next::Encrypted
            }
            _ => return Err(Forged),
        };
        Ok(())
    }
}

impl Default for Records {
    fn default() -> Self {
        Self::new()
    }
}
