//! The two ways to a stream as one machine, so that what waits for it is compiled once.

use sam_core::time::Duration;
use sam_core::{Accept, Accepted, Connect, Error, Heard, Machine, Target, Writer};

use crate::identity::Identity;

/// With whom a stream is wanted.
pub(crate) enum Wanted<'a> {
    Peer(Target<'a>),
    /// Whoever calls.
    AnyPeer,
}

pub(crate) enum Opening<'a> {
    Connect(Connect<'a>),
    Accept(Accept<'a>),
}

impl<'a> Opening<'a> {
    fn machine(&self) -> &(dyn Machine + 'a) {
        match self {
            Self::Connect(connect) => connect,
            Self::Accept(accept) => accept,
        }
    }

    fn machine_mut(&mut self) -> &mut (dyn Machine + 'a) {
        match self {
            Self::Connect(connect) => connect,
            Self::Accept(accept) => accept,
        }
    }
}

impl Machine for Opening<'_> {
    /// Who called, in the line that says so.
    type Event<'l> = Option<Identity>;

    fn start(&mut self, tx: &mut Writer<'_>) -> Result<(), Error> {
        self.machine_mut().start(tx)
    }

    fn handle_line(&mut self, line: &[u8], tx: &mut Writer<'_>) -> Result<Heard, Error> {
        self.machine_mut().handle_line(line, tx)
    }

    fn view(&self, line: &[u8]) -> Result<Option<Identity>, Error> {
        match self {
            Self::Accept(accept) => match accept.view(line)? {
                Accepted::Peer(peer) => Ok(Some(Identity::of_peer(peer.destination))),
                _ => Ok(None),
            },
            Self::Connect(_) => Ok(None),
        }
    }

    fn is_done(&self) -> bool {
        self.machine().is_done()
    }

    fn timeout(&self) -> Option<Duration> {
        self.machine().timeout()
    }
}
