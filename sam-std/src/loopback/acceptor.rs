//! STREAM ACCEPT: a client that waits for a peer.

use std::io;
use std::sync::{Arc, Mutex};

use sam_core::{Peer, Reply, ResultCode, Status};

use super::group::Close;
use super::lines::Lines;
use super::lock::lock;
use super::session::Session;
use super::slot::Slot;
use super::socket::Socket;
use super::stream::Stream;

/// Bytes of the first read, which for nearly every client is over before the stream is large.
const FIRST_BYTES: usize = 4 * 1024;

/// A client after its ACCEPT. Its own thread reads its socket; the thread of the client that
/// connects writes the peer line to it.
pub(super) struct Acceptor {
    socket: Arc<Socket>,
    lines: Mutex<Option<Lines>>,
    stream: Slot<Arc<Stream>>,
}

impl Acceptor {
    /// Waits for a peer and carries the accepting client's bytes to it.
    pub(super) fn serve(session: &Session, lines: Lines) -> io::Result<()> {
        let outlives_session = lines.hub().settings.personality.keeps_accepts();
        let acceptor = Arc::new(Self {
            socket: Arc::clone(lines.socket()),
            lines: Mutex::new(Some(lines)),
            stream: Slot::new(),
        });
        let membership = session.group.join(&acceptor);
        let session_is_open = membership.is_some();
        let _membership = membership.filter(|_| !outlives_session);
        let result = acceptor.wait_for_stream(session, session_is_open);
        // Whoever was offered this client meanwhile learns that it is gone.
        session.withdraw(&acceptor);
        acceptor.stream.close();
        let Some((stream, first)) = result? else {
            return Ok(());
        };
        let unread = lock(&acceptor.lines).take().map(Lines::into_unread);
        let first = [unread.unwrap_or_default(), first].concat();
        stream.carry_from_acceptor(&first);
        Ok(())
    }

    /// Returns the stream with the first bytes that the accepting client sent.
    fn wait_for_stream(
        self: &Arc<Self>,
        session: &Session,
        session_is_open: bool,
    ) -> io::Result<Option<(Arc<Stream>, Vec<u8>)>> {
        {
            // Locked until OK has left, so that the peer line comes behind it.
            let mut lines = lock(&self.lines);
            let Some(lines) = lines.as_mut() else {
                return Ok(None);
            };
            let accepted = if session_is_open {
                session.accept(self)
            } else {
                Err(Status::new(ResultCode::InvalidId))
            };
            match accepted {
                Ok(()) => {
                    lines.answer(&Reply::Stream(Status::OK))?;
                    self.socket.track().becomes_stream();
                }
                Err(status) => {
                    lines.refuse(status)?;
                    return Ok(None);
                }
            }
        }
        let mut first = vec![0; FIRST_BYTES];
        // Nearly always this waits until the peer is there, or the client is gone.
        let count = self.socket.read(&mut first, None).unwrap_or(0);
        first.truncate(count);
        if count == 0 && session.withdraw(self) {
            return Ok(None);
        }
        Ok(self.stream.take(None).map(|stream| (stream, first)))
    }

    /// Whether the client has closed its socket.
    pub(super) fn is_gone(&self) -> bool {
        self.socket.is_gone()
    }

    /// Lets the client go: there will be no stream.
    pub(super) fn dismiss(&self) {
        self.close();
    }

    pub(super) const fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// Tells the client who its peer is, and its thread where to carry its bytes.
    ///
    /// After an error nothing of `stream` has been carried; the client is of no use then.
    pub(super) fn meet(
        &self,
        peer: Peer<'_>,
        first: &[u8],
        stream: &Arc<Stream>,
    ) -> io::Result<()> {
        match lock(&self.lines).as_mut() {
            Some(lines) => lines.announce(peer, first)?,
            None => return Err(io::ErrorKind::NotConnected.into()),
        }
        self.stream
            .put(Arc::clone(stream))
            .map_err(|_| io::ErrorKind::NotConnected.into())
    }
}

impl Close for Acceptor {
    fn close(&self) {
        self.socket.close();
        self.stream.close();
    }
}
