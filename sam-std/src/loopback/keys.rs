//! Keys: Ed25519 ones are real, of the others only the structure is right.

use sam_core::error::KeyError;
use sam_core::key::{PrivateKey, SEEDED_KEY_LEN, base64_len, key_sizes};
use sam_core::types::SignatureType;
use sam_core::value::Value;
use sam_core::{ResultCode, Status};
use zeroize::Zeroizing;

use super::chance::Chance;

/// A private key of any type.
pub(super) type Key = PrivateKey<Vec<u8>>;

/// Bytes of an encryption key, public or private.
pub(super) const ENCRYPTION_FIELD_LEN: usize = 256;
const SIGNING_FIELD_LEN: usize = 128;

/// Makes keys of a type.
///
/// Nobody here signs or encrypts, but clients may sign with an identity of theirs: offline keys.
pub(super) fn generate(
    chance: &Chance,
    signature_type: SignatureType,
) -> Result<Key, Status<'static>> {
    let key = if signature_type == SignatureType::ED25519 {
        PrivateKey::from_seed(&chance.seed(), vec![0; SEEDED_KEY_LEN]).ok()
    } else {
        of_random_bytes(chance, signature_type)?
    };
    key.ok_or(refusal("no keys could be made"))
}

fn of_random_bytes(
    chance: &Chance,
    signature_type: SignatureType,
) -> Result<Option<Key>, Status<'static>> {
    let sizes = key_sizes(signature_type)
        .filter(|_| is_for_destinations(signature_type))
        .ok_or_else(|| refusal("SIGNATURE_TYPE unsupported"))?;
    let excess = chance.bytes(sizes.public.saturating_sub(SIGNING_FIELD_LEN));
    let bytes = [
        chance.bytes(ENCRYPTION_FIELD_LEN + SIGNING_FIELD_LEN),
        certificate_head(signature_type, excess.len()),
        excess,
        chance.bytes(ENCRYPTION_FIELD_LEN + sizes.private),
    ]
    .concat();
    let len = bytes.len();
    Ok(PrivateKey::new(bytes, len).ok())
}

/// Reads the private key of a SESSION CREATE, and checks its offline signature, if there is one,
/// at a time in seconds since 1970. Without a time, an expired one is taken.
///
/// Signatures of types that cannot be checked here are taken.
pub(super) fn read(text: Value<'_>, now: Option<u64>) -> Result<Key, Status<'static>> {
    let invalid = Status::new(ResultCode::InvalidKey);
    if text.is_empty() {
        return Err(refusal("DESTINATION not specified"));
    }
    let text = text.as_bytes().unwrap_or_default();
    let key = PrivateKey::from_base64(text, vec![0; text.len()]).map_err(|_| invalid)?;
    match key.check_offline(now.unwrap_or_default()) {
        Ok(()) | Err(KeyError::SignatureType(_)) => Ok(key),
        Err(_) => Err(invalid),
    }
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

fn refusal(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::I2pError).with_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance() -> Chance {
        Chance::new(Some(1)).unwrap()
    }

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
            let key = generate(&chance(), SignatureType(number)).unwrap();
            assert_eq!(key.as_bytes().len(), len, "type {number}");
            assert_eq!(key.destination().as_bytes().len(), public_len);
            assert_eq!(key.destination().signature_type(), SignatureType(number));
            assert_eq!(base64_len(len), text(&key).len());
            let read = read(Value::new(&text(&key)), Some(0)).unwrap();
            assert_eq!(read.as_bytes(), key.as_bytes());
        }
    }

    #[test]
    fn types_of_unknown_size_are_refused() {
        for number in [9, 12, 99, u16::MAX] {
            assert!(
                generate(&chance(), SignatureType(number)).is_err(),
                "type {number}"
            );
        }
    }

    #[test]
    fn offline_signatures_are_checked() {
        const EXPIRES: u32 = 1_800_000_000;
        let identity = generate(&chance(), SignatureType::ED25519).unwrap();
        let key = identity.delegate(&[3; 32], EXPIRES, vec![0; 813]).unwrap();
        let mut forged = key.as_bytes().to_vec();
        // The signature ends where the transient private key begins.
        let last = forged.len() - 33;
        forged[last] ^= 1;
        let forged = PrivateKey::new(forged.clone(), forged.len()).unwrap();
        let [before, after] = [0, 1].map(|later| Some(u64::from(EXPIRES) - 1 + later));
        let table = [
            (&key, before, true),
            (&key, after, false),
            (&key, None, true),
            (&forged, before, false),
            (&forged, None, false),
        ];
        for (key, now, is_taken) in table {
            let taken = read(Value::new(&text(key)), now).map(|_| ());
            let expected = is_taken.then_some(()).ok_or(ResultCode::InvalidKey);
            assert_eq!(taken.map_err(|status| status.code()), expected, "{now:?}");
        }
    }
}
