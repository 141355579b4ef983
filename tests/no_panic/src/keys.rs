//! Keys, destinations and addresses, from text and from bytes.

use core::hint::black_box;

use sam_core::key::{
    EncryptedAddress, HostName, base32_decode, base32_encode, base32_len, base64_decode,
    base64_encode, base64_len, decoded_len, key_sizes,
};
use sam_core::{Address, Destination, DestinationHash, DestinationText, PrivateKey, SignatureType};

use crate::input::{bytes, cut, number, text};

pub fn call() {
    let input = bytes();
    codecs(&input);
    destinations(&input);
    private_keys(&input);
    addresses(&input);
}

#[inline(never)]
fn codecs(input: &[u8]) {
    let mut buffer = bytes();
    let out = buffer.get_mut(..number()).unwrap_or_default();
    black_box((base64_len(number()), base32_len(number())));
    black_box(decoded_len(cut(input))).ok();
    black_box(base64_encode(cut(input), out)).ok();
    black_box(base64_decode(cut(input), out)).ok();
    black_box(base32_encode(cut(input), out)).ok();
    black_box(base32_decode(cut(input), out)).ok();
}

#[inline(never)]
fn destinations(input: &[u8]) {
    let mut buffer = bytes();
    let out = buffer.get_mut(..number()).unwrap_or_default();
    if let Ok(text) = DestinationText::new(cut(input)) {
        black_box((text.as_str(), text.decoded_len(), text.signature_type()));
        black_box(text.decode(out)).ok();
    }
    if let Ok(destination) = Destination::from_base64(cut(input), out) {
        look_at(destination);
    }
    if let Ok(destination) = Destination::new(cut(input)) {
        look_at(destination);
    }
    if let Ok(destination) = Destination::leading(cut(input)) {
        look_at(destination);
    }
}

fn look_at(destination: Destination<&[u8]>) {
    let mut text = bytes();
    let text = text.get_mut(..number()).unwrap_or_default();
    black_box(destination.to_base64(text)).ok();
    let certificate = destination.certificate();
    black_box((certificate.signature_type(), certificate.encryption_type()));
    black_box((destination.signature_type(), destination.encryption_type()));
    black_box(destination.borrowed().as_bytes());
    black_box(destination.ed25519_key()).ok();
    if let Ok(address) = EncryptedAddress::new(&destination) {
        let address = address.with_secret().with_client_auth();
        black_box((address.needs_secret(), address.needs_client_auth()));
        black_box((address.key(), address.signature_type()));
    }
    black_box(destination == destination.borrowed());
    black_box(destination.cmp(&destination.borrowed()));
    black_box(destination.into_inner());
}

#[inline(never)]
fn private_keys(input: &[u8]) {
    black_box(key_sizes(SignatureType(number() as u16)));
    let (mut storage, mut other) = (bytes(), bytes());
    let storage = storage.get_mut(..number()).unwrap_or_default();
    let other = other.get_mut(..number()).unwrap_or_default();
    let keys = [
        PrivateKey::new(storage, number()).ok(),
        PrivateKey::from_base64(cut(input), other).ok(),
    ];
    for key in keys.into_iter().flatten() {
        let mut text = bytes();
        black_box(key.to_base64(text.get_mut(..number()).unwrap_or_default())).ok();
        black_box((key.as_bytes(), key.is_offline(), key.offline_expires()));
        black_box(key.destination());
    }
}

#[inline(never)]
fn addresses(input: &[u8]) {
    if let Ok(address) = text(input).parse::<Address>() {
        black_box(address.hash());
        black_box(address.cmp(&Address::from_hash([number() as u8; 32])));
    }
    black_box(HostName::new(text(input)).as_ref().map(HostName::as_str)).ok();
    black_box(text(input).parse::<HostName>()).ok();
    let hash = DestinationHash::from_bytes([number() as u8; 32]);
    black_box(hash.as_bytes());
}
