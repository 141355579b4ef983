//! What a session asks of its router: tunnels, leaseset, and whatever else it passes through.

use core::fmt;

use crate::error::{Error, Usage};
use crate::grammar::Pairs;
use crate::value::Value;
use crate::writer::Writer;

/// The options of a session: I2CP, tunnel and streaming options behind `SESSION CREATE`.
///
/// [`SessionOptions::DEFAULT`] is the same for every user of this crate, because inbound quantity
/// and encryption types are published with the leaseset, where odd values make a session stand out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SessionOptions<'a> {
    /// Tunnels that carry traffic to the session; their number is visible to every peer.
    pub inbound: TunnelOptions,
    /// Tunnels that carry traffic from the session; only the router knows them.
    pub outbound: TunnelOptions,
    /// `i2cp.leaseSetEncType`: encryption types, best first, for instance `6,4`; visible to every
    /// peer. 4 is X25519, which all routers of today take.
    pub lease_set_enc_type: Option<&'a str>,
    /// Any other option, sent as it is. One named like a typed option replaces that one.
    pub others: &'a [(&'a str, &'a str)],
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
    /// [`Usage::OutOfRange`] for tunnel lengths above 7 and quantities outside 1 to 16;
    /// [`Usage::OptionKey`] for a key that is not an option's; [`Usage::Empty`] for a value that
    /// is empty, behind which emissary reads nothing more; [`Usage::Forbidden`] for a value with a
    /// line break or NUL.
    pub fn validate(&self) -> Result<(), Usage> {
        for tunnels in [self.inbound, self.outbound] {
            let length = tunnels.length.unwrap_or(3);
            let quantity = tunnels.quantity.unwrap_or(3);
            if length > 7 || !(1..=16).contains(&quantity) {
                return Err(Usage::OutOfRange);
            }
        }
        if let Some(types) = self.lease_set_enc_type {
            validate_value(types)?;
        }
        let mut rest = self.others;
        while let [(key, value), after @ ..] = rest {
            let repeated = after.iter().any(|(other, _)| other == key);
            if repeated || !is_option_key(key) {
                return Err(Usage::OptionKey);
            }
            validate_value(value)?;
            rest = after;
        }
        Ok(())
    }

    /// Writes options that [can be sent](Self::validate).
    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        for (key, number) in self.numbers() {
            line.add_number(key, number.into());
        }
        for (key, value) in self.texts() {
            line.add_pair(key, value.into());
        }
    }

    fn each(&self, put: Put<'_>) -> Result<(), Error> {
        for (key, number) in self.numbers() {
            let mut digits = [0; 3];
            let mut text = Writer::new(&mut digits);
            text.digits(number.into());
            put(key.as_bytes(), Value::new(text.written()))?;
        }
        self.texts()
            .try_for_each(|(key, value)| put(key.as_bytes(), value.into()))
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

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let key = "i2cp.leaseSetEncType";
        let types = self.lease_set_enc_type.filter(|_| !self.is_replaced(key));
        let types = types.map(|types| (key, types));
        types.into_iter().chain(self.others.iter().copied())
    }

    #[inline(never)]
    fn is_replaced(&self, key: &str) -> bool {
        self.others.iter().any(|(other, _)| *other == key)
    }
}

/// The options of a `SESSION CREATE` line: to be written, or as a client wrote them.
#[derive(Clone, Copy)]
pub struct Options<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Typed(SessionOptions<'a>),
    Line(Pairs<'a>),
}

type Put<'p> = &'p mut dyn FnMut(&[u8], Value<'_>) -> Result<(), Error>;

impl<'a> Options<'a> {
    /// The pairs of a line that are not the command's own.
    pub(crate) const fn from_pairs(pairs: Pairs<'a>) -> Self {
        Self(Source::Line(pairs))
    }

    /// Calls `put` with each option, in order; stops at its first error.
    ///
    /// # Errors
    /// Those of `put`.
    pub fn each(&self, put: Put<'_>) -> Result<(), Error> {
        match self.0 {
            Source::Typed(options) => options.each(put),
            Source::Line(mut pairs) => pairs.try_for_each(|pair| match pair.value {
                Some(value) if !is_protocol_key(pair.key) => put(pair.key, value),
                _ => Ok(()),
            }),
        }
    }

    pub(crate) fn encode(&self, line: &mut Writer<'_>) {
        if let Source::Typed(options) = self.0 {
            match options.validate() {
                Ok(()) => options.encode(line),
                Err(usage) => line.fail(usage.into()),
            }
            return;
        }
        let said = self.each(&mut |key, value| match core::str::from_utf8(key) {
            Ok(key) if is_option_key(key) => line.pair(key, value),
            _ => Err(Usage::OptionKey.into()),
        });
        if let Err(error) = said {
            line.fail(error);
        }
    }

    fn len(&self) -> usize {
        let mut count = 0;
        let _ = self.each(&mut |_, _| {
            count += 1;
            Ok(())
        });
        count
    }

    fn count(&self, wanted: &[u8], meaning: Value<'_>) -> usize {
        let mut count = 0;
        let _ = self.each(&mut |key, value| {
            count += usize::from(key == wanted && value == meaning);
            Ok(())
        });
        count
    }
}

impl<'a> From<SessionOptions<'a>> for Options<'a> {
    fn from(options: SessionOptions<'a>) -> Self {
        Self(Source::Typed(options))
    }
}

/// The same options, in any order.
impl PartialEq for Options<'_> {
    fn eq(&self, other: &Self) -> bool {
        let mut same = self.len() == other.len();
        let _ = self.each(&mut |key, value| {
            same &= self.count(key, value) == other.count(key, value);
            Ok(())
        });
        same
    }
}

