//! Keys, destinations and names, in text and in binary.

use sam_core::error::KeyError;
use sam_core::key::{
    EncryptedAddress, HostName, base32_decode, base32_encode, base32_len, base64_decode,
    base64_encode, base64_len, decoded_len,
};
use sam_core::{Address, Destination, DestinationText, PrivateKey, SessionId};

/// Takes `text` for everything it might be.
pub(crate) fn check(text: &[u8]) {
    check_base64(text);
    check_base32(text);
    check_destination_text(text);
    check_destination(text);
    check_private_key_text(text);
    check_private_key(text);
    if let Ok(text) = str::from_utf8(text) {
        check_address(text);
        check_session_id(text);
    }
}

/// Nearly every string has no padding to lose; both forms of one that has mean the same.
fn trimmed(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"==")
        .or_else(|| text.strip_suffix(b"="))
        .unwrap_or(text)
}

fn check_base64(text: &[u8]) {
    let mut bytes = vec![0; text.len()];
    if let Ok(bytes) = base64_decode(text, &mut bytes) {
        assert_eq!(decoded_len(text), Ok(bytes.len()));
        let mut again = vec![0; base64_len(bytes.len())];
        let again = base64_encode(bytes, &mut again).expect("the length is as told");
        assert_eq!(trimmed(again.as_bytes()), trimmed(text));
    }
}

fn check_base32(text: &[u8]) {
    let mut bytes = vec![0; text.len()];
    if let Ok(bytes) = base32_decode(text, &mut bytes) {
        let mut again = vec![0; base32_len(bytes.len())];
        let again = base32_encode(bytes, &mut again).expect("the length is as told");
        assert!(again.as_bytes().eq_ignore_ascii_case(text));
    }
}

fn check_destination_text(text: &[u8]) {
    let mut out = vec![0; text.len()];
    let binary = Destination::from_base64(text, &mut out);
    let Ok(found) = DestinationText::new(text) else {
        assert!(binary.is_err(), "text and binary disagree");
        return;
    };
    let binary = binary.expect("text and binary agree");
    assert_eq!(found.as_str().as_bytes(), text);
    assert_eq!(found.to_string(), found.as_str());
    assert_eq!(found.decoded_len(), binary.as_bytes().len());
    assert_eq!(found.signature_type(), binary.signature_type());
    assert_eq!(found.hash(), binary.hash());
    assert!(
        format!("{found:?} {binary:?}").len() < 200,
        "a log is flooded"
    );
    assert_eq!(trimmed(binary.to_string().as_bytes()), trimmed(text));
    assert_eq!(
        found.as_str().parse(),
        Ok(Address::from_hash(*found.hash().as_bytes()))
    );
}

fn check_destination(bytes: &[u8]) {
    if let Ok(destination) = Destination::new(bytes) {
        assert_eq!(destination.as_bytes(), bytes);
        assert!(bytes.len() >= Destination::<&[u8]>::MIN_LEN);
        let text = destination.to_string();
        let text = DestinationText::new(text.as_bytes()).expect("its own text");
        assert_eq!(text.hash(), destination.hash());
        assert_eq!(
            EncryptedAddress::new(&destination).map(|address| *address.key()),
            destination.ed25519_key()
        );
        let _ = format!(
            "{:?} {}",
            destination.certificate(),
            destination.encryption_type()
        );
    }
}

fn check_private_key_text(text: &[u8]) {
    let mut storage = vec![7; text.len()];
    let Ok(key) = PrivateKey::from_base64(text, &mut storage[..]) else {
        assert!(storage.iter().all(|byte| *byte == 0), "not erased");
        return;
    };
    let mut again = vec![0; base64_len(key.as_bytes().len())];
    let again = key.to_base64(&mut again).expect("the length is as told");
    assert_eq!(trimmed(again.as_bytes()), trimmed(text));
    assert!(
        DestinationText::new(text).is_err(),
        "a private key passes for a destination"
    );
    drop(key);
    assert!(storage.iter().all(|byte| *byte == 0), "not erased");
}

fn check_private_key(bytes: &[u8]) {
    let mut storage = bytes.to_vec();
    let Ok(key) = PrivateKey::new(&mut storage[..], bytes.len()) else {
        return;
    };
    assert_eq!(key.as_bytes(), bytes);
    assert!(bytes.starts_with(key.destination().as_bytes()));
    assert_eq!(key.is_offline(), key.offline_expires().is_some());
    let public = key.destination().signature_type();
    assert_eq!(format!("{key:?}"), format!("PrivateKey(.., {public})"));
    // Signed by no one, unless it was a key of somebody's own.
    assert!(!key.is_offline() || key.check_offline(u64::MAX) == Err(KeyError::Expired));
    let _ = key.check_offline(0);
}

fn check_address(text: &str) {
    if let Ok(address) = text.parse::<Address>() {
        let shown = address.to_string();
        assert!(shown.ends_with(".i2p"), "an address outside I2P");
        assert_eq!(shown.parse(), Ok(address));
    }
    if let Ok(encrypted) = text.parse::<EncryptedAddress>() {
        assert_eq!(text.parse(), Ok(Address::from(encrypted)));
    }
    if let Ok(name) = HostName::new(text) {
        assert!(name.as_str().eq_ignore_ascii_case(text));
        assert_eq!(text.parse(), Ok(Address::from(name)));
    }
}

fn check_session_id(text: &str) {
    if let Ok(id) = SessionId::new(text) {
        assert_eq!(id.as_str(), text);
        assert!(text.len() <= SessionId::MAX_LEN);
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    }
}
