//! Where routers differ, and this bridge has to choose.

mod emissary;
mod flaws;
mod hearing;
mod i2pd;
mod i2pd_2_45;
mod java;
mod saying;
mod sentence;
mod settle;
mod table;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sam_core::Version;
use sam_core::bridge::Bridge;
use sam_core::types::SignatureType;

pub(super) use hearing::{Around, Heard, Hearing};
pub(super) use table::Answer;
use table::Table;

/// Which router a [`LoopbackBridge`](super::LoopbackBridge) behaves like, as far as clients can
/// tell by what is said: when routers build tunnels, or lose datagrams, is not imitated, nor that
/// i2pd 2.45.1 gives a stream to whichever subsession accepts, whatever port it is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Personality {
    /// The specification; where that is silent, the most helpful of what routers do.
    #[default]
    Spec,
    /// i2pd 2.45.1, as Debian 12 has it.
    I2pd245,
    /// i2pd after 2.58.0, of December 2025.
    I2pd,
    /// Java I2P 2.8.0.
    Java,
    /// emissary, of February 2026.
    Emissary,
}

/// A name that no [`Personality`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPersonality;

impl Personality {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Spec,
        Self::I2pd245,
        Self::I2pd,
        Self::Java,
        Self::Emissary,
    ];

    /// What it is called: `spec`, `i2pd-2.45`, `i2pd`, `java` or `emissary`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::I2pd245 => "i2pd-2.45",
            Self::I2pd => "i2pd",
            Self::Java => "java",
            Self::Emissary => "emissary",
        }
    }

    /// The router's half of a new connection.
    pub(super) fn bridge(self) -> Bridge {
        Bridge::default().guarded()
    }

    /// How its router hears and speaks; `None` is as the specification says.
    pub(super) fn hearing(self) -> Option<Hearing> {
        self.table().map(Hearing::new)
    }

    /// The type of new keys if the client does not say which it wants.
    pub(super) fn signature_type(self) -> SignatureType {
        self.table()
            .map_or(SignatureType::DSA_SHA1, |table| table.signature_type)
    }

    /// How many streams wait for an ACCEPT of their session at the most.
    pub(super) fn backlog(self) -> usize {
        self.table().map_or(50, |table| table.backlog)
    }

    /// Whether a private key is refused whose offline signature has expired: i2pd 2.59 does, 2.45
    /// does not.
    pub(super) fn refuses_expired_keys(self) -> bool {
        self.table().is_none_or(|table| table.refuses_expired_keys)
    }

    /// Whether a session may have an ID of no characters.
    pub(super) fn takes_empty_ids(self) -> bool {
        self.table().is_some_and(|table| table.takes_empty_ids)
    }

    /// Whether ME is a destination of all clients to those without a session.
    pub(super) fn shares_me(self) -> bool {
        self.table().is_some_and(|table| table.shares_me)
    }

    /// Whether a destination may have several sessions.
    pub(super) fn shares_destinations(self) -> bool {
        self.table().is_some_and(|table| table.shares_destinations)
    }

    /// Whether a session loses its ID to a client that asks for it in vain.
    pub(super) fn unregisters_victims(self) -> bool {
        self.table().is_some_and(|table| table.unregisters_victims)
    }

    /// How long a client may take from HELLO to a session or a stream; `None` is for ever.
    pub(super) fn patience(self) -> Option<Duration> {
        let seconds = self.table().and_then(|table| table.patience);
        seconds.map(Duration::from_secs)
    }

    /// Whether an ACCEPT waits on when its session has ended.
    pub(super) fn keeps_accepts(self) -> bool {
        self.table().is_some_and(|table| table.keeps_accepts)
    }

    /// The version to name the peers of streams in.
    pub(super) fn stream_version(self, version: Version) -> Version {
        told(
            version,
            self.table().is_none_or(|table| table.tells_stream_ports),
        )
    }

    /// The version to name the senders of datagrams in.
    pub(super) fn datagram_version(self, version: Version) -> Version {
        told(
            version,
            self.table().is_none_or(|table| table.tells_datagram_ports),
        )
    }

    const fn table(self) -> Option<&'static Table> {
        match self {
            Self::Spec => None,
            Self::I2pd245 => Some(&i2pd_2_45::I2PD_2_45),
            Self::I2pd => Some(&i2pd::I2PD),
            Self::Java => Some(&java::JAVA),
            Self::Emissary => Some(&emissary::EMISSARY),
        }
    }
}

/// The highest version up to this one that has no ports, unless they are told.
fn told(version: Version, tells_ports: bool) -> Version {
    if tells_ports {
        version
    } else {
        version.min(Version::V3_1)
    }
}

impl fmt::Display for Personality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Personality {
    type Err = UnknownPersonality;

    fn from_str(name: &str) -> Result<Self, UnknownPersonality> {
        let mut all = Self::ALL.into_iter();
        all.find(|this| this.name() == name)
            .ok_or(UnknownPersonality)
    }
}

impl fmt::Display for UnknownPersonality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no personality has this name:")?;
        Personality::ALL
            .into_iter()
            .try_for_each(|known| write!(f, " {known}"))
    }
}

impl std::error::Error for UnknownPersonality {}
