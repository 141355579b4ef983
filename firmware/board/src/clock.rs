//! The clock of embassy-time: SysTick, a thousand times a second.

use core::cell::RefCell;
use core::task::Waker;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use critical_section::Mutex;
use embassy_time_driver::{Driver, time_driver_impl};
use embassy_time_queue_utils::Queue;

const TICKS_PER_SECOND: u32 = 1000;

struct Clock(Mutex<RefCell<State>>);

struct State {
    now: u64,
    next_alarm: u64,
    sleepers: Queue,
}

time_driver_impl!(static CLOCK: Clock = Clock(Mutex::new(RefCell::new(State {
    now: 0,
    next_alarm: u64::MAX,
    sleepers: Queue::new(),
}))));

/// Starts it; it begins at 0.
pub(crate) fn start(timer: &mut SYST, core_hz: u32) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(core_hz / TICKS_PER_SECOND - 1);
    timer.clear_current();
    timer.enable_counter();
    timer.enable_interrupt();
}

/// Milliseconds since the start.
#[cfg(feature = "defmt")]
pub(crate) fn now() -> u64 {
    CLOCK.now()
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        critical_section::with(|section| self.0.borrow_ref(section).now)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|section| {
            let mut state = self.0.borrow_ref_mut(section);
            if state.sleepers.schedule_wake(at, waker) {
                state.wake_due();
            }
        });
    }
}

impl State {
    fn wake_due(&mut self) {
        self.next_alarm = self.sleepers.next_expiration(self.now);
    }
}

#[exception]
fn SysTick() {
    critical_section::with(|section| {
        let mut state = CLOCK.0.borrow_ref_mut(section);
        state.now += 1;
        if state.now >= state.next_alarm {
            state.wake_due();
        }
    });
}
