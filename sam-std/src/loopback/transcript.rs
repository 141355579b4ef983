//! A recording of what a bridge and its clients say to each other.
//!
//! Its format is the one of the recordings of real routers, see `tests/transcripts`: a line for
//! each line that was said, bytes of streams in hexadecimal, and a letter for each socket.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::lock::lock;
use super::redacted::redacted;

/// Says what the file is.
const HEAD: &str = concat!(
    "# loopback: recorded from LoopbackBridge ",
    env!("CARGO_PKG_VERSION"),
    "\n# Private keys and passwords were replaced. The bytes of streams were not.\n"
);

/// How many sockets can be told apart at a time.
const LETTERS: usize = 52;

/// A file that is written while things happen.
pub(super) struct Transcript(Mutex<Recording>);

struct Recording {
    /// `None` once it could not be written.
    file: Option<File>,
    taken: [bool; LETTERS],
    last: usize,
}

/// What happens on one socket. It is over when this is dropped.
#[derive(Default)]
pub(super) struct Track {
    /// `None` if nothing is recorded.
    transcript: Option<Arc<Transcript>>,
    letter: Option<usize>,
    course: Mutex<Course>,
}

/// How far a socket has come.
#[derive(Default)]
struct Course {
    /// What was received and not yet heard as lines.
    unheard: Vec<u8>,
    is_stream: bool,
    has_client_ended: bool,
    is_over: bool,
}

impl Transcript {
    /// Begins a recording in a file that only its owner can read, in place of what was there.
    pub(super) fn create(path: &Path) -> io::Result<Arc<Self>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        #[cfg(unix)]
        if file.metadata()?.is_file() {
            // Another one may have stood there.
            let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            file.set_permissions(only_owner)?;
        }
        file.write_all(HEAD.as_bytes())?;
        Ok(Arc::new(Self(Mutex::new(Recording {
            file: Some(file),
            taken: [false; LETTERS],
            last: LETTERS - 1,
        }))))
    }

    /// A client has come.
    pub(super) fn open(self: &Arc<Self>) -> Track {
        let mut recording = lock(&self.0);
        let letter = recording.take_letter();
        match letter {
            Some(letter) => recording.write(&[b"@", name(letter), b" open"]),
            None => recording.write(&[b"# a socket is left out: all letters are in use"]),
        }
        drop(recording);
        Track {
            transcript: Some(Arc::clone(self)),
            letter,
            course: Mutex::default(),
        }
    }
}

impl Recording {
    /// The next letter in turn that nobody has.
    fn take_letter(&mut self) -> Option<usize> {
        let mut turn = (1..=LETTERS).map(|step| (self.last + step) % LETTERS);
        let letter = turn.find(|letter| self.taken.get(*letter) == Some(&false))?;
        self.set_taken(letter, true);
        self.last = letter;
        Some(letter)
    }

    fn set_taken(&mut self, letter: usize, is_taken: bool) {
        if let Some(taken) = self.taken.get_mut(letter) {
            *taken = is_taken;
        }
    }

    /// Writes one entry. It is in the file before its consequences are.
    fn write(&mut self, parts: &[&[u8]]) {
        let line = [&parts.concat()[..], b"\n"].concat();
        let Some(file) = &mut self.file else {
            return;
        };
        if let Err(error) = file.write_all(&line) {
            log::error!("the transcript ends here: {error}");
            self.file = None;
        }
    }
}

impl Track {
    /// The client has sent these bytes.
    pub(super) fn received(&self, bytes: &[u8]) {
        let mut course = lock(&self.course);
        if course.is_stream {
            self.note_bytes(b"=>", bytes);
        } else if self.transcript.is_some() {
            course.unheard.extend(bytes);
        }
    }

    /// The client sends no more.
    pub(super) fn ended(&self) {
        let mut course = lock(&self.course);
        course.has_client_ended = true;
        self.note_unheard(&mut course);
    }

