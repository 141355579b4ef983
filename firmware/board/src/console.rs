//! The host's terminal: text, or frames for defmt-print.

/// Prints a line on the host's terminal; with the feature `defmt`, as a frame for defmt-print.
///
/// The arguments stand behind the text and implement `Display`.
#[cfg(not(feature = "defmt"))]
#[macro_export]
macro_rules! println {
    ($text:literal $(, $argument:expr)* $(,)?) => {
        $crate::export::hprintln!($text $(, $argument)*)
    };
}

/// Prints a line on the host's terminal; with the feature `defmt`, as a frame for defmt-print.
///
/// The arguments stand behind the text and implement `Display`.
#[cfg(feature = "defmt")]
#[macro_export]
macro_rules! println {
    ($text:literal $(, $argument:expr)* $(,)?) => {
        $crate::export::defmt::info!(
            $text $(, $crate::export::defmt::Display2Format(&$argument))*
        )
    };
}

#[cfg(feature = "defmt")]
use defmt_semihosting as _;

// Of libraries that print through defmt, too.
#[cfg(feature = "defmt")]
defmt::timestamp!("{=u64:ms}", crate::clock::now());
