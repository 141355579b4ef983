//! When to dial a router again and when to re-create a session: time and chance are inputs.

use super::greeting::Versions;
use crate::error::{Error, Full};
use crate::status::ResultCode;
use crate::time::{Duration, Instant};

/// Keeps a session alive over losses, refusals and restarts of its router.
///
/// It says in which [`State`] the adapter should be; the adapter dials, creates, waits, and tells
/// by [`Recovery::handle`] how that went. Two patiences are kept apart: a router that is down is
/// dialled about once a second, so that the session is back soon after the router is; a router that
/// answers but refuses is asked ever more rarely, up to once a minute.
///
/// Each new session needs a new random ID: the old one may still be in use. Its key stays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Recovery {
    state: State,
    versions: Versions,
    /// Dials in a row that reached no router.
    missed: u8,
    /// Sessions in a row that did not come about.
    refused: u8,
    /// Before this the router may still be giving up the last session with the same key.
    hold_off: Instant,
}

/// What an adapter should be doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum State {
    /// Dialling the router and saying HELLO, with [`Recovery::versions`].
    Connecting,
    /// Waiting for the answer to SESSION CREATE.
    Creating,
    /// The session is online: keep its control socket.
    Ready,
    /// Without a connection, until that time has come.
    Waiting {
        /// When to say [`Input::Elapsed`].
        until: Instant,
    },
    /// Trying again would be in vain.
    Failed(Error),
}

/// What an adapter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Input {
    /// The router answered HELLO. Create the session if the state is [`State::Creating`] then;
    /// close the connection if it is [`State::Waiting`].
    Greeted,
    /// The session is online.
    Created,
    /// The connection could not be made, failed or was lost. [`Error::Closed`] stands for all that
    /// the router did not say: end of file, time-out, an error of the transport.
    Ended(Error),
    /// The time of [`Recovery::poll_timeout`] has come.
    Elapsed,
}

/// A back-off that doubles, and spreads by half so that many clients do not come at once.
struct BackOff {
    first: u32,
    ceiling: u32,
}

/// Between dials of a port where nobody answers.
const DIAL: BackOff = BackOff {
    first: 125,
    ceiling: 1_000,
};

/// Between sessions that a living router refuses.
const CREATE: BackOff = BackOff {
    first: 1_000,
    ceiling: 60_000,
};

/// i2pd tears a destination down 5 s after its session has ended, and with it a new session of
/// the same key.
const HOLD_OFF: Duration = Duration::from_secs(6);

impl BackOff {
    fn after(&self, failures: u8, random: u32) -> Duration {
        let doublings = u32::from(failures.saturating_sub(1)).min(16);
        let whole = self.first.saturating_mul(1 << doublings).min(self.ceiling);
        let half = whole / 2;
        Duration::from_millis(whole - random % (half + 1))
    }
}

impl Recovery {
    /// A session that was never there; its router is to be dialled.
    pub const fn new() -> Self {
        Self {
            state: State::Connecting,
            versions: Versions::DEFAULT,
            missed: 0,
            refused: 0,
            hold_off: Instant::from_millis(0),
        }
    }

    /// What to do now.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The versions to offer; lower ones after a NOVERSION.
    pub const fn versions(&self) -> Versions {
        self.versions
    }

    /// When [`Input::Elapsed`] is due; `None` if something else has to happen first.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Waiting { until } => Some(until),
            _ => None,
        }
    }

    /// Takes what happened at `now`; `random` is any new random number.
    ///
    /// What cannot happen in the present state changes nothing.
    pub fn handle(&mut self, input: Input, now: Instant, random: u32) {
        self.state = match (self.state, input) {
            (State::Connecting, Input::Greeted) => {
                self.missed = 0;
                if now < self.hold_off {
                    State::Waiting {
                        until: self.hold_off,
                    }
                } else {
                    State::Creating
                }
            }
            (State::Creating, Input::Created) => {
                self.refused = 0;
                State::Ready
            }
            (State::Waiting { until }, Input::Elapsed) if now >= until => State::Connecting,
            (State::Connecting, Input::Ended(Error::Closed)) => {
                // Nobody is there, so no session of ours is either.
                self.hold_off = now;
                self.refused = 0;
                self.dial_later(now, random)
            }
            (State::Ready, Input::Ended(_)) => {
                self.hold_off = now + HOLD_OFF;
                self.dial_later(now, random)
            }
            (State::Connecting | State::Creating, Input::Ended(error)) => {
                self.handle_refusal(error, now, random)
            }
            (state, _) => state,
        };
    }

    fn handle_refusal(&mut self, error: Error, now: Instant, random: u32) -> State {
        match error {
            Error::Refused(ResultCode::NoVersion) if self.versions == Versions::DEFAULT => {
                self.versions = Versions::FALLBACK;
                return self.dial_later(now, random);
            }
            Error::Refused(ResultCode::NoVersion | ResultCode::InvalidKey)
            | Error::Usage(_)
            | Error::Full(Full::Transmit) => return State::Failed(error),
            Error::Closed => self.hold_off = now + HOLD_OFF, // it may have been created all the same
            Error::Refused(_) | Error::Peer(_) | Error::Full(_) => {}
        }
        self.refused = self.refused.saturating_add(1);
        State::Waiting {
            until: now + CREATE.after(self.refused, random),
        }
    }

    fn dial_later(&mut self, now: Instant, random: u32) -> State {
        self.missed = self.missed.saturating_add(1);
        State::Waiting {
            until: now + DIAL.after(self.missed, random),
        }
    }
}

