//! Recorded conversations, as `transcripts/README.md` describes them.

use std::fs;
use std::path::PathBuf;

/// One line or event of a recording, seen from the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The client sent this line.
    Said(Vec<u8>),
    /// The router sent this line.
    Heard(Vec<u8>),
    /// The router sent this and no `\n`.
    HeardCut(Vec<u8>),
    /// The client sent these bytes.
    Sent(Vec<u8>),
    /// The router sent these bytes.
    Received(Vec<u8>),
    /// The router closed the connection.
    Closed,
    /// The router said nothing for a while.
    Silence,
}

/// What happened on one socket.
#[derive(Clone, Debug)]
pub struct Socket {
    /// Directory, file and letter.
    pub name: String,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// What a client should make of it, one event each; only golden transcripts say.
    pub expected: Vec<String>,
}

impl Socket {
    /// The lines the client sent.
    pub fn said(&self) -> Vec<&[u8]> {
        let said = self.entries.iter().filter_map(|entry| match entry {
            Entry::Said(line) => Some(line.as_slice()),
            _ => None,
        });
        said.collect()
    }

    /// The lines the router sent.
    pub fn heard(&self) -> Vec<&[u8]> {
        let heard = self.entries.iter().filter_map(|entry| match entry {
            Entry::Heard(line) | Entry::HeardCut(line) => Some(line.as_slice()),
            _ => None,
        });
        heard.collect()
    }

    /// The bytes the router sent when the socket was no longer made of lines.
    pub fn received(&self) -> Vec<u8> {
        let received = self.entries.iter().filter_map(|entry| match entry {
            Entry::Received(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        received.collect::<Vec<_>>().concat()
    }
}

/// The sockets of all recordings of one router, or `golden`, by file name.
pub fn of(router: &str) -> Vec<Socket> {
    let files = files(router);
    let sockets = files.iter().flat_map(|path| {
        let file = path.file_stem().unwrap().to_string_lossy();
        read(&format!("{router}/{file}"), &fs::read(path).unwrap())
    });
    sockets.collect()
}

/// The sockets of every recording there is: of all routers, and golden.
pub fn all() -> Vec<Socket> {
    ROUTERS
        .iter()
        .copied()
        .chain(["golden"])
        .flat_map(of)
        .collect()
}

/// The routers there are recordings of.
pub const ROUTERS: [&str; 4] = [
    "i2pd-2.45.1",
    "i2pd-2.59.0",
    "emissary-0.4.0",
    "java-i2p-2.8.0",
];

/// The directories with recordings in them.
pub fn directories() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    let directories = entries.filter(|entry| entry.path().is_dir());
    directories
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

fn files(router: &str) -> Vec<PathBuf> {
    let directory = root().join(router);
    let files = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{directory:?}: {error}"));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sam"));
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("transcripts")
}

/// What happened in a recording, to which of its sockets.
pub type Event = (char, Happening);

/// What may happen to a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The client opened it.
    Opened,
    /// The client closed it.
    Closed,
    /// Something was said, heard, or not.
    Entry(Entry),
}

/// The recordings of a router by file name, with what happened to all their sockets.
pub fn conversations(router: &str) -> Vec<(String, Vec<Event>)> {
    let conversations = files(router).into_iter().map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let events = events(&name, &fs::read(&path).unwrap());
        (name, events)
    });
    conversations.collect()
}

/// Reads one recording, with its sockets in the order of events.
///
/// # Panics
/// If a line is none that a recording is made of.
pub fn events(name: &str, text: &[u8]) -> Vec<Event> {
    let lines = text.split(|byte| *byte == b'\n');
    let events = lines.filter_map(|line| {
        let (letter, happening) = match line {
            [] | [b'#', ..] => return None,
            [b'@', letter, b' ', b'o', b'p', b'e', b'n'] => (letter, Happening::Opened),
            [b'@', letter, b' ', b'c', b'l', b'o', b's', b'e'] => (letter, Happening::Closed),
            [letter, first, second, b' ', rest @ ..] => {
                let entry = entry([*first, *second], rest)
                    .unwrap_or_else(|| panic!("{name}: not understood: {}", line.escape_ascii()));
                (letter, Happening::Entry(entry))
            }
            _ => panic!("{name}: not understood: {}", line.escape_ascii()),
        };
        Some((char::from(*letter), happening))
    });
    events.collect()
}

/// Reads one recording.
///
/// # Panics
/// If a line is none that a recording is made of: what is not understood is not tested either.
pub fn read(name: &str, text: &[u8]) -> Vec<Socket> {
    let mut sockets: Vec<Socket> = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        let shown = line.escape_ascii();
        if let Some(expected) = line.strip_prefix(b"#= ") {
            let (letter, event) = expected.split_at(1);
            let socket = find(&mut sockets, name, letter[0]);
            let event = String::from_utf8(event.trim_ascii().into()).unwrap();
            socket.expected.push(event);
            continue;
        }
        match line {
            [] | [b'#', ..] => {}
            [b'@', letter, b' ', b'o', b'p', b'e', b'n'] => sockets.push(Socket {
                name: format!("{name} {}", char::from(*letter)),
                entries: Vec::new(),
                expected: Vec::new(),
            }),
            [b'@', _, b' ', b'c', b'l', b'o', b's', b'e'] => {}
            [letter, first, second, b' ', rest @ ..] => {
                let entry = entry([*first, *second], rest)
                    .unwrap_or_else(|| panic!("{name}: not understood: {shown}"));
                find(&mut sockets, name, *letter).entries.push(entry);
            }
            _ => panic!("{name}: not understood: {shown}"),
        }
    }
    sockets
}

fn find<'s>(sockets: &'s mut [Socket], name: &str, letter: u8) -> &'s mut Socket {
    let wanted = format!("{name} {}", char::from(letter));
    let found = sockets.iter_mut().rfind(|socket| socket.name == wanted);
    found.unwrap_or_else(|| panic!("{wanted} was never opened"))
}

fn entry(arrow: [u8; 2], rest: &[u8]) -> Option<Entry> {
    match (&arrow, rest) {
        (b"->", line) => Some(Entry::Said(line.into())),
        (b"<-", line) => Some(match line.strip_suffix(b" (no LF)") {
            Some(cut) => Entry::HeardCut(cut.into()),
            None => Entry::Heard(line.into()),
        }),
        (b"=>", hex) => bytes(hex).map(Entry::Sent),
        (b"<=", hex) => bytes(hex).map(Entry::Received),
        (b"!!", b"eof" | b"reset") => Some(Entry::Closed),
        (b"..", _) => Some(Entry::Silence),
        _ => None,
    }
}

fn bytes(hex: &[u8]) -> Option<Vec<u8>> {
    let digits = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.chunks(2).map(digits).collect()
}
