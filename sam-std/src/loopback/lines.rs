//! A client as long as lines are spoken with it.

mod routers;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sam_core::bridge::{Bridge, Request};
use sam_core::{Connection, Line, Peer, Reply, ResultCode, Status, Step, Version};

use super::hub::Hub;
use super::personality::{Answer, Hearing};
use super::socket::Socket;

/// Bytes of the longest line, in either direction.
const LINE_BYTES: usize = 16 * 1024;

/// The same if lines are put in another spelling, and come with their payload.
const RESPELT_BYTES: usize = 64 * 1024;

/// How long a client may take to read what it is told.
const WRITE_TIME: Duration = Duration::from_secs(60);

/// A socket and the router's half of the protocol on it.
///
/// An error of any of its methods is the end of this client; there is nobody to tell it to.
pub(super) struct Lines {
    socket: Arc<Socket>,
    connection: Connection<Bridge, Vec<u8>>,
    /// When HELLO has to be there, and then, with some routers, what it was said for; `None` is for
    /// ever.
    said_by: Option<Instant>,
    hub: Arc<Hub>,
    /// How a router hears and speaks, unless it is as the specification says.
    hearing: Option<Hearing>,
    fate: Fate,
}

/// What a router makes of the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    /// It closes the connection, whatever it said before.
    Closed,
    /// It listens no more.
    Deaf,
}

impl Lines {
    /// Begins with a client of this hub.
    pub(super) fn new(socket: Arc<Socket>, hub: Arc<Hub>) -> io::Result<Self> {
        let personality = hub.settings.personality;
        let hearing = personality.hearing();
        let len = if hearing.is_some() {
            RESPELT_BYTES
        } else {
            LINE_BYTES
        };
        let [rx, tx] = [vec![0; len], vec![0; len]];
        let connection = Connection::new(personality.bridge(), rx, tx);
        Ok(Self {
            socket,
            connection: connection.map_err(io::Error::other)?,
            said_by: Instant::now().checked_add(hub.settings.hello_timeout),
            hub,
            hearing,
            fate: Fate::Open,
        })
    }

    pub(super) const fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    pub(super) const fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// The version settled on.
    pub(super) const fn version(&self) -> Option<Version> {
        self.connection.machine().version()
    }

    /// The version to name the peers of streams in.
    pub(super) fn stream_version(&self) -> Option<Version> {
        let personality = self.hub.settings.personality;
        self.version()
            .map(|version| personality.stream_version(version))
    }

    /// The version to name the senders of datagrams in.
    pub(super) fn datagram_version(&self) -> Option<Version> {
        let personality = self.hub.settings.personality;
        self.version()
            .map(|version| personality.datagram_version(version))
    }