impl Default for Recovery {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Malformed, Usage};

    const DUPLICATED: Error = Error::Refused(ResultCode::DuplicatedDest);

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn after(inputs: &[Input]) -> Recovery {
        let mut recovery = Recovery::new();
        for input in inputs {
            recovery.handle(*input, at(1_000), 0);
        }
        recovery
    }

    #[test]
    fn each_input_leads_to_a_state() {
        use Input::{Created, Elapsed, Ended, Greeted};
        let wait = |millis: u64| State::Waiting {
            until: at(1_000 + millis),
        };
        let no_version = Error::Refused(ResultCode::NoVersion);
        let table: &[(&[Input], State)] = &[
            (&[], State::Connecting),
            (&[Created], State::Connecting),
            (&[Greeted], State::Creating),
            (&[Greeted, Created], State::Ready),
            (&[Greeted, Created, Greeted], State::Ready),
            (&[Ended(Error::Closed)], wait(125)),
            (&[Ended(Error::Closed), Elapsed], wait(125)),
            (&[Ended(no_version)], wait(125)),
            (&[Ended(Malformed::Syntax.into())], wait(1_000)),
            (&[Ended(Full::Receive.into())], wait(1_000)),
            (&[Greeted, Ended(DUPLICATED)], wait(1_000)),
            (
                &[Greeted, Ended(Error::Refused(ResultCode::DuplicatedId))],
                wait(1_000),
            ),
            (&[Greeted, Ended(Error::Closed)], wait(1_000)),
            (&[Greeted, Created, Ended(Error::Closed)], wait(125)),
            (&[Greeted, Created, Ended(DUPLICATED)], wait(125)),
        ];
        for (inputs, state) in table {
            assert_eq!(after(inputs).state(), *state, "{inputs:?}");
        }
    }

    #[test]
    fn what_cannot_change_is_not_tried_again() {
        for error in [
            Error::Refused(ResultCode::InvalidKey),
            Error::Usage(Usage::OutOfRange),
            Error::Full(Full::Transmit),
        ] {
            let mut recovery = after(&[Input::Greeted, Input::Ended(error)]);
            assert_eq!(recovery.state(), State::Failed(error));
            recovery.handle(Input::Elapsed, at(u64::MAX), 0);
            assert_eq!(recovery.state(), State::Failed(error));
            assert_eq!(recovery.poll_timeout(), None);
        }
    }

    #[test]
    fn no_version_lowers_the_offer_once() {
        let refused = Input::Ended(Error::Refused(ResultCode::NoVersion));
        let mut recovery = after(&[refused]);
        assert_eq!(recovery.versions(), Versions::FALLBACK);
        recovery.handle(Input::Elapsed, at(2_000), 0);
        recovery.handle(refused, at(2_000), 0);
        assert!(matches!(recovery.state(), State::Failed(_)));
    }

    /// Runs one round of waiting and trying; returns how long the wait was.
    fn again(recovery: &mut Recovery, now: &mut Instant, inputs: &[Input], random: u32) -> u32 {
        let began = *now;
        *now = recovery.poll_timeout().unwrap();
        recovery.handle(Input::Elapsed, *now, random);
        for input in inputs {
            recovery.handle(*input, *now, random);
        }
        (*now - began).as_millis()
    }

    #[test]
    fn waits_double_up_to_two_ceilings_and_spread_by_half() {
        let closed = [Input::Ended(Error::Closed)];
        let refused = [Input::Greeted, Input::Ended(DUPLICATED)];
        let table: [(&[Input], u32, &[u32]); 3] = [
            (&closed, 0, &[125, 250, 500, 1_000, 1_000]),
            (&closed, u32::MAX, &[125, 250, 500, 1_000, 1_000]),
            (
                &refused,
                0,
                &[1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
            ),
        ];
        for (inputs, random, waits) in table {
            let (mut recovery, mut now) = (Recovery::new(), at(0));
            for input in inputs {
                recovery.handle(*input, now, random);
            }
            for (round, wait) in waits.iter().enumerate() {
                let waited = again(&mut recovery, &mut now, inputs, random);
                let shortest = if random == 0 { *wait } else { wait / 2 };
                assert!((shortest..=*wait).contains(&waited), "{round}: {waited}");
            }
        }
    }

    #[test]
    fn a_living_router_is_given_time_to_end_the_lost_session() {
        let mut recovery = after(&[Input::Greeted, Input::Created, Input::Ended(Error::Closed)]);
        let mut now = at(1_000);
        again(&mut recovery, &mut now, &[Input::Greeted], 0);
        assert_eq!(recovery.poll_timeout(), Some(at(1_000) + HOLD_OFF));
        again(&mut recovery, &mut now, &[Input::Greeted], 0);
        assert_eq!(recovery.state(), State::Creating);
    }

    #[test]
    fn a_restarted_router_is_not() {
        let mut recovery = after(&[Input::Greeted, Input::Created, Input::Ended(Error::Closed)]);
        let mut now = at(1_000);
        again(&mut recovery, &mut now, &[Input::Ended(Error::Closed)], 0);
        again(&mut recovery, &mut now, &[Input::Greeted], 0);
        assert_eq!(recovery.state(), State::Creating);
    }

    #[test]
    fn comes_back_within_a_second_after_the_router_was_down_for_an_hour() {
        const BACK: u64 = 3_600_123;
        let mut recovery = after(&[Input::Greeted, Input::Created, Input::Ended(Error::Closed)]);
        let (mut now, mut random, mut dials) = (at(1_000), 1_u32, 0);
        while recovery.state() != State::Creating {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let is_up = recovery.poll_timeout().unwrap() >= at(BACK);
            let heard = match is_up {
                true => Input::Greeted,
                false => Input::Ended(Error::Closed),
            };
            again(&mut recovery, &mut now, &[heard], random);
            dials += 1;
        }
        assert!((now - at(BACK)).as_millis() <= 1_000, "{now:?}");
        assert!(dials < 2 * 3_600 + 10, "{dials}");
    }
}
