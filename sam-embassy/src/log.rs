//! What becomes of a session, told to whoever reads the device's log: nothing without `defmt`.

use crate::error::Error;
use crate::shared::State;

#[cfg(feature = "defmt")]
pub(crate) fn state(state: State) {
    defmt::info!("I2P session: {}", state);
}

/// Something failed and will be tried again.
#[cfg(feature = "defmt")]
pub(crate) fn failed(what: &'static str, error: Error) {
    defmt::warn!("I2P {=str}: {}", what, error);
}

#[cfg(not(feature = "defmt"))]
pub(crate) const fn state(_: State) {}

#[cfg(not(feature = "defmt"))]
pub(crate) const fn failed(_: &'static str, _: Error) {}