    /// The bridge has heard all lines up to this one.
    pub(super) fn heard(&self, line: &[u8]) {
        let is_it = |received: &[u8]| {
            let received = received.strip_suffix(b"\n")?;
            (received == line || received.strip_suffix(b"\r") == Some(line)).then_some(())
        };
        self.heard_through(|lines| {
            let mut end = 0;
            for received in lines.split_inclusive(|byte| *byte == b'\n') {
                end += received.len();
                if is_it(received).is_some() {
                    return end;
                }
            }
            0
        });
    }

    /// The bridge has taken so many bytes behind the line it heard last.
    pub(super) fn took_payload(&self, len: usize) {
        let mut course = lock(&self.course);
        let len = len.min(course.unheard.len());
        let payload: Vec<u8> = course.unheard.drain(..len).collect();
        self.note_bytes(b"=>", &payload);
    }

    /// The bridge has heard all lines.
    pub(super) fn heard_all(&self) {
        self.heard_through(|lines| {
            let last = lines.iter().rposition(|byte| *byte == b'\n');
            last.map_or(0, |last| last + 1)
        });
    }

    /// The bridge says this line.
    pub(super) fn says(&self, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        self.note(&[self.name(), b"<- ", &redacted(line)]);
    }

    /// The bridge passes these bytes of a stream on.
    pub(super) fn sends(&self, bytes: &[u8]) {
        self.note_bytes(b"<=", bytes);
    }

    /// From now on, and behind the last line that was heard, there is a stream.
    pub(super) fn becomes_stream(&self) {
        let mut course = lock(&self.course);
        course.is_stream = true;
        let first = std::mem::take(&mut course.unheard);
        self.note_bytes(b"=>", &first);
    }

    /// The bridge sends no more, or the client had ended before.
    pub(super) fn is_over(&self) {
        let mut course = lock(&self.course);
        if !std::mem::replace(&mut course.is_over, true) {
            self.note_unheard(&mut course);
            if course.has_client_ended {
                self.note(&[b"@", self.name(), b" close"]);
            } else {
                self.note(&[self.name(), b"!! eof"]);
            }
        }
    }

    fn heard_through(&self, end: impl FnOnce(&[u8]) -> usize) {
        let mut course = lock(&self.course);
        let end = end(&course.unheard);
        let lines: Vec<u8> = course.unheard.drain(..end).collect();
        self.note_lines(&lines);
    }

    /// What the client has said last, and perhaps not to its end.
    fn note_unheard(&self, course: &mut Course) {
        let rest = std::mem::take(&mut course.unheard);
        self.note_lines(&rest);
        if rest.last().is_some_and(|byte| *byte != b'\n') {
            self.note(&[b"# ", self.name(), b" did not end this line"]);
        }
    }

    fn note_lines(&self, lines: &[u8]) {
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            self.note(&[self.name(), b"-> ", &redacted(line)]);
        }
    }

    fn note_bytes(&self, arrow: &[u8], bytes: &[u8]) {
        if self.letter.is_some() && !bytes.is_empty() {
            let digit = |value: u8| b"0123456789abcdef".get(usize::from(value)).copied();
            let hex = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let hex: Vec<u8> = hex.filter_map(digit).collect();
            self.note(&[self.name(), arrow, b" ", &hex]);
        }
    }

    fn note(&self, parts: &[&[u8]]) {
        if let (Some(transcript), Some(_)) = (&self.transcript, self.letter) {
            lock(&transcript.0).write(parts);
        }
    }

    fn name(&self) -> &'static [u8] {
        self.letter.map_or(b"?", name)
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        self.is_over();
        if let (Some(transcript), Some(letter)) = (&self.transcript, self.letter) {
            lock(&transcript.0).set_taken(letter, false);
        }
    }
}

fn name(letter: usize) -> &'static [u8] {
    const NAMES: &[u8; LETTERS] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    NAMES.get(letter..=letter).unwrap_or(b"?")
}
