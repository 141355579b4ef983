//! Lines as they may be shown to others: without private keys and passwords.

use sam_core::SignatureType;
use sam_core::key::{DestinationText, PrivateKey, base64_len, key_sizes};
use zeroize::Zeroizing;

use super::keys::{ENCRYPTION_FIELD_LEN, Key};

/// Characters in which no key has a private part yet.
const PUBLIC_CHARACTERS: usize = 516;

/// What stands where a private signing key was; zeros there would announce an offline signature.
const STAND_IN: u8 = 1;

/// The same line with other secrets, which are none.
///
/// A private key becomes one of the same destination that cannot sign for it, so that the line
/// still is what it was. An offline signature stays, the transient key behind it does not.
pub(super) fn redacted(line: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(line.len());
    for word in words(line) {
        let key_len = word.iter().position(|byte| *byte == b'=');
        let (key, value) = word.split_at(key_len.map_or(0, |at| at + 1));
        shown.extend(key);
        if is_secret(key) && !value.trim_ascii().is_empty() {
            shown.extend(b"hidden");
            shown.extend(value.strip_suffix(b" ").map_or(&b""[..], |_| b" "));
        } else {
            show_keys(value, &mut shown);
        }
    }
    shown
}

/// The words of a line, each with the space behind it. A quoted value is one word.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    line.split_inclusive(move |byte| {
        let was_escaped = is_escaped;
        is_escaped = *byte == b'\\' && !was_escaped;
        is_quoted ^= *byte == b'"' && !was_escaped;
        *byte == b' ' && !is_quoted
    })
}

/// Whether a value is secret because of its name: `PASSWORD`, `i2cp.leaseSetSecret`,
/// `i2cp.leaseSetPrivKey`, `i2cp.leaseSetClient.dh.1` and the like.
fn is_secret(key: &[u8]) -> bool {
    let key = key.to_ascii_lowercase();
    let has = |part: &[u8]| key.windows(part.len()).any(|window| window == part);
    key != b"priv="
        && [&b"password"[..], b"secret", b"priv", b"leasesetclient"]
            .into_iter()
            .any(has)
}

/// Shows a value, with other private keys where there are some.
fn show_keys(value: &[u8], shown: &mut Vec<u8>) {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"-~+/=".contains(byte);
    for part in value.chunk_by(|one, next| is_base64(one) == is_base64(next)) {
        if part.len() <= PUBLIC_CHARACTERS || DestinationText::new(part).is_ok() {
            shown.extend(part);
        } else if let Ok(key) = PrivateKey::from_base64(part, vec![0; part.len()]) {
            shown.extend(stand_in(&key));
        } else {
            let (public, rest) = part.split_at(PUBLIC_CHARACTERS);
            shown.extend(public);
            shown.extend(std::iter::repeat_n(b'A', rest.len()));
        }
    }
}

