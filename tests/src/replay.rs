//! A recorded client at a bridge: does it answer as the router did?

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::transcript::{Entry, Event, Happening};

/// Nothing takes longer but for a fault.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long nothing is heard where the router was silent.
const SILENCE: Duration = Duration::from_millis(300);
/// No key and no destination is shorter in base64.
const SHORTEST: usize = 516;

/// Says what the client of a recording said, in its order, and compares what the bridge answers.
///
/// Keys and destinations that the router made are others here: the first time one is heard it
/// takes the place of the recorded one, in all that is said and heard later.
///
/// # Errors
/// The first difference.
pub fn replay(events: &[Event], bridge: SocketAddr) -> Result<(), String> {
    let mut replay = Replay {
        bridge,
        sockets: BTreeMap::new(),
        keys: BTreeMap::new(),
    };
    for (index, (letter, happening)) in events.iter().enumerate() {
        // Bytes that were said in one write with a line.
        let behind = match events.get(index + 1) {
            Some((next, Happening::Entry(Entry::Sent(bytes)))) if next == letter => bytes,
            _ => &Vec::new(),
        };
        replay
            .go_on(*letter, happening, behind)
            .map_err(|difference| format!("event {index}, {letter}: {difference}"))?;
    }
    Ok(())
}

struct Replay {
    bridge: SocketAddr,
    sockets: BTreeMap<char, TcpStream>,
    keys: BTreeMap<String, String>,
}

impl Replay {
    fn go_on(&mut self, letter: char, happening: &Happening, behind: &[u8]) -> Result<(), String> {
        let entry = match happening {
            Happening::Opened => {
                let socket = TcpStream::connect(self.bridge).map_err(text)?;
                socket.set_nodelay(true).map_err(text)?;
                self.sockets.insert(letter, socket);
                return Ok(());
            }
            Happening::Closed => {
                self.sockets.remove(&letter);
                return Ok(());
            }
            Happening::Entry(entry) => entry,
        };
        let socket = self.sockets.get_mut(&letter).expect("an open socket");
        match entry {
            Entry::Said(line) => {
                let is_datagram = line.starts_with(b"DATAGRAM SEND") || line.starts_with(b"RAW");
                let mut bytes = said(line, &self.keys);
                bytes.push(b'\n');
                bytes.extend(if is_datagram { behind } else { &[] });
                // A bridge that has closed is heard, not told.
                let _ = socket.write_all(&bytes);
                Ok(())
            }
            Entry::Heard(line) => {
                let heard = hear(socket, |heard| heard.ends_with(b"\n"), PATIENCE)?;
                compare(&[line, &b"\n"[..]].concat(), &heard, &mut self.keys)
            }
            Entry::HeardCut(bytes) => {
                let heard = hear(socket, |_| false, PATIENCE)?;
                compare(bytes, &heard, &mut self.keys)
            }
            Entry::Sent(bytes) => {
                let _ = socket.write_all(bytes);
                Ok(())
            }
            Entry::Received(bytes) => {
                let heard = hear(socket, |heard| heard.len() == bytes.len(), PATIENCE)?;
                compare(bytes, &heard, &mut self.keys)
            }
            Entry::Closed => compare(b"", &hear(socket, |_| false, PATIENCE)?, &mut self.keys),
            Entry::Silence => match hear(socket, |heard| !heard.is_empty(), SILENCE) {
                Err(_) => Ok(()),
                Ok(heard) => Err(format!("no silence: {}", heard.escape_ascii())),
            },
        }
    }
}

/// Reads until it is enough or the bridge closes.
fn hear(
    socket: &mut TcpStream,
    is_enough: impl Fn(&[u8]) -> bool,
    patience: Duration,
) -> Result<Vec<u8>, String> {
    socket.set_read_timeout(Some(patience)).map_err(text)?;
    let mut heard = Vec::new();
    let mut byte = [0];
    while !is_enough(&heard) {
        match socket.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => heard.extend(byte),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break,
            Err(error) => return Err(format!("{error} after {}", heard.escape_ascii())),
        }
    }
    Ok(heard)
}

/// A recorded line, with the keys of this bridge.
fn said(line: &[u8], keys: &BTreeMap<String, String>) -> Vec<u8> {
    let line = String::from_utf8_lossy(line);
    let pieces = pieces(&line).into_iter();
    let pieces = pieces.map(|piece| keys.get(piece).map_or(piece, String::as_str));
    pieces.collect::<String>().into_bytes()
}

fn compare(
    recorded: &[u8],
    heard: &[u8],
    keys: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let (recorded, heard) = (
        String::from_utf8_lossy(recorded),
        String::from_utf8_lossy(heard),
    );
    let (theirs, ours) = (pieces(&recorded), pieces(&heard));
    let is_same = theirs.len() == ours.len()
        && theirs.iter().zip(&ours).all(|(theirs, ours)| {
            if theirs.len() < SHORTEST || theirs.len() != ours.len() {
                return theirs == ours;
            }
            let known = keys.entry((*theirs).to_owned());
            known.or_insert_with(|| (*ours).to_owned()) == ours
        });
    if is_same {
        Ok(())
    } else {
        let (recorded, heard) = (recorded.escape_debug(), heard.escape_debug());
        Err(format!("\n  router: {recorded}\n  bridge: {heard}"))
    }
}

/// The same text in pieces: whatever may be a key or a destination, and what is between.
fn pieces(text: &str) -> Vec<&str> {
    text.split_inclusive([' ', '=', '\n'])
        .flat_map(|piece| {
            let end = piece.trim_end_matches([' ', '=', '\n']).len();
            [&piece[..end], &piece[end..]]
        })
        .collect()
}

fn text(error: io::Error) -> String {
    error.to_string()
}
