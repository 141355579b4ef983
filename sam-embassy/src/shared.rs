//! What a session's verbs and its runner tell each other.

use core::cell::Cell;

use embassy_futures::select::{Either, select};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::mutex::Mutex;
#[cfg(any(feature = "control-datagrams", feature = "udp"))]
use sam_core::Version;
use sam_core::error::Full;
use sam_core::{Address, Destination, Greeting, SessionId, Versions};

use crate::error::Error;
use crate::identity::{Identity, LONGEST_DESTINATION};
use crate::router::Router;
use crate::waiting::Waiting;

/// The memory of one session, about 800 bytes; its buffers are in the [`Pool`](crate::Pool).
///
/// Cells suffice, and cannot panic as a `RefCell` could: verbs and runner share one executor.
pub struct Shared {
    /// Set when the session is made.
    pub(crate) router: Router,
    state: Cell<State>,
    /// Why the session was lost or refused last.
    pub(crate) last_error: Cell<Option<Error>>,
    online: Cell<Option<Online>>,
    sessions: Cell<u32>,
    /// The session of which the router said that it knows it no more.
    disowned: Cell<u32>,
    question: Cell<Question>,
    answer: Cell<heapless::Vec<u8, LONGEST_DESTINATION>>,
    /// Held by the verb whose question it is.
    asking: Mutex<NoopRawMutex, ()>,
    waiting: Waiting,
}

/// How a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum State {
    /// Its router is being dialled.
    Connecting,
    /// The router builds its tunnels: seconds, or minutes if it has just started.
    Creating,
    /// Online.
    Ready,
    /// Lost or refused; it will be tried again.
    Waiting,
    /// Its runner has stopped.
    Closed,
}

/// A session that is online.
#[derive(Clone, Copy)]
pub(crate) struct Online {
    /// What its ID is made of.
    pub(crate) entropy: [u8; 16],
    /// What the router can be greeted with.
    pub(crate) versions: Versions,
    /// What it agreed to.
    #[cfg(any(feature = "control-datagrams", feature = "udp"))]
    pub(crate) version: Version,
    #[cfg_attr(not(feature = "b32"), expect(dead_code, reason = "nobody knows"))]
    pub(crate) identity: Identity,
}

/// A name for one of the sessions that the same runner brought online, one after the other.
pub(crate) struct Ticket {
    number: u32,
    versions: Versions,
    #[cfg(any(feature = "control-datagrams", feature = "udp"))]
    version: Version,
    entropy: [u8; 16],
}

impl Ticket {
    pub(crate) fn greeting(&self) -> Greeting<'static> {
        Greeting {
            versions: self.versions,
            credentials: None,
        }
    }

    #[cfg(any(feature = "control-datagrams", feature = "udp"))]
    pub(crate) const fn version(&self) -> Version {
        self.version
    }

    pub(crate) fn id(&self) -> SessionId {
        SessionId::random(self.entropy)
    }
}

#[derive(Default)]
enum Question {
    #[default]
    None,
    Asked(Address),
    Pending,
    Answered(Result<(), Error>),
}

/// What a verb wants of the runner.
pub(crate) enum Wish {
    Lookup(Address),
    /// The router does not know the session any more, though its control socket lives.
    Recreate,
}

impl Shared {
    /// Nothing there yet.
    pub const fn new() -> Self {
        Self {
            router: Router::NOWHERE,
            state: Cell::new(State::Connecting),
            last_error: Cell::new(None),
            online: Cell::new(None),
            sessions: Cell::new(0),
            disowned: Cell::new(0),
            question: Cell::new(Question::None),
            answer: Cell::new(heapless::Vec::new()),
            asking: Mutex::new(()),
            waiting: Waiting::new(),
        }
    }

    pub(crate) const fn state(&self) -> State {
        self.state.get()
    }

    /// Whose session it is, while it is online.
    #[cfg(feature = "b32")]
    pub(crate) fn identity(&self) -> Identity {
        self.online
            .get()
            .map_or_else(Identity::default, |online| online.identity)
    }

