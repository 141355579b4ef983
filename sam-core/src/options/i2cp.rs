//! Options of leasesets and of the router's way with messages (I2CP specification).

use super::option::{Alphabet, SessionOption};
use crate::error::Usage;
use crate::time::Duration;

/// `i2cp.leaseSetType`: how much of its leaseset a session publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LeaseSetType {
    /// For everybody to read: type 3.
    Standard,
    /// For those who know the address in its encrypted form, b33: type 5.
    Encrypted,
}

/// `i2cp.leaseSetAuthType`: who can read an encrypted leaseset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LeaseSetAuth {
    /// Whoever knows the address: type 0.
    None,
    /// Clients whose public keys the session has: type 1.
    Dh,
    /// Clients who share a key with the session: type 2.
    Psk,
}

/// `i2cp.messageReliability`: what the router tells of each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Reliability {
    /// Whether it arrived, as far as the router knows.
    BestEffort,
    /// Nothing.
    None,
}

impl SessionOption<'_> {
    /// `i2cp.leaseSetType`; without it, [`LeaseSetType::Standard`].
    ///
    /// Every peer sees it.
    pub const fn lease_set_type(kind: LeaseSetType) -> Self {
        let number = match kind {
            LeaseSetType::Standard => "3",
            LeaseSetType::Encrypted => "5",
        };
        Self::word("i2cp.leaseSetType", number)
    }

    /// `i2cp.leaseSetAuthType`; without it, [`LeaseSetAuth::None`].
    ///
    /// Every peer who fetches the leaseset sees it; the b33 address should say it too.
    pub const fn lease_set_auth(auth: LeaseSetAuth) -> Self {
        let number = match auth {
            LeaseSetAuth::None => "0",
            LeaseSetAuth::Dh => "1",
            LeaseSetAuth::Psk => "2",
        };
        Self::word("i2cp.leaseSetAuthType", number)
    }

    /// `i2cp.dontPublishLeaseSet`: whether the leaseset is kept out of the network database, as
    /// befits a session that only connects; nobody can connect to it by its address then.
    /// Without it, `false`.
    ///
    /// Every peer who looks for the address sees it.
    pub const fn dont_publish_lease_set(is_on: bool) -> Self {
        Self::flag("i2cp.dontPublishLeaseSet", is_on)
    }

    /// `i2cp.fastReceive`: whether the router hands over messages without asking first.
    /// Without it, `true` since Java I2P 0.9.4.
    ///
    /// The router only sees it.
    pub const fn fast_receive(is_on: bool) -> Self {
        Self::flag("i2cp.fastReceive", is_on)
    }

    /// `i2cp.gzip`: whether what is sent is compressed. Without it, `true`.
    ///
    /// The peers the session talks to see it.
    pub const fn gzip(is_on: bool) -> Self {
        Self::flag("i2cp.gzip", is_on)
    }

    /// `i2cp.reduceOnIdle`: whether there are fewer tunnels while there is no traffic; see
    /// [`Self::reduce_idle_time`] and [`Self::reduce_quantity`]. Without it, `false`.
    ///
    /// Every peer sees fewer leases then, and so that the session is idle.
    pub const fn reduce_on_idle(is_on: bool) -> Self {
        Self::flag("i2cp.reduceOnIdle", is_on)
    }

    /// `i2cp.reduceIdleTime`: the time without traffic before there are fewer tunnels, 5 minutes
    /// to 24 days. Without it, 20 minutes.
    ///
    /// Every peer can tell it from the leaseset.
    pub const fn reduce_idle_time(time: Duration) -> Self {
        Self::number("i2cp.reduceIdleTime", millis(time), FIVE_MINUTES, i32::MAX)
    }

    /// `i2cp.reduceQuantity`: how many tunnels each way are left then, 1 to 5. Without it, 1.
    ///
    /// Every peer sees the number of those to the session.
    pub const fn reduce_quantity(tunnels: u8) -> Self {
        Self::number("i2cp.reduceQuantity", tunnels as i64, 1, 5)
    }

    /// `i2cp.closeOnIdle`: whether the router closes the session while there is no traffic; see
    /// [`Self::close_idle_time`]. Without it, `false`.
    ///
    /// Every peer who looks for the address sees that it is gone.
    pub const fn close_on_idle(is_on: bool) -> Self {
        Self::flag("i2cp.closeOnIdle", is_on)
    }

    /// `i2cp.closeIdleTime`: the time without traffic before the session is closed, 5 minutes to
    /// 24 days. Without it, 30 minutes.
    ///
    /// Every peer who looks for the address can tell it.
    pub const fn close_idle_time(time: Duration) -> Self {
        Self::number("i2cp.closeIdleTime", millis(time), FIVE_MINUTES, i32::MAX)
    }

    /// `i2cp.messageReliability`; without it, [`Reliability::None`] for streams.
    ///
    /// The router only sees it.
    pub const fn message_reliability(reliability: Reliability) -> Self {
        let word = match reliability {
            Reliability::BestEffort => "BestEffort",
            Reliability::None => "None",
        };
        Self::word("i2cp.messageReliability", word)
    }

    /// `shouldBundleReplyInfo`: whether the leaseset goes with messages, so that the peer can
    /// answer without a lookup. Without it, `true`.
    ///
    /// The peers the session talks to see it.
    pub const fn bundle_reply_info(is_on: bool) -> Self {
        Self::flag("shouldBundleReplyInfo", is_on)
    }

    /// `crypto.tagsToSend`: session tags sent at a time to peers with ElGamal encryption, 1 to 128.
    /// Without it, 40.
    ///
    /// The peers the session talks to see it.
    pub const fn tags_to_send(tags: u8) -> Self {
        Self::number("crypto.tagsToSend", tags as i64, 1, 128)
    }
}

impl<'a> SessionOption<'a> {
    /// `i2cp.leaseSetSecret`: what an encrypted leaseset is blinded with, in I2P's base64, up to
    /// 255 characters; a client needs it besides the address, and the b33 address should say so.
    ///
    /// The router only sees it. It is a secret.
    pub const fn lease_set_secret(base64: &'a str) -> Self {
        Self::short("i2cp.leaseSetSecret", base64, Alphabet::Base64)
    }

    /// `i2cp.leaseSetPrivKey`: the X25519 private key that reads an encrypted leaseset made for
    /// certain clients: 32 bytes as 44 characters of I2P's base64.
    ///
    /// The router only sees it. It is a secret.
    pub const fn lease_set_private_key(base64: &'a str) -> Self {
        const KEY: &str = "i2cp.leaseSetPrivKey";
        match base64.as_bytes().split_last() {
            Some((b'=', rest)) if rest.len() == 43 && !matches!(rest.last(), Some(b'=')) => {
                Self::short(KEY, base64, Alphabet::Base64)
            }
            _ => Self::refused(KEY, Usage::OutOfRange),
        }
    }
}

const FIVE_MINUTES: i32 = 300_000;

const fn millis(time: Duration) -> i64 {
    time.as_millis() as i64
}
