//! Plays a recorded socket with its arrows swapped: its client against this crate's bridge.

use sam_core::bridge::{Bridge, Ending, Request};
use sam_core::{
    Command, Connection, Error, Peer, Reply, ResultCode, Status, Step, Version, Versions, Writer,
};

use crate::transcript::{Entry, Socket};

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Recorded replies that the bridge was given and has passed on, meaning the same.
    pub passed_on: usize,
    /// What the bridge said by itself, behind what the router had said there, if anything.
    pub own: Vec<(Option<String>, String)>,
    /// Lines of the client's that came after the bridge had ended line mode.
    pub unheard: usize,
}

const ROOM: usize = 4096;

/// Serves the client of a recorded socket, which speaks in portions of so many bytes.
///
/// # Panics
/// If the bridge takes a line for another request than it is, or breaks its own contract.
pub fn serve(socket: &Socket, portion: usize) -> Served {
    let bridge = Bridge::new(versions(socket));
    let mut server = Server {
        connection: Connection::new(bridge, vec![0; ROOM], vec![0; ROOM]).unwrap(),
        served: Served::default(),
    };
    let mut entries = socket.entries.as_slice();
    while let Some((entry, rest)) = entries.split_first() {
        entries = rest;
        if let Entry::Sent(payload) = entry {
            server.take(payload);
        }
        if let Entry::Said(line) = entry {
            let replies = rest
                .iter()
                .take_while(|entry| !matches!(entry, Entry::Said(_)));
            let replies = replies.filter_map(|entry| match entry {
                Entry::Heard(line) | Entry::HeardCut(line) => Some(line.as_slice()),
                _ => None,
            });
            server.hear(line, &replies.collect::<Vec<_>>(), portion);
        }
    }
    server.served
}

struct Server {
    connection: Connection<Bridge, Vec<u8>>,
    served: Served,
}

impl Server {
    /// Hears one line and answers it: as the router did, if it is for the program to answer.
    fn hear(&mut self, line: &[u8], replies: &[&[u8]], portion: usize) {
        if self.connection.step() == Ok(Step::Done) {
            self.served.unheard += 1;
            return;
        }
        let mut requests = Vec::new();
        for bytes in [line, b"\n"].concat().chunks(portion) {
            assert_eq!(
                self.connection.step(),
                Ok(Step::Receive),
                "{}",
                line.escape_ascii()
            );
            self.connection.spare().unwrap()[..bytes.len()].copy_from_slice(bytes);
            self.connection.received(bytes.len()).unwrap();
            if let Ok(Step::Event(line)) = self.connection.step() {
                requests.push(kind(&self.connection.event(line).unwrap()));
            }
        }
        let said = self.said();
        let recorded = replies
            .first()
            .map(|reply| reply.escape_ascii().to_string());
        match requests.as_slice() {
            [] if said.is_empty() => assert!(line.starts_with(b"PONG")),
            [] => self
                .served
                .own
                .push((recorded, said.escape_ascii().to_string())),
            [request] if request.ends_with(" SEND ") => {
                assert!(line.starts_with(request.as_bytes()) && said.is_empty());
                self.served.passed_on += 1;
            }
            [request] => {
                assert!(
                    line.starts_with(request.as_bytes()),
                    "{}",
                    line.escape_ascii()
                );
                assert!(said.is_empty(), "it has to be asked first");
                self.answer(replies);
            }
            more => panic!("one line is one request: {more:?}"),
        }
    }

    /// Hears the payload of a datagram.
    fn take(&mut self, payload: &[u8]) {
        let due = self.connection.payload_due();
        if due == 0 {
            return;
        }
        assert_eq!(self.connection.step(), Ok(Step::Payload(payload.len())));
        self.connection.payload_read(payload.len()).unwrap();
        assert_eq!(self.connection.payload_due(), 0);
    }

    /// Gives the recorded replies and checks that they come out as they went in; refuses if there
    /// is none that the bridge could give.
    fn answer(&mut self, replies: &[&[u8]]) {
        let reply = replies.first().and_then(|line| Reply::parse(line).ok());
        let given = reply.is_some_and(|reply| {
            let answer = |bridge: &mut Bridge, tx: &mut Writer<'_>| bridge.answer(&reply, tx);
            self.connection.request(answer).is_ok()
        });
        if !given {
            let status = Status::new(ResultCode::I2pError);
            self.request(|bridge, tx| bridge.refuse(status, tx));
            let said = self.said().escape_ascii().to_string();
            let recorded = replies.first().map(|line| line.escape_ascii().to_string());
            self.served.own.push((recorded, said));
            return;
        }
        let said = self.said();
        if !said.is_empty() {
            assert_eq!(Reply::parse(said.strip_suffix(b"\n").unwrap()).ok(), reply);
        }
        self.served.passed_on += 1;
        let more = replies.get(1..).unwrap_or_default();
        if let [line, ..] = more
            && let Ok(peer) = Peer::parse(line)
        {
            self.request(|bridge, tx| bridge.peer(peer, tx));
            let said = self.said();
            assert_eq!(Peer::parse(said.strip_suffix(b"\n").unwrap()), Ok(peer));
            assert_eq!(self.connection.machine().ending(), Ending::Stream);
            self.served.passed_on += 1;
        }
    }

    fn request(&mut self, say: impl FnOnce(&mut Bridge, &mut Writer<'_>) -> Result<(), Error>) {
        self.connection.request(say).unwrap();
    }

    /// What the bridge says now.
    fn said(&mut self) -> Vec<u8> {
        let mut said = Vec::new();
        while self.connection.step() == Ok(Step::Transmit) {
            let line = self.connection.pending().to_vec();
            self.connection.transmitted(line.len()).unwrap();
            said.extend(line);
        }
        said
    }
}

/// The first two words of the command that makes such a request.
fn kind(request: &Request<'_>) -> &'static str {
    match request {
        Request::Create(_) => "SESSION CREATE ",
        Request::Add(_) => "SESSION ADD ",
        Request::Remove(_) => "SESSION REMOVE ",
        Request::Send(send) if send.is_raw => "RAW SEND ",
        Request::Send(_) => "DATAGRAM SEND ",
        Request::Connect(_) => "STREAM CONNECT ",
        Request::Accept(_) => "STREAM ACCEPT ",
        Request::Forward(_) => "STREAM FORWARD ",
        Request::Auth(_) => "AUTH",
        Request::Lookup(_) => "NAMING LOOKUP ",
        Request::Generate(_) => "DEST GENERATE",
        _ => "a request this test does not know",
    }
}

/// Versions with which the bridge settles on what the router has settled on, if that can be.
fn versions(socket: &Socket) -> Versions {
    let settled = socket
        .heard()
        .into_iter()
        .find_map(|line| match Reply::parse(line) {
            Ok(Reply::Hello { version, .. }) => version,
            _ => None,
        });
    let wanted = match socket.said().first().map(|line| Command::parse(line)) {
        Some(Ok(Command::Hello(hello))) => hello.min,
        _ => None,
    };
    let max = match (settled, wanted) {
        (Some(version), _) => version,
        // Older than what it wants.
        (None, Some(min)) if min > Version::V3_1 => Version::V3_1,
        (None, _) => Version::V3_3,
    };
    Versions {
        min: Version::V3_0,
        max,
    }
}