    /// Waits for the session to be online.
    pub(crate) fn ready(&self) -> impl Future<Output = Result<Ticket, Error>> {
        self.waiting
            .until(move || match (self.state.get(), self.online.get()) {
                (State::Closed, _) => Some(Err(Error::Closed)),
                (_, Some(online)) => Some(Ok(Ticket {
                    number: self.sessions.get(),
                    versions: online.versions,
                    #[cfg(any(feature = "control-datagrams", feature = "udp"))]
                    version: online.version,
                    entropy: online.entropy,
                })),
                _ => None,
            })
    }

    /// Waits for the end of that session.
    pub(crate) fn lost(&self, ticket: &Ticket) -> impl Future<Output = Error> {
        let number = ticket.number;
        self.waiting.until(move || {
            let is_there = self.online.get().is_some() && self.sessions.get() == number;
            match self.state.get() {
                State::Closed => Some(Error::Closed),
                _ if is_there => None,
                _ => Some(Error::SessionLost),
            }
        })
    }

    /// Says that the router does not know that session any more.
    pub(crate) fn disown(&self, ticket: &Ticket) {
        if ticket.number == self.sessions.get() && self.online.get().is_some() {
            self.disowned.set(ticket.number);
            self.set_state(State::Waiting);
        }
    }

    /// Waits for the end of the runner.
    pub(crate) fn closed(&self) -> impl Future<Output = ()> {
        self.waiting
            .until(move || (self.state.get() == State::Closed).then_some(()))
    }

    /// Asks the runner for the destination behind an address, and takes the answer into `out`.
    pub(crate) async fn look_up<'o>(
        &self,
        address: &Address,
        out: &'o mut [u8],
    ) -> Result<Destination<&'o [u8]>, Error> {
        let _turn = self.asking.lock().await;
        let ticket = self.ready().await?;
        self.question.set(Question::Asked(address.clone()));
        let _withdrawal = Withdrawal(self);
        self.waiting.wake();
        let answered = self.waiting.until(|| match self.question.take() {
            Question::Answered(result) => Some(result),
            other => {
                self.question.set(other);
                None
            }
        });
        match select(answered, self.lost(&ticket)).await {
            Either::First(result) => result?,
            Either::Second(error) => return Err(error),
        }
        let answer = self.answer.take();
        let out = out
            .get_mut(..answer.len())
            .ok_or(sam_core::Error::from(Full::Output))?;
        out.copy_from_slice(&answer);
        Destination::new(&*out).map_err(|_| Error::Sam(sam_core::Error::Closed))
    }

    // The runner's side.

    #[inline(never)]
    pub(crate) fn set_state(&self, state: State) {
        if state != State::Ready {
            self.online.set(None);
        }
        self.state.set(state);
        self.waiting.wake();
    }

    pub(crate) fn set_online(&self, online: Online) {
        self.sessions.set(self.sessions.get().wrapping_add(1));
        self.online.set(Some(online));
        self.set_state(State::Ready);
    }

    /// Waits until a verb wants something; questions wait while `is_busy` with another one.
    pub(crate) fn wish(&self, is_busy: bool) -> impl Future<Output = Wish> {
        self.waiting.until(move || {
            if self.disowned.get() == self.sessions.get() {
                return Some(Wish::Recreate);
            }
            match self.question.take() {
                Question::Asked(address) if !is_busy => {
                    self.question.set(Question::Pending);
                    Some(Wish::Lookup(address))
                }
                other => {
                    self.question.set(other);
                    None
                }
            }
        })
    }

    /// Answers the question; returns whether anybody waited for it.
    pub(crate) fn answer(&self, answer: Result<Destination<&[u8]>, Error>) -> bool {
        match self.question.take() {
            Question::Pending => {}
            other => {
                self.question.set(other);
                return false;
            }
        }
        let result = answer.and_then(|destination| {
            let bytes = heapless::Vec::from_slice(destination.as_bytes())
                .map_err(|_| sam_core::Error::from(Full::Output))?;
            self.answer.set(bytes);
            Ok(())
        });
        self.question.set(Question::Answered(result));
        self.waiting.wake();
        true
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::new()
    }
}

/// Takes a question back if its verb is dropped, so that the answer is nobody else's.
struct Withdrawal<'s>(&'s Shared);

impl Drop for Withdrawal<'_> {
    fn drop(&mut self) {
        self.0.question.set(Question::None);
    }
}
