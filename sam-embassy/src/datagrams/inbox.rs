//! Datagrams that came and wait for somebody to receive them.

use sam_core::header::{CountedReceived, Source};
use sam_core::{Connection, ControlDatagrams, Destination, Ports, Style};

use super::received::{DestinationBytes, Received};
use crate::error::Error;
use crate::identity::LONGEST_DESTINATION;

/// Datagrams that can wait at the same time, if their bytes have room.
const ROOM: usize = 8;

/// A queue of datagrams in one piece of memory.
#[derive(Default)]
pub(super) struct Inbox {
    /// Source and payload of one datagram after the other.
    bytes: &'static mut [u8],
    /// Whether nobody says who sent them.
    is_raw: bool,
    waiting: heapless::Deque<Entry, ROOM>,
    /// The datagram whose payload is coming, and how much of it is there; behind all that wait.
    arriving: Option<(Entry, usize)>,
}

#[derive(Clone, Copy)]
struct Entry {
    source: usize,
    payload: usize,
    /// Whether it is in the queue's bytes; otherwise it is larger than they are.
    is_kept: bool,
    ports: Option<Ports>,
    protocol: Option<u8>,
}

/// Why a datagram is not taken.
pub(super) enum Loss {
    /// It makes no sense.
    Malformed,
    /// There is no room for it now.
    Missed,
}

impl Inbox {
    pub(super) fn new(bytes: &'static mut [u8], style: Style) -> Self {
        Self {
            bytes,
            is_raw: style == Style::Raw,
            ..Self::default()
        }
    }

    /// Makes room for what a router has announced; what can never have room waits without its
    /// bytes, so that somebody is told.
    pub(super) fn begin(&mut self, header: CountedReceived<'_>) -> Result<(), Loss> {
        let source = match (self.is_raw, header.source) {
            (true, None) => None,
            (false, Some(Source::Destination(text))) => Some(text),
            _ => return Err(Loss::Malformed),
        };
        let source_len = source.map_or(0, |text| text.decoded_len());
        if source_len > LONGEST_DESTINATION {
            return Err(Loss::Malformed);
        }
        let mut entry = Entry {
            source: source_len,
            payload: header.size,
            is_kept: true,
            ports: header.ports,
            protocol: header.protocol,
        };
        if self.waiting.is_full() {
            return Err(Loss::Missed);
        }
        if entry.len() > self.bytes.len() {
            entry.is_kept = false;
            return self.waiting.push_back(entry).map_err(|_| Loss::Missed);
        }
        let start = self.used();
        let room = self.bytes.get_mut(start..).unwrap_or_default();
        if entry.len() > room.len() {
            return Err(Loss::Missed);
        }
        if let Some(text) = source {
            text.decode(room).map_err(|_| Loss::Malformed)?;
        }
        self.arriving = Some((entry, 0));
        Ok(())
    }

    /// Takes the payload that has come.
    pub(super) fn fill(&mut self, connection: &mut Connection<ControlDatagrams, &mut [u8]>) {
        let Some((entry, came)) = self.arriving else {
            return skip(connection);
        };
        let start = self.used();
        let end = start + entry.len();
        let room = self.bytes.get_mut(start + entry.source + came..end);
        let count = connection.take_payload(room.unwrap_or_default());
        self.arriving = Some((entry, came + count));
        if connection.payload_due() == 0 {
            self.arriving = None;
            let _ = self.waiting.push_back(entry); // `begin` has seen that there is room
        }
    }

    /// The datagram that has waited longest.
    pub(super) fn take(&mut self, out: &mut [u8]) -> Option<Result<Received, Error>> {
        let entry = self.waiting.pop_front()?;
        let oversized = Err(Error::Oversized { len: entry.payload });
        if !entry.is_kept {
            return Some(oversized);
        }
        let taken = self.copy_first(entry, out);
        // The rest moves up, with what has come of the datagram that is arriving.
        let used = entry.len() + self.used() + self.arriving.map_or(0, |(entry, _)| entry.len());
        if let Some(used) = self.bytes.get_mut(..used) {
            used.rotate_left(entry.len().min(used.len()));
        }
        Some(taken.map_or(oversized, Ok))
    }

    /// Gives up the datagram that is arriving; returns whether there was one.
    pub(super) const fn give_up(&mut self) -> bool {
        self.arriving.take().is_some()
    }

    /// `None` if `out` is too small.
    fn copy_first(&self, entry: Entry, out: &mut [u8]) -> Option<Received> {
        let (source, rest) = self.bytes.split_at_checked(entry.source)?;
        let payload = rest.get(..entry.payload)?;
        out.get_mut(..entry.payload)?.copy_from_slice(payload);
        let source = heapless::Vec::from_slice(source).ok()?;
        Some(Received {
            len: entry.payload,
            source: Destination::new(DestinationBytes(source)).ok(), // or none: of no bytes
            ports: entry.ports,
            protocol: entry.protocol,
        })
    }

    /// Bytes of what waits.
    fn used(&self) -> usize {
        let kept = self.waiting.iter().filter(|entry| entry.is_kept);
        kept.map(Entry::len).sum()
    }
}

impl Entry {
    const fn len(&self) -> usize {
        self.source.saturating_add(self.payload)
    }
}

/// Reads past payload that nobody wants.
pub(crate) fn skip(connection: &mut Connection<ControlDatagrams, &mut [u8]>) {
    while connection.take_payload(&mut [0; 64]) > 0 {}
}
