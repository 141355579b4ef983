//! I2P's base64: arithmetic on ranges instead of tables.
//!
//! Four characters are worked on at once, one in each byte ("lane") of a `u32`. No branch and no
//! memory access depends on what the text says, unless it is refused; that suits private keys.

use super::codec::{DecodeError, Put, ascii};
use crate::error::{Full, KeyError};

/// Length in characters of `bytes` bytes in base64, padding included.
pub const fn base64_len(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

/// Length in bytes of what the base64 `text` stands for, judged by its length and padding alone.
///
/// # Errors
/// [`KeyError::Length`] for a length no base64 text has, [`KeyError::Alphabet`] for misplaced
/// padding. The other characters are not looked at.
pub fn decoded_len(text: &[u8]) -> Result<usize, KeyError> {
    let len = unpadded(text)?.len();
    Ok(len / 4 * 3 + len % 4 * 3 / 4)
}

/// Writes `bytes` in I2P's base64 (`-` and `~` for `+` and `/`), padded as all routers do.
///
/// # Errors
/// [`Full::Output`] if `out` is shorter than [`base64_len`] says.
pub fn base64_encode<'o>(bytes: &[u8], out: &'o mut [u8]) -> Result<&'o str, Full> {
    let out = out.get_mut(..base64_len(bytes.len())).ok_or(Full::Output)?;
    let (places, _) = out.as_chunks_mut::<4>();
    for (place, group) in places.iter_mut().zip(Base64Groups::new(bytes)) {
        *place = group;
    }
    Ok(ascii(out))
}

/// Reads I2P's base64, padded or not, and returns the part of `out` that holds the result.
///
/// Each byte string has exactly one text, give or take the padding.
///
/// # Errors
/// [`KeyError::Length`] for a length no base64 text has, [`KeyError::Alphabet`] for a byte that
/// cannot stand where it stands; [`Full::Output`] if `out` is shorter than [`decoded_len`] says.
/// `out` may have been written to in any case.
pub fn base64_decode<'o>(text: &[u8], out: &'o mut [u8]) -> Result<&'o [u8], DecodeError> {
    let out = out.get_mut(..decoded_len(text)?).ok_or(Full::Output)?;
    let mut places = out.chunks_mut(3);
    decode_groups(text, &mut |bytes| {
        let place = places.next().unwrap_or_default();
        place
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
    })?;
    Ok(out)
}

/// The base64 text of a byte string in pieces of four characters, for output without a buffer.
#[derive(Clone)]
pub(crate) struct Base64Groups<'a> {
    whole: core::slice::Iter<'a, [u8; 3]>,
    rest: &'a [u8],
}

impl<'a> Base64Groups<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let (whole, rest) = bytes.as_chunks();
        Self {
            whole: whole.iter(),
            rest,
        }
    }
}

impl Iterator for Base64Groups<'_> {
    type Item = [u8; 4];

    /// Not inlined: several loops have it.
    #[inline(never)]
    fn next(&mut self) -> Option<[u8; 4]> {
        let ([a, b, c], len) = match (self.whole.next(), self.rest) {
            (Some(bytes), _) => (*bytes, 3),
            (None, [a, b]) => ([*a, *b, 0], 2),
            (None, [a]) => ([*a, 0, 0], 1),
            (None, _) => return None,
        };
        let mut group = letters(spread([0, a, b, c])).to_be_bytes();
        let [.., third, fourth] = &mut group;
        if len < 3 {
            *fourth = b'=';
            self.rest = &[];
        }
        if len < 2 {
            *third = b'=';
        }
        Some(group)
    }
}

/// Reads base64 and hands on its bytes, three at a time but for the last, without storing them.
///
/// # Errors
/// As [`base64_decode`]; what was handed on until then is void.
pub(crate) fn decode_groups(text: &[u8], put: Put<'_>) -> Result<(), KeyError> {
    let (groups, rest) = unpadded(text)?.as_chunks();
    for group in groups {
        let [_, bytes @ ..] = join(sextets(u32::from_be_bytes(*group))?);
        put(&bytes);
    }
    let mut last = *b"AAAA";
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    // Bits that belong to no byte have to be zero, or several texts would mean the same.
    match (rest.len(), join(sextets(u32::from_be_bytes(last))?)) {
        (3, [_, bytes @ .., 0]) => put(&bytes),
        (2, [_, byte, 0, 0]) => put(&[byte]),
        (0, _) => {}
        _ => return Err(KeyError::Alphabet),
    }
    Ok(())
}

/// The characters in front of the padding, which is either left out or complete.
fn unpadded(text: &[u8]) -> Result<&[u8], KeyError> {
    let ([body @ .., b'=', b'='] | [body @ .., b'='] | body) = text;
    match (body.len() % 4, text.len() - body.len()) {
        (1, _) => Err(KeyError::Length),
        (_, 0) | (2, 2) | (3, 1) => Ok(body),
        _ => Err(KeyError::Alphabet),
    }
}

/// A one in each lane.
const LANES: u32 = 0x0101_0101;

/// A one in each lane that holds `floor` or more; lanes have to be below 128.
const fn at_least(floor: u8, lanes: u32) -> u32 {
    (lanes.wrapping_add((0x80 - floor as u32) * LANES) >> 7) & LANES
}

/// The base64 character of the sextet in each lane: every range starts from the one before it.
const fn letters(sextets: u32) -> u32 {
    sextets
        .wrapping_add(LANES * b'A' as u32)
        .wrapping_add(at_least(26, sextets) * 6)
        .wrapping_sub(at_least(52, sextets) * 75)
        .wrapping_sub(at_least(62, sextets) * 13)
        .wrapping_add(at_least(63, sextets) * 80)
}

