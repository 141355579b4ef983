//! What a session asks of its router: tunnels, leaseset, and whatever else it passes through.

mod i2cp;
mod line;
mod option;
mod streaming;
mod tunnels;

use core::fmt;

use crate::error::{Error, Usage};
use crate::types::decimal;
use crate::value::Value;
use crate::writer::Writer;
use option::put_number;

pub use i2cp::{LeaseSetAuth, LeaseSetType, Reliability};
pub use line::Options;
pub use option::SessionOption;
pub use tunnels::Tunnels;

/// The options of a session: I2CP, tunnel and streaming options behind `SESSION CREATE`.
///
/// [`SessionOptions::DEFAULT`] is the same for every user of this crate, because inbound quantity
/// and encryption types are published with the leaseset, where odd values make a session stand out.
///
/// What few sessions need is a list, so that a program holds no more than the options it names:
///
/// ```
/// use sam_core::options::Tunnels;
/// use sam_core::time::Duration;
/// use sam_core::{SessionOption, SessionOptions};
///
/// const OPTIONS: SessionOptions<'static> = SessionOptions {
///     others: &[
///         Tunnels::Inbound.nickname("sensor"),
///         SessionOption::reduce_on_idle(true),
///         SessionOption::reduce_idle_time(Duration::from_secs(900)),
///         SessionOption::other("i2p.streaming.answerPings", "false"),
///     ],
///     ..SessionOptions::DEFAULT
/// };
/// assert_eq!(OPTIONS.validate(), Ok(()));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionOptions<'a> {
    /// Tunnels that carry traffic to the session; their number is visible to every peer.
    pub inbound: TunnelOptions,
    /// Tunnels that carry traffic from the session; only the router knows them.
    pub outbound: TunnelOptions,
    /// `i2cp.leaseSetEncType`: numbers of encryption types, best first, for instance `6,4`;
    /// visible to every peer. 4 is X25519, which all routers of today take.
    pub lease_set_enc_type: Option<&'a str>,
    /// Any other options. One with the key of a field above replaces that one.
    pub others: &'a [SessionOption<'a>],
}

/// How many tunnels of which length; `None` leaves the choice to the router.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TunnelOptions {
    /// Hops of each tunnel, 0 to 7; routers choose 3. Fewer hops are less anonymous.
    pub length: Option<u8>,
    /// Tunnels in parallel, 1 to 16; Java I2P chooses 2, i2pd 5.
    pub quantity: Option<u8>,
}

impl SessionOptions<'static> {
    /// X25519, and three tunnels each way of the router's own length.
    pub const DEFAULT: Self = {
        let tunnels = TunnelOptions {
            length: None,
            quantity: Some(3),
        };
        Self {
            inbound: tunnels,
            outbound: tunnels,
            lease_set_enc_type: Some("4"),
            others: &[],
        }
    };
}

impl Default for SessionOptions<'_> {
    fn default() -> Self {
        SessionOptions::DEFAULT
    }
}

impl SessionOptions<'_> {
    /// Whether these options can be sent.
    ///
    /// # Errors
    /// [`Usage::OutOfRange`] for tunnel lengths above 7, quantities outside 1 to 16 and what is
    /// no encryption type; [`Usage::Empty`] and [`Usage::Forbidden`] for a list of encryption types
    /// that is empty or holds more than digits and commas; [`Usage::OptionKey`] for an option
    /// given twice; whatever is wrong with one of [`Self::others`].
    pub fn validate(&self) -> Result<(), Usage> {
        for tunnels in [self.inbound, self.outbound] {
            let length = tunnels.length.unwrap_or(3);
            let quantity = tunnels.quantity.unwrap_or(3);
            if length > 7 || !(1..=16).contains(&quantity) {
                return Err(Usage::OutOfRange);
            }
        }
        if let Some(types) = self.lease_set_enc_type {
            validate_encryption_types(types.as_bytes())?;
        }
        let mut rest = self.others;
        while let [option, after @ ..] = rest {
            option.validate()?;
            if after.iter().any(|other| other.key() == option.key()) {
                return Err(Usage::OptionKey);
            }
            rest = after;
        }
        Ok(())
    }

    /// Writes options that [can be sent](Self::validate).
    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        for (key, number) in self.numbers() {
            line.add_number(key, number.into());
        }
        if let Some(types) = self.encryption_types() {
            line.add_pair(LEASE_SET_ENC_TYPE, types.into());
        }
        for option in self.others {
            option.encode(line);
        }
    }

    /// Calls `put` with each option, in order; stops at its first error.
    fn each(&self, put: Put<'_>) -> Result<(), Error> {
        for (key, number) in self.numbers() {
            put_number(key, number.into(), put)?;
        }
        if let Some(types) = self.encryption_types() {
            put(LEASE_SET_ENC_TYPE, types.into())?;
        }
        self.others.iter().try_for_each(|option| option.put(put))
    }

    fn numbers(&self) -> impl Iterator<Item = (&'static str, u8)> {
        let numbers = [
            ("inbound.length", self.inbound.length),
            ("inbound.quantity", self.inbound.quantity),
            ("outbound.length", self.outbound.length),
            ("outbound.quantity", self.outbound.quantity),
        ];
        numbers
            .into_iter()
            .filter_map(|(key, number)| Some((key, number.filter(|_| !self.is_replaced(key))?)))
    }

    fn encryption_types(&self) -> Option<&str> {
        let is_replaced = self.is_replaced(LEASE_SET_ENC_TYPE);
        self.lease_set_enc_type.filter(|_| !is_replaced)
    }

    #[inline(never)]
    fn is_replaced(&self, key: &str) -> bool {
        self.others.iter().any(|option| option.key() == key)
    }
}

const LEASE_SET_ENC_TYPE: &str = "i2cp.leaseSetEncType";

/// Takes an option's key and its value.
type Put<'p> = &'p mut dyn FnMut(&str, Value<'_>) -> Result<(), Error>;

fn validate_encryption_types(types: &[u8]) -> Result<(), Usage> {
    if types.is_empty() {
        return Err(Usage::Empty);
    }
    if let Some(byte) = types
        .iter()
        .find(|byte| !matches!(byte, b'0'..=b'9' | b','))
    {
        return Err(Usage::Forbidden(*byte));
    }
    let mut numbers = types.split(|byte| *byte == b',');
    match numbers.all(|number| decimal::<u16>(number).is_some()) {
        true => Ok(()),
        false => Err(Usage::OutOfRange),
    }
}

/// Shows the keys of the other options only: among their values may be keys of an encrypted
/// leaseset.
impl fmt::Debug for SessionOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionOptions")
            .field("inbound", &self.inbound)
            .field("outbound", &self.outbound)
            .field("lease_set_enc_type", &self.lease_set_enc_type)
            .field("others", &self.others)
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for SessionOptions<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        Options::from(*self).format(f);
    }
}

#[cfg(test)]
mod tests;
