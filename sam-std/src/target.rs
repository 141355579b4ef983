//! What `connect` and `lookup` take.

use sam_core::error::Usage;
use sam_core::{Address, Destination, DestinationText, Target};

/// What names a peer: text, an [`Address`] or a whole [`Destination`].
///
/// Text is an I2P host name, a b32 address or a destination in base64. Nothing else has this
/// trait: there is no way to name a host of the ordinary Internet, and no name reaches DNS.
pub trait ToTarget {
    /// Calls `with` with the target.
    ///
    /// # Errors
    /// [`Usage::NotI2p`] and [`Usage::Key`] for text that names nothing in I2P.
    fn to_target<R>(&self, with: impl FnOnce(Target<'_>) -> R) -> Result<R, Usage>;
}

impl ToTarget for str {
    fn to_target<R>(&self, with: impl FnOnce(Target<'_>) -> R) -> Result<R, Usage> {
        match DestinationText::new(self.as_bytes()) {
            Ok(destination) => Ok(with(destination.into())),
            Err(_) => Ok(with((&self.parse::<Address>()?).into())),
        }
    }
}

impl ToTarget for String {
    fn to_target<R>(&self, with: impl FnOnce(Target<'_>) -> R) -> Result<R, Usage> {
        self.as_str().to_target(with)
    }
}

impl ToTarget for Address {
    fn to_target<R>(&self, with: impl FnOnce(Target<'_>) -> R) -> Result<R, Usage> {
        Ok(with(self.into()))
    }
}

impl<B: AsRef<[u8]>> ToTarget for Destination<B> {
    fn to_target<R>(&self, with: impl FnOnce(Target<'_>) -> R) -> Result<R, Usage> {
        Ok(with(self.into()))
    }
}

impl<T: ToTarget + ?Sized> ToTarget for &T {
    fn to_target<R>(&self, with: impl FnOnce(Target<'_>) -> R) -> Result<R, Usage> {
        (**self).to_target(with)
    }
}
