//! Two sockets that have become one stream.

use std::sync::Arc;

use super::group::{Close, Group, Membership};
use super::socket::Socket;

/// Bytes read at a time.
const PORTION: usize = 64 * 1024;

/// A stream between two sessions. It ends with either of them.
///
/// One thread carries each direction; the sockets are closed when both are through.
pub(super) struct Stream {
    connector: Arc<Socket>,
    acceptor: Arc<Socket>,
    _memberships: [Membership; 4],
}

impl Stream {
    /// Joins two sockets; `None` if one of the sessions has just ended.
    pub(super) fn join(
        connector: &Arc<Socket>,
        acceptor: &Arc<Socket>,
        [source, target]: [&Arc<Group>; 2],
    ) -> Option<Arc<Self>> {
        Some(Arc::new(Self {
            connector: Arc::clone(connector),
            acceptor: Arc::clone(acceptor),
            _memberships: [
                source.join(connector)?,
                source.join(acceptor)?,
                target.join(connector)?,
                target.join(acceptor)?,
            ],
        }))
    }

    /// Carries `first`, and all that the connecting client sends, to the accepting one.
    pub(super) fn carry_from_connector(&self, first: &[u8]) {
        carry(&self.connector, &self.acceptor, first);
    }

    /// Carries `first`, and all that the accepting client sends, to the connecting one.
    pub(super) fn carry_from_acceptor(&self, first: &[u8]) {
        carry(&self.acceptor, &self.connector, first);
    }
}

/// Ends with `from`, whose end is passed on, or with an error.
fn carry(from: &Socket, to: &Socket, first: &[u8]) {
    // If `to` takes no more, whoever reads from it finds that out too, and passes on before what
    // it has still said.
    to.track().sends(first);
    if to.write_all(first, None).is_err() {
        return;
    }
    let mut buffer = vec![0; PORTION];
    loop {
        match from.read(&mut buffer, None) {
            Ok(0) => return to.finish(),
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                to.track().sends(bytes);
                if to.write_all(bytes, None).is_err() {
                    return;
                }
            }
            Err(_) => {
                from.close();
                return to.close();
            }
        }
    }
}