    /// Waits for the next request; `None` if there will be none.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            match self.fate {
                Fate::Open => {}
                Fate::Closed => {
                    // An ACCEPT may wait on, and keep its session's socket.
                    self.socket.finish();
                    return Ok(None);
                }
                Fate::Deaf => return self.hear_out(),
            }
            match self.connection.step().map_err(io::Error::other)? {
                Step::Transmit => {
                    self.socket.track().heard(self.connection.last_line());
                    self.flush()?;
                }
                Step::Receive if self.hearing.is_some() => self.hear()?,
                Step::Receive => {
                    self.socket.track().heard_all();
                    self.receive()?;
                }
                Step::Event(line) => {
                    self.socket.track().heard(self.connection.last_line());
                    return Ok(Some(line));
                }
                Step::Payload(_) | Step::Done => return Ok(None),
            }
        }
    }

    /// The request a line holds.
    pub(super) fn request(&self, line: Line) -> io::Result<Request<'_>> {
        self.connection.event(line).map_err(io::Error::other)
    }

    /// Waits for the payload behind a request; one longer than `max` is read, and lost.
    pub(super) fn payload(&mut self, max: usize) -> io::Result<Option<Vec<u8>>> {
        let len = self.connection.payload_due();
        let mut payload = vec![0; len.min(max)];
        let mut surplus = [0; 1024];
        let mut taken = 0;
        while self.connection.payload_due() > 0 {
            let room = match payload.get_mut(taken..) {
                Some(room) if !room.is_empty() => room,
                _ => &mut surplus,
            };
            let mut count = self.connection.take_payload(room);
            if count == 0 {
                let due = room.len().min(self.connection.payload_due());
                let room = room.get_mut(..due).unwrap_or_default();
                count = self.socket.read(room, None)?;
                self.connection
                    .payload_read(count)
                    .map_err(io::Error::other)?;
            }
            self.socket.track().took_payload(count);
            taken += count;
        }
        Ok((len <= max).then_some(payload))
    }

    /// Gives the answer that is due.
    pub(super) fn answer(&mut self, reply: &Reply<'_>) -> io::Result<()> {
        let said = self
            .connection
            .request(|bridge, tx| bridge.answer(reply, tx));
        match said {
            Ok(()) => self.flush(),
            // A name may be too long to be said back, or hold what no line can.
            Err(_) => self.refuse(
                Status::new(ResultCode::I2pError).with_message("the answer cannot be written"),
            ),
        }
    }

    /// Refuses what was asked for.
    pub(super) fn refuse(&mut self, status: Status<'_>) -> io::Result<()> {
        self.connection
            .request(|bridge, tx| bridge.refuse(status, tx))
            .map_err(io::Error::other)?;
        self.flush()
    }

    /// Names the peer an ACCEPT waited for, in one segment with `first` if it is not too long.
    pub(super) fn announce(&mut self, peer: Peer<'_>, first: &[u8]) -> io::Result<()> {
        let peer = peer.in_version(self.stream_version().unwrap_or(Version::V3_0));
        self.connection
            .request(|bridge, tx| bridge.peer(peer, tx))
            .map_err(io::Error::other)?;
        let line = self.connection.pending();
        let bytes = [line, first].concat();
        let line_len = line.len();
        self.socket.track().says(line);
        self.socket.track().sends(first);
        self.socket.write_all(&bytes, write_by())?;
        self.connection
            .transmitted(line_len)
            .map_err(io::Error::other)
    }

    /// Ends line mode; what the client sent behind its last line comes out.
    pub(super) fn into_unread(self) -> Vec<u8> {
        self.socket.track().becomes_stream();
        let unread = self.connection.into_unread();
        let rest = self.hearing.map(Hearing::into_rest).unwrap_or_default();
        [unread.as_slice(), &rest].concat()
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.connection.pending().is_empty() {
            let line = self.connection.pending();
            let len = line.len();
            match &mut self.hearing {
                None => say(&self.socket, line)?,
                Some(hearing) => {
                    if is_purpose(line) {
                        self.said_by = None;
                    }
                    match hearing.reworded(line) {
                        Answer::AsItIs => say(&self.socket, line)?,
                        answer => self.tell(answer)?,
                    }
                }
            }
            self.connection.transmitted(len).map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        let deadline = self.said_by.filter(|_| self.version().is_none());
        let room = self.connection.spare().map_err(io::Error::other)?;
        let read = self.socket.read(room, deadline);
        let count = self.in_time(read)?;
        self.connection.received(count).map_err(io::Error::other)
    }

    /// What was read, unless HELLO is late.
    fn in_time(&mut self, read: io::Result<usize>) -> io::Result<usize> {
        if let Err(error) = &read
            && error.kind() == io::ErrorKind::TimedOut
            && self.version().is_none()
        {
            self.say_hello_is_late()?;
        }
        read
    }

    fn say_hello_is_late(&mut self) -> io::Result<()> {
        let status = Status::new(ResultCode::I2pError);
        let reply = Reply::Hello {
            status: status.with_message("Timeout waiting for HELLO VERSION"),
            version: None,
        };
        self.connection
            .request(|_, tx| reply.encode(tx))
            .map_err(io::Error::other)?;
        self.flush()
    }
}

fn say(socket: &Socket, line: &[u8]) -> io::Result<()> {
    socket.track().says(line);
    socket.write_all(line, write_by())
}

/// Whether the client has got a session or a stream.
fn is_purpose(line: &[u8]) -> bool {
    line.starts_with(b"SESSION STATUS RESULT=OK") || line.starts_with(b"STREAM STATUS RESULT=OK")
}

fn write_by() -> Option<Instant> {
    Some(Instant::now() + WRITE_TIME)
}
