//! A client as long as lines are spoken with it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sam_core::bridge::{Bridge, Request};
use sam_core::{Connection, Line, Peer, Reply, ResultCode, Status, Step, Version};

use super::socket::Socket;

/// Bytes of the longest line, in either direction.
const LINE_BYTES: usize = 16 * 1024;

/// How long a client may take to read what it is told.
const WRITE_TIME: Duration = Duration::from_secs(60);

/// A socket and the router's half of the protocol on it.
///
/// An error of any of its methods is the end of this client; there is nobody to tell it to.
pub(super) struct Lines {
    socket: Arc<Socket>,
    connection: Connection<Bridge, Vec<u8>>,
    /// `None` is for ever.
    hello_by: Option<Instant>,
}

impl Lines {
    /// Begins with a client that has `hello_timeout` to say HELLO.
    pub(super) fn new(
        socket: Arc<Socket>,
        bridge: Bridge,
        hello_timeout: Duration,
    ) -> io::Result<Self> {
        let [rx, tx] = [vec![0; LINE_BYTES], vec![0; LINE_BYTES]];
        Ok(Self {
            socket,
            connection: Connection::new(bridge, rx, tx).map_err(io::Error::other)?,
            hello_by: Instant::now().checked_add(hello_timeout),
        })
    }

    pub(super) const fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// The version settled on.
    pub(super) const fn version(&self) -> Option<Version> {
        self.connection.machine().version()
    }

    /// Waits for the next request; `None` if there will be none.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            match self.connection.step().map_err(io::Error::other)? {
                Step::Transmit => {
                    self.socket.track().heard(self.connection.last_line());
                    self.flush()?;
                }
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
        self.connection.into_unread().as_slice().to_vec()
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.connection.pending().is_empty() {
            let line = self.connection.pending();
            self.socket.track().says(line);
            self.socket.write_all(line, write_by())?;
            let len = line.len();
            self.connection.transmitted(len).map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        let deadline = self.hello_by.filter(|_| self.version().is_none());
        let room = self.connection.spare().map_err(io::Error::other)?;
        match self.socket.read(room, deadline) {
            Ok(count) => self.connection.received(count).map_err(io::Error::other),
            Err(error) => {
                if error.kind() == io::ErrorKind::TimedOut {
                    self.say_hello_is_late()?;
                }
                Err(error)
            }
        }
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

fn write_by() -> Option<Instant> {
    Some(Instant::now() + WRITE_TIME)
}
