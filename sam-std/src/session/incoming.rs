//! Peer after peer, and the pauses where none can come.

use std::time::Duration;

use sam_core::ResultCode;

use super::Session;
use crate::dial::Dial;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::stream::Stream;

/// The peers of a session, one after the other; made by [`Session::incoming`].
///
/// Ends after the session: its last item is the error that says so, or `INVALID_ID` if the router
/// has forgotten the session. After any other error it pauses before it tries again, longer each
/// time, so that a loop over it may simply go on.
#[derive(Debug)]
pub struct Incoming<'s, D: Dial = Endpoint> {
    session: Option<&'s Session<D>>,
    /// Due before the next attempt, because the last one failed.
    pause: Option<Pause>,
}

impl<'s, D: Dial> Incoming<'s, D> {
    pub(super) const fn new(session: &'s Session<D>) -> Self {
        Self {
            session: Some(session),
            pause: None,
        }
    }
}

impl<D: Dial> Iterator for Incoming<'_, D> {
    type Item = Result<Stream<D::Transport>>;

    fn next(&mut self) -> Option<Self::Item> {
        let session = self.session?;
        let paused = match &mut self.pause {
            Some(pause) => session.control.sleep(pause.lengthen()),
            None => Ok(()),
        };
        let accepted = paused.and_then(|()| session.accept());
        match &accepted {
            Ok(_) => self.pause = None,
            Err(error) if !session.is_alive() || error.is_refused(ResultCode::InvalidId) => {
                self.session = None;
            }
            Err(_) => {
                self.pause.get_or_insert(Pause::FIRST);
            }
        }
        Some(accepted)
    }
}

/// A pause before another attempt: 250 ms, then twice as long each time, up to 5 s.
#[derive(Debug)]
pub(super) struct Pause(Duration);

impl Pause {
    pub(super) const FIRST: Self = Self(Duration::from_millis(250));

    /// How long it is this time; the next will be longer.
    pub(super) fn lengthen(&mut self) -> Duration {
        let now = self.0;
        self.0 = (now * 2).min(Duration::from_secs(5));
        now
    }
}
