//! What the programs say of their session.

use board::println;
use embassy_net::IpEndpoint;
use sam_embassy::{Dial, Session, State};

/// Says what becomes of a session, each thing once until something else happens.
pub struct Reporter<T: Dial + 'static> {
    session: Session<T>,
    router: IpEndpoint,
    before: State,
    said: Option<Said>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    NoRouter,
    Building,
    Online,
    Refused,
    Lost,
}

impl<T: Dial + 'static> Reporter<T> {
    /// Nothing has been said yet.
    pub const fn new(session: Session<T>, router: IpEndpoint) -> Self {
        Self {
            session,
            router,
            before: State::Connecting,
            said: None,
        }
    }

    /// Says what the session has come to.
    pub fn tell(&mut self, state: State) {
        let before = core::mem::replace(&mut self.before, state);
        let what = match (before, state) {
            (_, State::Creating) => Said::Building,
            (_, State::Ready) => Said::Online,
            (State::Connecting, State::Waiting) => Said::NoRouter,
            (State::Creating, State::Waiting) => Said::Refused,
            (State::Ready, State::Waiting) => Said::Lost,
            _ => return,
        };
        if self.said == Some(what) {
            return;
        }
        self.said = Some(what);
        match what {
            Said::NoRouter => println!("no router answers at {}; trying again", self.router),
            Said::Building => println!("the router builds tunnels"),
            Said::Refused => self.say("the router made no session"),
            Said::Lost => self.say("the session is lost"),
            Said::Online => match self.session.address() {
                Some(address) => println!("reachable as {}", address),
                None => println!("online; the router does not say as whom"),
            },
        }
    }

    /// What went wrong, and why.
    fn say(&self, what: &'static str) {
        match self.session.last_error() {
            Some(error) => println!("{}: {}; trying again", what, error),
            None => println!("{}; trying again", what),
        }
    }
}
