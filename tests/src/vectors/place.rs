//! Where a vector is played.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{Answer, Before, End, Heard, Step, Vector};

/// A bridge, and what a client needs there.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where vectors are played.
    pub bridge: SocketAddr,
    /// Where the peers of its sessions are.
    pub peers: SocketAddr,
    /// The key of sessions: `TRANSIENT`, or one that the router runs already, and options.
    pub key: String,
    /// The key of the peers' sessions.
    pub peer_key: String,
    /// How long a bridge is silent that has nothing more to say.
    pub silence: Duration,
    /// How long is waited for what a bridge should say or do.
    pub patience: Duration,
}

/// Between two writes, so that they are two segments.
const PAUSE: Duration = Duration::from_millis(100);
/// Nothing takes longer but for a fault.
const PATIENCE: Duration = Duration::from_secs(60);

impl Place {
    /// A bridge that makes keys at once.
    pub fn new(bridge: SocketAddr) -> Self {
        Self {
            bridge,
            peers: bridge,
            key: "TRANSIENT".to_owned(),
            peer_key: "TRANSIENT".to_owned(),
            silence: Duration::from_millis(300),
            patience: Duration::from_secs(10),
        }
    }

    /// Plays a vector with a session of this ID, and listens until the bridge closes or is silent;
    /// what is expected of it may take longer.
    ///
    /// # Errors
    /// Those of sockets, and of a router that does not do what comes before the vector.
    pub fn play(&self, vector: &Vector, id: &str, expected: Option<&Answer>) -> io::Result<Heard> {
        let mut session = None;
        let mut client = match vector.before {
            Before::Nothing => Line::open(self.bridge)?,
            Before::Hello => Line::greeted(self.bridge)?,
            Before::Session => {
                session = Some(Line::session(self.bridge, id, &self.key)?);
                Line::greeted(self.bridge)?
            }
            Before::OwnSession => Line::session(self.bridge, id, &self.key)?,
        };
        let mut heard = Vec::new();
        let mut peers = Vec::new();
        for (index, step) in vector.steps.iter().enumerate() {
            match step {
                Step::Write(bytes) => {
                    if index > 0 {
                        thread::sleep(PAUSE);
                    }
                    let bytes = replaced(bytes, "<ID>", id);
                    let bytes = replaced(&bytes, "<KEY>", &self.key);
                    // A bridge that has closed is heard, not told.
                    let _ = client.0.write_all(&bytes);
                }
                Step::Peer(options) => {
                    heard.extend(client.line()?);
                    let session = session.as_mut().ok_or(io::ErrorKind::InvalidInput)?;
                    let destination = session.own_destination()?;
                    let peer_id = format!("{id}peer");
                    peers.push(Line::session(self.peers, &peer_id, &self.peer_key)?);
                    let mut stream = Line::greeted(self.peers)?;
                    stream.ask(&format!(
                        "STREAM CONNECT ID={peer_id} DESTINATION={destination} {options}"
                    ))?;
                    peers.push(stream);
                }
            }
        }
        client.listen(heard, expected, self)
    }
}

/// A connection on which lines are said and heard.
struct Line(TcpStream);

impl Line {
    fn open(bridge: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(bridge)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(stream))
    }

    fn greeted(bridge: SocketAddr) -> io::Result<Self> {
        for range in ["MIN=3.1 MAX=3.3", "MIN=3.0 MAX=3.1"] {
            let mut line = Self::open(bridge)?;
            let reply = line.ask(&format!("HELLO VERSION {range}"))?;
            if reply.starts_with("HELLO REPLY RESULT=OK ") {
                return Ok(line);
            }
        }
        Err(io::Error::other("no version in common"))
    }

    fn session(bridge: SocketAddr, id: &str, key: &str) -> io::Result<Self> {
        let mut line = Self::greeted(bridge)?;
        let reply = line.ask(&format!(
            "SESSION CREATE STYLE=STREAM ID={id} DESTINATION={key}"
        ))?;
        if reply.starts_with("SESSION STATUS RESULT=OK ") {
            Ok(line)
        } else {
            Err(io::Error::other(reply))
        }
    }

    fn own_destination(&mut self) -> io::Result<String> {
        let reply = self.ask("NAMING LOOKUP NAME=ME")?;
        let value = reply.trim_end().split_once("VALUE=");
        value
            .map(|(_, value)| value.to_owned())
            .ok_or_else(|| io::Error::other(reply.clone()))
    }

    fn ask(&mut self, line: &str) -> io::Result<String> {
        self.0.write_all(format!("{line}\n").as_bytes())?;
        self.line()
            .map(|line| String::from_utf8_lossy(&line).into_owned())
    }

    /// The next line, or what there is of it. Nothing behind it is taken.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.last() != Some(&b'\n') && self.0.read(&mut byte)? > 0 {
            line.extend(byte);
        }
        Ok(line)
    }

    fn listen(
        &mut self,
        mut heard: Vec<u8>,
        expected: Option<&Answer>,
        place: &Place,
    ) -> io::Result<Heard> {
        let deadline = Instant::now() + PATIENCE;
        let mut buffer = [0; 65536];
        loop {
            // What is still to come is awaited, what should not come is given its chance.
            let is_due = expected
                .is_some_and(|expected| expected.end == End::Closed || !expected.fits(&heard));
            let wait = if is_due {
                place.patience
            } else {
                place.silence
            };
            self.0.set_read_timeout(Some(wait))?;
            let end = match self.0.read(&mut buffer) {
                Ok(0) => Some(End::Closed),
                Ok(count) => {
                    heard.extend(&buffer[..count]);
                    None
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Some(End::Open),
                    io::ErrorKind::ConnectionReset => Some(End::Closed),
                    _ => return Err(error),
                },
            };
            if let Some(end) = end {
                return Ok(Heard { bytes: heard, end });
            }
            if Instant::now() > deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }
}

fn replaced(bytes: &[u8], placeholder: &str, value: &str) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(placeholder.as_bytes()) {
            replaced.extend(value.bytes());
            rest = behind;
        } else {
            replaced.push(rest[0]);
            rest = &rest[1..];
        }
    }
    replaced
}
