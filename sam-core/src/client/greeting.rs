//! HELLO: what every socket starts with.

use core::fmt;

use crate::answer::Answer;
use crate::command::Hello;
use crate::error::{Error, Malformed};
use crate::types::Version;
use crate::value::{Secret, Value};
use crate::writer::Writer;

/// What HELLO asks for and who is asking.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Greeting<'a> {
    /// The versions to offer.
    pub versions: Versions,
    /// For routers that want a password (Java I2P); others take no notice, and neither do routers
    /// below 3.2.
    pub credentials: Option<Credentials<'a>>,
}

/// A range of SAM versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Versions {
    /// The lowest.
    pub min: Version,
    /// The highest.
    pub max: Version,
}

impl Versions {
    /// 3.1 to 3.3: reaches the highest version of every router observed in one try.
    pub const DEFAULT: Self = Self {
        min: Version::V3_1,
        max: Version::V3_3,
    };

    /// 3.0 to 3.1: what to dial again with after NOVERSION.
    pub const FALLBACK: Self = Self {
        min: Version::V3_0,
        max: Version::V3_1,
    };
}

impl Default for Versions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A user name and a password of the router's; they cross the network in clear.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The user name.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Credentials<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Credentials(..)");
    }
}

impl Greeting<'_> {
    pub(super) fn say(&self, tx: &mut Writer<'_>) -> Result<(), Error> {
        let hello = Hello {
            min: Some(self.versions.min),
            max: Some(self.versions.max),
            user: self.credentials.map(|known| Value::from(known.user)),
            password: self
                .credentials
                .map(|known| Secret::new(Value::from(known.password))),
        };
        hello.encode(tx)
    }
}

/// The version a HELLO REPLY settles on.
///
/// Any 3.x will do, even one below the range offered: emissary answers 3.2 to MIN=3.3. Routers
/// before 3.1 may name no version at all.
pub(super) fn settled(hello: &Answer<'_>) -> Result<Version, Error> {
    match hello.version.unwrap_or(Version::V3_0) {
        version if version.major == 3 => Ok(version),
        _ => Err(Malformed::Version.into()),
    }
}