impl Eq for Options<'_> {}

/// Shows the keys of the untyped options only: among their values may be keys of an encrypted
/// leaseset.
impl fmt::Debug for SessionOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SessionOptions");
        shown.field("inbound", &self.inbound);
        shown.field("outbound", &self.outbound);
        shown.field("lease_set_enc_type", &self.lease_set_enc_type);
        for (key, _) in self.others {
            shown.field(key, &"..");
        }
        shown.finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for SessionOptions<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        Options::from(*self).format(f);
    }
}

/// Shows keys only: among the values may be keys of an encrypted leaseset.
impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        let _ = self.each(&mut |key, _| {
            list.entry(&Value::new(key));
            Ok(())
        });
        list.finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Options<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{} options", self.len());
    }
}

/// Whether a key may name an option: some routers know no other bytes in keys (emissary), and the
/// protocol's own keys are set by typed fields only.
fn is_option_key(key: &str) -> bool {
    let known_bytes = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    !key.is_empty() && key.bytes().all(known_bytes) && !is_protocol_key(key.as_bytes())
}

fn is_protocol_key(key: &[u8]) -> bool {
    const KEYS: [&str; 14] = [
        "STYLE",
        "ID",
        "DESTINATION",
        "SIGNATURE_TYPE",
        "CRYPTO_TYPE",
        "PORT",
        "HOST",
        "FROM_PORT",
        "TO_PORT",
        "PROTOCOL",
        "HEADER",
        "LISTEN_PORT",
        "LISTEN_PROTOCOL",
        "SILENT",
    ];
    KEYS.iter().any(|own| own.as_bytes() == key)
}

fn validate_value(value: &str) -> Result<(), Usage> {
    if value.is_empty() {
        return Err(Usage::Empty);
    }
    match value.bytes().find(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
        Some(byte) => Err(Usage::Forbidden(byte)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn written(options: SessionOptions<'_>) -> Result<String, Error> {
        let mut buffer = [0; 256];
        let mut writer = Writer::new(&mut buffer);
        Options::from(options).encode(&mut writer);
        writer.check()?;
        Ok(String::from_utf8(writer.written().to_vec()).unwrap())
    }

    #[test]
    fn the_default_says_quantities_and_encryption_type() {
        assert_eq!(
            written(SessionOptions::DEFAULT).unwrap(),
            " inbound.quantity=3 outbound.quantity=3 i2cp.leaseSetEncType=4"
        );
    }

    #[test]
    fn an_option_by_name_replaces_the_typed_one() {
        let others = [
            ("inbound.quantity", "1"),
            ("i2cp.leaseSetEncType", "6,4"),
            ("a.b", "c d"),
        ];
        let options = SessionOptions {
            others: &others,
            ..SessionOptions::DEFAULT
        };
        assert_eq!(
            written(options).unwrap(),
            " outbound.quantity=3 inbound.quantity=1 i2cp.leaseSetEncType=6,4 a.b=\"c d\""
        );
    }

    #[test]
    fn keys_that_are_no_options_are_refused() {
        for key in [
            "",
            "a b",
            "a-b",
            "a=b",
            "a\nb",
            "ID",
            "DESTINATION",
            "LISTEN_PORT",
            "ü",
        ] {
            let others = [(key, "x")];
            let options = SessionOptions {
                others: &others,
                ..SessionOptions::DEFAULT
            };
            assert_eq!(
                written(options),
                Err(Error::Usage(Usage::OptionKey)),
                "{key:?}"
            );
        }
        let twice = [("a", "1"), ("a", "2")];
        let options = SessionOptions {
            others: &twice,
            ..SessionOptions::DEFAULT
        };
        assert_eq!(written(options), Err(Error::Usage(Usage::OptionKey)));
    }

    #[test]
    fn values_with_line_breaks_are_refused() {
        let others = [("a", "1\nSESSION CREATE")];
        let options = SessionOptions {
            others: &others,
            ..SessionOptions::DEFAULT
        };
        assert_eq!(options.validate(), Err(Usage::Forbidden(b'\n')));
    }

    #[test]
    fn empty_values_are_refused() {
        let others = [("a", "")];
        let options = SessionOptions {
            others: &others,
            ..SessionOptions::DEFAULT
        };
        assert_eq!(options.validate(), Err(Usage::Empty));
    }

    #[test]
    fn equality_counts_options_and_is_symmetric() {
        let options = |text: &'static str| Options::from_pairs(Pairs::new(text.as_bytes()));
        assert_eq!(options(" a=1 b=2"), options(" b=2 a=1"));
        assert_ne!(options(" a=1 a=1"), options(" a=1 b=2"));
        assert_ne!(options(" a=1 b=2"), options(" a=1 a=1"));
        assert_ne!(options(" a=1 a=1 b=2"), options(" a=1 b=2 b=2"));
    }

    #[test]
    fn tunnels_out_of_range_are_refused() {
        for (length, quantity, ok) in [(0, 1, true), (7, 16, true), (8, 1, false), (0, 0, false)] {
            let inbound = TunnelOptions {
                length: Some(length),
                quantity: Some(quantity),
            };
            let options = SessionOptions {
                inbound,
                ..SessionOptions::DEFAULT
            };
            assert_eq!(options.validate().is_ok(), ok, "{length} {quantity}");
        }
    }
}