/// A private key of the same destination, in base64.
fn stand_in(key: &Key) -> Vec<u8> {
    let destination = key.destination();
    let mut bytes = Zeroizing::new(key.as_bytes().to_vec());
    let encryption_key = destination.as_bytes().len();
    let signing_key = encryption_key + ENCRYPTION_FIELD_LEN;
    let private_len = |number| key_sizes(number).map_or(0, |sizes| sizes.private);
    let secret_from = if key.is_offline() {
        // Behind the place of the signing key and four bytes of time there is the type.
        let types = signing_key + private_len(destination.signature_type()) + 4;
        let number = bytes.get(types..).and_then(<[u8]>::first_chunk);
        let transient = number.map(|number| SignatureType(u16::from_be_bytes(*number)));
        bytes.len() - transient.map_or(0, private_len)
    } else {
        signing_key
    };
    if let Some(secret) = bytes.get_mut(encryption_key..signing_key) {
        secret.fill(0);
    }
    if let Some(secret) = bytes.get_mut(secret_from..) {
        secret.fill(STAND_IN);
    }
    let mut text = vec![0; base64_len(bytes.len())];
    // Cannot fail: the length is the one that is asked for.
    let _ = sam_core::key::base64_encode(&bytes, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use sam_core::types::SignatureType;

    use super::super::chance::Chance;
    use super::super::keys::{generate, text};
    use super::*;

    fn key(number: u16) -> Key {
        let chance = Chance::new(Some(1)).unwrap();
        generate(&chance, SignatureType(number)).unwrap()
    }

    fn shown(line: &str) -> String {
        String::from_utf8(redacted(line.as_bytes())).unwrap()
    }

    /// The private key in a line `KEY=<base64>`.
    fn private(line: &str) -> Key {
        let text = line.split_once('=').unwrap().1;
        PrivateKey::from_base64(text.as_bytes(), vec![0; text.len()]).unwrap()
    }

    #[test]
    fn a_private_key_becomes_another_one_of_the_same_destination() {
        for number in [0, 1, 3, 6, 7, 11] {
            let key = key(number);
            let text = String::from_utf8(text(&key).to_vec()).unwrap();
            let stand_in = private(&shown(&format!("PRIV={text}")));
            let public_len = key.destination().as_bytes().len();
            let [before, after] = [&key, &stand_in].map(|key| key.as_bytes().split_at(public_len));
            assert_eq!(after.0, before.0, "type {number}");
            assert_eq!(after.1.len(), before.1.len());
            let signing = |private: &[u8]| private[ENCRYPTION_FIELD_LEN..].to_vec();
            assert!(
                signing(before.1)
                    .windows(8)
                    .all(|part| !signing(after.1).ends_with(part))
            );
            assert!(!stand_in.is_offline());
        }
    }

    #[test]
    fn an_offline_signature_stays_and_its_transient_key_does_not() {
        let key = key(7)
            .delegate(&[9; 32], 1_800_000_000, vec![0; 813])
            .unwrap();
        let text = String::from_utf8(text(&key).to_vec()).unwrap();
        let stand_in = private(&shown(&format!("DESTINATION={text}")));
        let [before, after] = [&key, &stand_in].map(|key| key.as_bytes().split_at(813 - 32));
        assert_eq!(after.0, before.0);
        assert_eq!((before.1, after.1), (&[9; 32][..], &[STAND_IN; 32][..]));
    }

    #[test]
    fn a_damaged_private_key_is_cut_down_to_what_is_public() {
        let key = String::from_utf8(text(&key(7)).to_vec()).unwrap();
        let damaged = key.get(..700).unwrap();
        let line = shown(&format!(
            "SESSION CREATE ID=1 DESTINATION={damaged}!{damaged} A=B"
        ));
        let public = key.get(..516).unwrap();
        let hidden = "A".repeat(700 - 516);
        let expected =
            format!("SESSION CREATE ID=1 DESTINATION={public}{hidden}!{public}{hidden} A=B");
        assert_eq!(line, expected);
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        let table = [
            (
                "HELLO VERSION USER=me PASSWORD=pw",
                "HELLO VERSION USER=me PASSWORD=hidden",
            ),
            (
                "AUTH ADD USER=me PASSWORD=pw",
                "AUTH ADD USER=me PASSWORD=hidden",
            ),
            (
                r#"AUTH ADD PASSWORD="p w" USER=me"#,
                "AUTH ADD PASSWORD=hidden USER=me",
            ),
            (r#"PASSWORD="a \" b" MIN=3.1"#, "PASSWORD=hidden MIN=3.1"),
            (r#"PASSWORD="no end of it"#, "PASSWORD=hidden"),
            (
                "i2cp.leaseSetSecret=c2Vj A=B",
                "i2cp.leaseSetSecret=hidden A=B",
            ),
            ("i2cp.leaseSetPrivKey=AAAA", "i2cp.leaseSetPrivKey=hidden"),
            (
                "i2cp.leaseSetClient.psk.0=bm8=:AA==",
                "i2cp.leaseSetClient.psk.0=hidden",
            ),
            (
                "PING PASSWORD= private  words ",
                "PING PASSWORD= private  words ",
            ),
            (r#"MESSAGE="a = b" ID=1"#, r#"MESSAGE="a = b" ID=1"#),
        ];
        for (line, expected) in table {
            assert_eq!(shown(line), expected);
        }
    }

    #[test]
    fn public_keys_stay() {
        let destination = key(6).destination().to_string();
        let line = format!("NAMING REPLY RESULT=OK NAME=ME VALUE={destination}");
        assert_eq!(shown(&line), line);
    }
}
