//! What a connection, a datagram or a lookup is aimed at.

use core::fmt;

use super::address::Address;
use super::base64::Base64Groups;
use super::codec::ascii;
use super::destination::Destination;
use super::hash::B32_SUFFIX;
use super::text::DestinationText;

/// A peer as a line names it: by address, or by destination, which spares the router a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Target<'a> {
    /// A host name, b32 or b33 address.
    Address(&'a Address),
    /// A destination in base64.
    Destination(DestinationText<'a>),
    /// A destination in binary.
    Bytes(Destination<&'a [u8]>),
}

impl Target<'_> {
    /// Hands the text to `put`, piece by piece, all of it ASCII.
    ///
    /// # Errors
    /// The first error of `put`, which is not called again then.
    pub(crate) fn write_to<E>(&self, put: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Address(Address::Name(name)) => put(name.as_str().as_bytes()),
            Self::Address(Address::Hash(hash)) => {
                put(&hash.letters())?;
                put(B32_SUFFIX.as_bytes())
            }
            Self::Address(Address::Encrypted(encrypted)) => {
                put(&encrypted.letters())?;
                put(B32_SUFFIX.as_bytes())
            }
            Self::Destination(text) => put(text.as_bytes()),
            Self::Bytes(destination) => {
                Base64Groups::new(destination.as_bytes()).try_for_each(|group| put(&group))
            }
        }
    }
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(&mut |piece| f.write_str(ascii(piece)))
    }
}

impl<'a> From<&'a Address> for Target<'a> {
    fn from(address: &'a Address) -> Self {
        Self::Address(address)
    }
}

impl<'a> From<DestinationText<'a>> for Target<'a> {
    fn from(text: DestinationText<'a>) -> Self {
        Self::Destination(text)
    }
}

impl<'a, B: AsRef<[u8]>> From<&'a Destination<B>> for Target<'a> {
    fn from(destination: &'a Destination<B>) -> Self {
        Self::Bytes(destination.borrowed())
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;
    use crate::key::samples;

    #[test]
    fn every_form_is_printed_as_it_stands_in_a_line() {
        let b32 = "535hnbjltk7dxcd2q4g44s5puxtaj3uj7vavws5l5hy675bn4a3a.b32.i2p";
        for text in ["stats.i2p", b32, samples::B33[0].text] {
            assert_eq!(
                Target::from(&text.parse::<Address>().unwrap()).to_string(),
                text
            );
        }
        let text = DestinationText::new(samples::I2PD.public.as_bytes()).unwrap();
        assert_eq!(Target::from(text).to_string(), samples::I2PD.public);
        let mut out = [0; 391];
        let destination = text.decode(&mut out).unwrap();
        assert_eq!(Target::from(&destination).to_string(), samples::I2PD.public);
    }

    #[test]
    fn the_first_error_ends_it() {
        let address = Address::from_hash([0; 32]);
        let mut calls = 0;
        let result = Target::from(&address).write_to(&mut |_| {
            calls += 1;
            Err("full")
        });
        assert_eq!((result, calls), (Err("full"), 1));
    }
}
