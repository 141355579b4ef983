//! Points and spans of time, in milliseconds; the core owns no clock.

use core::ops::{Add, Sub};

/// Milliseconds since an arbitrary start that the adapter chooses, for instance its boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Instant(u64);

/// A span of time in milliseconds, at most 49 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Duration(u32);

impl Instant {
    /// The point `millis` milliseconds after the arbitrary start.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the arbitrary start.
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

impl Duration {
    /// A span of `millis` milliseconds.
    pub const fn from_millis(millis: u32) -> Self {
        Self(millis)
    }

    /// A span of `seconds` seconds; more than 49 days are cut to that.
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// The span in milliseconds.
    pub const fn as_millis(self) -> u32 {
        self.0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// The later point; saturates at the end of time.
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::from(span.0)))
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// The span from `earlier` to `self`; zero if `earlier` is the later one, at most 49 days.
    fn sub(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration(u32::try_from(millis).unwrap_or(u32::MAX))
    }
}

impl From<Duration> for core::time::Duration {
    fn from(span: Duration) -> Self {
        Self::from_millis(u64::from(span.0))
    }
}

impl From<core::time::Duration> for Duration {
    /// Rounds up to whole milliseconds; more than 49 days are cut to that.
    fn from(span: core::time::Duration) -> Self {
        let millis = span.as_nanos().div_ceil(1_000_000);
        Self(u32::try_from(millis).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_saturate_instead_of_wrapping() {
        assert_eq!(Duration::from_secs(u32::MAX).as_millis(), u32::MAX);
        assert_eq!(Instant(5) - Instant(9), Duration(0));
        assert_eq!(Instant(u64::MAX) + Duration(1), Instant(u64::MAX));
        assert_eq!(
            Duration::from(core::time::Duration::MAX),
            Duration(u32::MAX)
        );
    }

    #[test]
    fn a_nonzero_span_never_becomes_zero() {
        assert_eq!(
            Duration::from(core::time::Duration::from_nanos(1)),
            Duration(1)
        );
    }
}
