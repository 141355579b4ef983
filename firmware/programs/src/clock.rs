//! Calendar time, which the boards here do not have: somebody tells it at the start.

use core::sync::atomic::{AtomicU32, Ordering};

use embassy_time::Instant;

/// Seconds since 1970 when the board started.
static START: AtomicU32 = AtomicU32::new(UNKNOWN);

/// Later than any key ends: what is to be trusted for a while is not trusted without a clock.
const UNKNOWN: u32 = u32::MAX;

/// Sets the clock to seconds since 1970.
pub fn set(seconds: u32) {
    START.store(seconds.saturating_sub(uptime()), Ordering::Relaxed);
}

/// Seconds since 1970; those of the year 2106 if nobody has set the clock.
pub fn now() -> u64 {
    u64::from(START.load(Ordering::Relaxed).saturating_add(uptime()))
}

fn uptime() -> u32 {
    u32::try_from(Instant::now().as_secs()).unwrap_or(UNKNOWN)
}
