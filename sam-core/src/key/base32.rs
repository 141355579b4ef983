//! Base32 as I2P writes the hash of a destination.

use super::codec::{DecodeError, ascii};
use crate::error::{Full, KeyError};

/// Length in characters of `bytes` bytes in base32, which has no padding in I2P.
pub const fn base32_len(bytes: usize) -> usize {
    (bytes / 5).saturating_mul(8) + (bytes % 5 * 8).div_ceil(5)
}

/// Writes `bytes` in base32 (RFC 4648): lower case, no padding.
///
/// # Errors
/// [`Full::Output`] if `out` is shorter than [`base32_len`] says.
pub fn base32_encode<'o>(bytes: &[u8], out: &'o mut [u8]) -> Result<&'o str, Full> {
    let out = out.get_mut(..base32_len(bytes.len())).ok_or(Full::Output)?;
    base32_letters(bytes, out);
    Ok(ascii(out))
}

/// Fills `letters` with the base32 text of `bytes` from its start.
pub(crate) fn base32_letters(bytes: &[u8], letters: &mut [u8]) {
    for (place, letter) in letters.iter_mut().enumerate() {
        let (byte, bit) = (place * 5 / 8, place * 5 % 8);
        // Behind the last byte are zeros, which fill up the last character.
        let [high, low] = [byte, byte + 1].map(|at| bytes.get(at).copied().unwrap_or_default());
        let quintet = (u16::from_be_bytes([high, low]) >> (11 - bit) & 31) as u8;
        *letter = quintet + if quintet < 26 { b'a' } else { b'2' - 26 };
    }
}

/// Reads base32 (RFC 4648) of either case, unpadded, and returns the part of `out` with the result.
///
/// # Errors
/// [`KeyError::Length`] for a length no base32 text has, [`KeyError::Alphabet`] for a byte that
/// cannot stand where it stands; [`Full::Output`] if `out` cannot hold five bytes for each eight
/// characters. `out` may have been written to in any case.
pub fn base32_decode<'o>(text: &[u8], out: &'o mut [u8]) -> Result<&'o [u8], DecodeError> {
    if matches!(text.len() % 8, 1 | 3 | 6) {
        return Err(KeyError::Length.into());
    }
    let len = text.len() / 8 * 5 + text.len() % 8 * 5 / 8;
    let out = out.get_mut(..len).ok_or(Full::Output)?;
    if text.iter().any(|letter| quintet(*letter).is_none()) {
        return Err(KeyError::Alphabet.into());
    }
    // Bits that belong to no byte have to be zero, or several texts would mean the same.
    let (mut bits, mut count, mut places) = (0_u32, 0, out.iter_mut());
    for quintet in text.iter().filter_map(|letter| quintet(*letter)) {
        bits = bits << 5 | u32::from(quintet);
        count += 5;
        if count >= 8 {
            count -= 8;
            if let Some(place) = places.next() {
                *place = (bits >> count) as u8;
            }
            bits &= (1 << count) - 1;
        }
    }
    match bits {
        0 => Ok(out),
        _ => Err(KeyError::Alphabet.into()),
    }
}

const fn quintet(letter: u8) -> Option<u8> {
    match letter {
        b'a'..=b'z' => Some(letter - b'a'),
        b'A'..=b'Z' => Some(letter - b'A'),
        b'2'..=b'7' => Some(letter - b'2' + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::{vec, vec::Vec};

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_the_reference(bytes: Vec<u8>) {
            let mut out = vec![0; base32_len(bytes.len())];
            let text = base32_encode(&bytes, &mut out).unwrap();
            let expected = data_encoding::BASE32_NOPAD.encode(&bytes);
            prop_assert_eq!(text, expected.to_ascii_lowercase());

            let mut back = vec![0; bytes.len()];
            prop_assert_eq!(base32_decode(text.as_bytes(), &mut back), Ok(&bytes[..]));
            prop_assert_eq!(base32_decode(expected.as_bytes(), &mut back), Ok(&bytes[..]));
        }

        #[test]
        fn refuses_what_the_reference_refuses(text in "[A-Z0-9=]{0,17}") {
            let expected = data_encoding::BASE32_NOPAD.decode(text.as_bytes()).ok();
            let mut out = [0; 16];
            prop_assert_eq!(base32_decode(text.as_bytes(), &mut out).ok(), expected.as_deref());
        }
    }

    #[test]
    fn malformed_text_is_refused() {
        let table = [
            ("a", KeyError::Length),
            ("aaa", KeyError::Length),
            ("aaaaaa", KeyError::Length),
            ("aaaaaaaaa", KeyError::Length),
            ("a1", KeyError::Alphabet),
            ("a8", KeyError::Alphabet),
            ("a=", KeyError::Alphabet),
            ("ab", KeyError::Alphabet),
            ("aaaaaab", KeyError::Alphabet),
            ("aaaaaaaaa-", KeyError::Alphabet),
        ];
        for (text, error) in table {
            let mut out = [0; 16];
            let result = base32_decode(text.as_bytes(), &mut out);
            assert_eq!(result, Err(DecodeError::Key(error)), "{text}");
        }
    }

    #[test]
    fn a_short_output_is_full_and_a_long_one_is_not_filled() {
        assert_eq!(base32_encode(b"ab", &mut [0; 3]), Err(Full::Output));
        assert_eq!(base32_encode(b"ab", &mut [0; 9]), Ok("mfra"));
        assert_eq!(
            base32_decode(b"mfra", &mut [0; 1]),
            Err(DecodeError::Full(Full::Output))
        );
        assert_eq!(base32_decode(b"MfRa", &mut [0; 9]), Ok(&b"ab"[..]));
    }

    #[test]
    fn lengths_do_not_overflow() {
        assert_eq!(base32_len(32), 52);
        assert_eq!(base32_len(usize::MAX), usize::MAX);
    }
}
