//! A clock for each test: one that jumps when nothing is left to do, or the real one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use embassy_time_driver::{Driver, TICK_HZ};

/// How long the real clock is waited for at a time: sockets of the computer wake nobody.
const NAP: Duration = Duration::from_micros(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// From one alarm to the next, at once.
    Jumping,
    Real,
}

/// The clock of the test that runs in this thread.
struct Clock {
    ticks: Cell<u64>,
    began: Cell<Option<Instant>>,
    /// By time, and by number where that is the same.
    alarms: RefCell<BTreeMap<(u64, usize), Waker>>,
    number: Cell<usize>,
}

thread_local! {
    static CLOCK: Clock = const {
        Clock {
            ticks: Cell::new(0),
            began: Cell::new(None),
            alarms: RefCell::new(BTreeMap::new()),
            number: Cell::new(0),
        }
    };
}

struct TestClock;

embassy_time_driver::time_driver_impl!(static DRIVER: TestClock = TestClock);

impl Driver for TestClock {
    fn now(&self) -> u64 {
        CLOCK.with(Clock::now)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        CLOCK.with(|clock| clock.schedule(at, waker));
    }
}

/// Starts anew.
pub(crate) fn reset(pace: Pace) {
    CLOCK.with(|clock| {
        clock.ticks.set(0);
        clock.began.set((pace == Pace::Real).then(Instant::now));
        clock.alarms.take();
    });
}

/// Lets time pass, and wakes whose alarms it has reached; panics if there are none.
pub(crate) fn advance() {
    for waker in CLOCK.with(Clock::advance) {
        waker.wake();
    }
}

impl Clock {
    fn now(&self) -> u64 {
        match self.began.get() {
            Some(began) => ticks(began.elapsed()),
            None => self.ticks.get(),
        }
    }

    fn schedule(&self, at: u64, waker: &Waker) {
        if at == u64::MAX {
            return; // never
        }
        let mut alarms = self.alarms.borrow_mut();
        let mut same = alarms.range((at, 0)..=(at, usize::MAX));
        if !same.any(|(_, other)| other.will_wake(waker)) {
            self.number.set(self.number.get() + 1);
            alarms.insert((at, self.number.get()), waker.clone());
        }
    }

    fn advance(&self) -> Vec<Waker> {
        let next = self.alarms.borrow().keys().next().map(|(at, _)| *at);
        let next = next.expect("everybody waits, and for nothing");
        match self.began.get() {
            Some(_) => {
                let left = Duration::from_micros(next.saturating_sub(self.now()));
                thread::sleep(left.min(NAP));
            }
            None => self.ticks.set(self.ticks.get().max(next)),
        }
        let mut alarms = self.alarms.borrow_mut();
        let later = alarms.split_off(&(self.now() + 1, 0));
        std::mem::replace(&mut *alarms, later)
            .into_values()
            .collect()
    }
}

fn ticks(time: Duration) -> u64 {
    const { assert!(TICK_HZ == 1_000_000) };
    time.as_micros() as u64
}
