//! Keys: their structure is right, and nothing else.

use sam_core::key::{PrivateKey, base64_len, key_sizes};
use sam_core::types::SignatureType;
use sam_core::value::Value;
use sam_core::{ResultCode, Status};
use zeroize::Zeroizing;

/// A private key of any type.
pub(super) type Key = PrivateKey<Vec<u8>>;

const ENCRYPTION_FIELD_LEN: usize = 256;
const SIGNING_FIELD_LEN: usize = 128;

/// Makes keys of a type out of random bytes: nobody here signs or encrypts.
pub(super) fn generate(signature_type: SignatureType) -> Result<Key, Status<'static>> {
    let sizes = key_sizes(signature_type)
        .filter(|_| is_for_destinations(signature_type))
        .ok_or_else(|| refusal("SIGNATURE_TYPE unsupported"))?;
    let excess = random(sizes.public.saturating_sub(SIGNING_FIELD_LEN))?;
    let bytes = [
        random(ENCRYPTION_FIELD_LEN + SIGNING_FIELD_LEN)?,
        certificate_head(signature_type, excess.len()),
        excess,
        random(ENCRYPTION_FIELD_LEN + sizes.private)?,
    ]
    .concat();
    let len = bytes.len();
    PrivateKey::new(bytes, len).map_err(|_| refusal("no keys could be made"))
}

/// Reads the private key of a SESSION CREATE.
pub(super) fn read(text: Value<'_>) -> Result<Key, Status<'static>> {
    if text.is_empty() {
        return Err(refusal("DESTINATION not specified"));
    }
    let text = text.as_bytes().unwrap_or_default();
    PrivateKey::from_base64(text, vec![0; text.len()])
        .map_err(|_| Status::new(ResultCode::InvalidKey))
}

/// The private key in base64.
pub(super) fn text(key: &Key) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(vec![0; base64_len(key.as_bytes().len())]);
    // Cannot fail: the length is the one that is asked for.
    let _ = key.to_base64(&mut text);
    text
}

/// The types the I2P specification "Common Structures" gives to destinations.
const fn is_for_destinations(signature_type: SignatureType) -> bool {
    matches!(signature_type.0, 0..=8 | 11)
}

/// A certificate but for what of a long signing key goes on in it.
fn certificate_head(signature_type: SignatureType, excess_len: usize) -> Vec<u8> {
    if signature_type == SignatureType::DSA_SHA1 {
        return vec![0, 0, 0];
    }
    let payload_len = u16::try_from(4 + excess_len).unwrap_or_default();
    let [len1, len0] = payload_len.to_be_bytes();
    let [type1, type0] = signature_type.0.to_be_bytes();
    vec![5, len1, len0, type1, type0, 0, 0]
}

fn random(len: usize) -> Result<Vec<u8>, Status<'static>> {
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes).map_err(|_| refusal("no random numbers"))?;
    Ok(bytes)
}

fn refusal(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::I2pError).with_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_lengths_routers_give_them() {
        let table = [
            (0, 387, 663),
            (1, 391, 679),
            (2, 391, 695),
            (3, 395, 717),
            (4, 519, 1287),
            (5, 647, 1671),
            (6, 775, 2055),
            (7, 391, 679),
            (8, 391, 679),
            (11, 391, 679),
        ];
        for (number, public_len, len) in table {
            let key = generate(SignatureType(number)).unwrap();
            assert_eq!(key.as_bytes().len(), len, "type {number}");
            assert_eq!(key.destination().as_bytes().len(), public_len);
            assert_eq!(key.destination().signature_type(), SignatureType(number));
            assert_eq!(base64_len(len), text(&key).len());
            let read = read(Value::new(&text(&key))).unwrap();
            assert_eq!(read.as_bytes(), key.as_bytes());
        }
    }

    #[test]
    fn types_of_unknown_size_are_refused() {
        for number in [9, 12, 99, u16::MAX] {
            assert!(generate(SignatureType(number)).is_err(), "type {number}");
        }
    }
}
