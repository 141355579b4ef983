//! Options of the router's streaming library (streaming specification).

use super::option::SessionOption;
use crate::time::Duration;

/// The largest number that routers keep.
const MAX: i32 = i32::MAX;

/// Options of streams.
impl SessionOption<'_> {
    /// `i2p.streaming.connectTimeout`: how long the router tries to reach a peer, 1 ms to 24 days.
    /// A STREAM CONNECT is over after about a minute without it.
    ///
    /// The router only sees it.
    pub const fn connect_timeout(time: Duration) -> Self {
        let millis = time.as_millis() as i64;
        Self::number("i2p.streaming.connectTimeout", millis, 1, MAX)
    }

    /// `i2p.streaming.maxConcurrentStreams`: streams at a time, those from and those to peers
    /// together; 0 for any number, as without it.
    ///
    /// Peers beyond it see that they are refused.
    pub const fn max_concurrent_streams(streams: u32) -> Self {
        Self::limit("i2p.streaming.maxConcurrentStreams", streams)
    }

    /// `i2p.streaming.maxConnsPerMinute`: streams from one peer in a minute; 0 for any number, as
    /// without it.
    ///
    /// A peer beyond it sees that it is refused.
    pub const fn max_connections_per_minute(streams: u32) -> Self {
        Self::limit("i2p.streaming.maxConnsPerMinute", streams)
    }

    /// `i2p.streaming.maxConnsPerHour`: streams from one peer in an hour; 0 for any number, as
    /// without it.
    ///
    /// A peer beyond it sees that it is refused.
    pub const fn max_connections_per_hour(streams: u32) -> Self {
        Self::limit("i2p.streaming.maxConnsPerHour", streams)
    }

    /// `i2p.streaming.maxConnsPerDay`: streams from one peer in a day; 0 for any number, as without
    /// it.
    ///
    /// A peer beyond it sees that it is refused.
    pub const fn max_connections_per_day(streams: u32) -> Self {
        Self::limit("i2p.streaming.maxConnsPerDay", streams)
    }

    /// `i2p.streaming.maxTotalConnsPerMinute`: streams from all peers in a minute; 0 for any
    /// number, as without it.
    ///
    /// All peers see that they are refused beyond it.
    pub const fn max_total_connections_per_minute(streams: u32) -> Self {
        Self::limit("i2p.streaming.maxTotalConnsPerMinute", streams)
    }

    /// `i2p.streaming.maxTotalConnsPerHour`: streams from all peers in an hour; 0 for any
    /// number, as without it. Who goes beyond it is out of reach for long.
    ///
    /// All peers see that they are refused beyond it.
    pub const fn max_total_connections_per_hour(streams: u32) -> Self {
        Self::limit("i2p.streaming.maxTotalConnsPerHour", streams)
    }

    /// `i2p.streaming.maxTotalConnsPerDay`: streams from all peers in a day; 0 for any
    /// number, as without it. Who goes beyond it is out of reach for long.
    ///
    /// All peers see that they are refused beyond it.
    pub const fn max_total_connections_per_day(streams: u32) -> Self {
        Self::limit("i2p.streaming.maxTotalConnsPerDay", streams)
    }

    const fn limit(key: &'static str, streams: u32) -> Self {
        Self::number(key, streams as i64, 0, MAX)
    }
}
