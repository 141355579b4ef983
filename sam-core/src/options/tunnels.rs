//! Options of tunnels (I2CP specification).

use super::option::{Alphabet, SessionOption};

/// The tunnels that an option is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Tunnels {
    /// Those that carry traffic to the session.
    Inbound,
    /// Those that carry traffic from the session.
    Outbound,
}

impl Tunnels {
    /// `lengthVariance`: hops that a tunnel may be longer by, at random; -7 to 7, and a negative
    /// number for hops that it may be longer or shorter by. Without it, 0. Tunnels have 7 hops at
    /// the most in any case.
    ///
    /// The router only sees it.
    pub const fn length_variance(self, hops: i8) -> SessionOption<'static> {
        let key = match self {
            Self::Inbound => "inbound.lengthVariance",
            Self::Outbound => "outbound.lengthVariance",
        };
        SessionOption::number(key, hops as i64, -7, 7)
    }

    /// `backupQuantity`: spare tunnels, 0 to 16, kept ready to take the place of one that fails.
    /// Without it, none; more than 3 are hardly ever of use.
    ///
    /// The router only sees it: spare tunnels are not published.
    pub const fn backup_quantity(self, tunnels: u8) -> SessionOption<'static> {
        let key = match self {
            Self::Inbound => "inbound.backupQuantity",
            Self::Outbound => "outbound.backupQuantity",
        };
        SessionOption::number(key, tunnels as i64, 0, 16)
    }

    /// `nickname`: what the router's console calls the tunnels, up to 255 bytes; without spaces,
    /// quotes and backslashes, which i2pd does not understand. Java I2P goes by the inbound one.
    ///
    /// The router only sees it, and whoever looks at its console.
    pub const fn nickname(self, name: &str) -> SessionOption<'_> {
        let key = match self {
            Self::Inbound => "inbound.nickname",
            Self::Outbound => "outbound.nickname",
        };
        SessionOption::short(key, name, Alphabet::Plain)
    }
}