/// The sextet of the base64 character in each lane.
const fn sextets(text: u32) -> Result<u32, KeyError> {
    let sextets = text
        .wrapping_add(LANES * (62 - b'-' as u32))
        .wrapping_sub(at_least(b'0', text) * 13)
        .wrapping_sub(at_least(b'A', text) * 69)
        .wrapping_sub(at_least(b'a', text) * 6)
        .wrapping_add(at_least(b'~', text) * 8);
    // Nothing but a character of the alphabet survives the way back.
    if sextets & (LANES * 0xC0) == 0 && letters(sextets) == text {
        Ok(sextets)
    } else {
        Err(KeyError::Alphabet)
    }
}

/// Spreads the lower 24 bits to four lanes of six.
const fn spread(bytes: [u8; 4]) -> u32 {
    let bits = u32::from_be_bytes(bytes);
    bits << 6 & 0x3F00_0000 | bits << 4 & 0x003F_0000 | bits << 2 & 0x3F00 | bits & 0x3F
}

/// Undoes [`spread`].
const fn join(lanes: u32) -> [u8; 4] {
    let bits =
        lanes >> 6 & 0x00FC_0000 | lanes >> 4 & 0x0003_F000 | lanes >> 2 & 0x0FC0 | lanes & 0x3F;
    bits.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::{string::String, vec, vec::Vec};

    use super::*;

    fn reference() -> data_encoding::Encoding {
        let mut specification = data_encoding::BASE64.specification();
        specification.symbols =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~".into();
        specification.encoding().unwrap()
    }

    proptest! {
        #[test]
        fn agrees_with_the_reference(bytes: Vec<u8>) {
            let mut out = vec![0; base64_len(bytes.len())];
            let text = base64_encode(&bytes, &mut out).unwrap();
            prop_assert_eq!(text, reference().encode(&bytes));

            let mut back = vec![0; decoded_len(text.as_bytes()).unwrap()];
            prop_assert_eq!(base64_decode(text.as_bytes(), &mut back), Ok(&bytes[..]));
            let unpadded = text.trim_end_matches('=').as_bytes();
            prop_assert_eq!(base64_decode(unpadded, &mut back), Ok(&bytes[..]));
        }

        #[test]
        fn refuses_what_the_reference_refuses(text in "[A-Za-z0-9~+/ -]{0,9}") {
            let mut strict = reference().specification();
            strict.padding = None;
            let expected = strict.encoding().unwrap().decode(text.as_bytes()).ok();
            let mut out = [0; 8];
            prop_assert_eq!(base64_decode(text.as_bytes(), &mut out).ok(), expected.as_deref());
        }
    }

    #[test]
    fn every_byte_outside_the_alphabet_is_refused_in_every_lane() {
        let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"-~".contains(&byte);
        for byte in 0..=255 {
            for lane in 0..4 {
                let mut text = *b"AzZ9AAAA";
                text[lane] = byte;
                let accepted = base64_decode(&text, &mut [0; 6]).is_ok();
                assert_eq!(accepted, alphabet(byte), "{byte} in lane {lane}");
            }
        }
    }

    #[test]
    fn malformed_text_is_refused() {
        let table = [
            ("A", KeyError::Length),
            ("AAAAA", KeyError::Length),
            ("A=", KeyError::Length),
            ("=", KeyError::Alphabet),
            ("==", KeyError::Alphabet),
            ("AA=", KeyError::Alphabet),
            ("AAA==", KeyError::Alphabet),
            ("AAAA=", KeyError::Alphabet),
            ("AAAA==", KeyError::Alphabet),
            ("A===", KeyError::Alphabet),
            ("AA==AAAA", KeyError::Alphabet),
            ("AA=A", KeyError::Alphabet),
            ("AAA\n", KeyError::Alphabet),
            ("AA+/", KeyError::Alphabet),
            ("AB==", KeyError::Alphabet),
            ("AP", KeyError::Alphabet),
            ("AAB=", KeyError::Alphabet),
            ("AAD", KeyError::Alphabet),
        ];
        for (text, error) in table {
            let mut out = [0; 16];
            let result = base64_decode(text.as_bytes(), &mut out);
            assert_eq!(result, Err(DecodeError::Key(error)), "{text}");
        }
    }

    #[test]
    fn a_short_output_is_full_and_a_long_one_is_not_filled() {
        assert_eq!(base64_encode(b"abcd", &mut [0; 7]), Err(Full::Output));
        assert_eq!(base64_encode(b"abcd", &mut [0; 9]), Ok("YWJjZA=="));
        assert_eq!(
            base64_decode(b"YWJjZA", &mut [0; 3]),
            Err(DecodeError::Full(Full::Output))
        );
        assert_eq!(base64_decode(b"YWJjZA", &mut [0; 9]), Ok(&b"abcd"[..]));
        assert_eq!(base64_encode(b"", &mut []), Ok(""));
        assert_eq!(base64_decode(b"", &mut []), Ok(&b""[..]));
    }

    #[test]
    fn groups_join_to_the_whole_text() {
        let text: Vec<u8> = Base64Groups::new(b"\xFB\xFF\xFEx").flatten().collect();
        assert_eq!(String::from_utf8(text).unwrap(), "-~~-eA==");
    }

    #[test]
    fn lengths_do_not_overflow() {
        assert_eq!(base64_len(391), 524);
        assert_eq!(base64_len(usize::MAX), usize::MAX);
    }
}
