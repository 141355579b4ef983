//! b33 addresses, offline signatures, and keys that are the same again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sam_core::key::{DestinationText, EncryptedAddress, OfflineSignature, PrivateKey};
use sam_std::keygen;
use sam_std::loopback::LoopbackBridge;

use crate::client::{Client, bridge, connect};

const ENCRYPTED: &str = "SESSION CREATE STYLE=STREAM ID=hidden DESTINATION=TRANSIENT \
                         SIGNATURE_TYPE=7 i2cp.leaseSetType=5";

/// A session that publishes an encrypted lease set: its client, destination and b33 address.
fn hidden(bridge: &LoopbackBridge) -> (Client, String, EncryptedAddress) {
    let mut client = Client::greeted(bridge);
    let reply = client.ask(ENCRYPTED);
    assert!(reply.starts_with("SESSION STATUS RESULT=OK"), "{reply}");
    let destination = client.ask("NAMING LOOKUP NAME=ME");
    let destination = destination.strip_prefix("NAMING REPLY RESULT=OK NAME=ME VALUE=");
    let destination = destination.unwrap().to_owned();
    let mut bytes = [0; 391];
    let text = DestinationText::new(destination.as_bytes()).unwrap();
    let address = EncryptedAddress::new(&text.decode(&mut bytes).unwrap()).unwrap();
    (client, destination, address)
}

#[test]
fn a_b33_address_finds_the_session_whose_lease_set_is_encrypted() {
    let bridge = bridge();
    let (mut session, destination, address) = hidden(&bridge);
    let mut asker = Client::greeted(&bridge);
    let reply = asker.ask(&format!("NAMING LOOKUP NAME={address}"));
    let expected = format!("NAMING REPLY RESULT=OK NAME={address} VALUE={destination}");
    assert_eq!(reply, expected);

    let (_source, _) = Client::with_session(&bridge, "source");
    let mut connected = Client::greeted(&bridge);
    let reply = connected.ask(&connect("source", &address.to_string()));
    assert_eq!(reply, "STREAM STATUS RESULT=OK");
    assert_eq!(session.ask("PING still there"), "PONG still there");
}

#[test]
fn nothing_but_its_b33_address_finds_an_encrypted_lease_set() {
    let bridge = bridge();
    let (_session, destination, _) = hidden(&bridge);
    let (_source, _) = Client::with_session(&bridge, "source");
    let b32 = DestinationText::new(destination.as_bytes()).unwrap().hash();
    for name in [&destination, &b32.to_string()] {
        let reply = Client::greeted(&bridge).ask(&connect("source", name));
        assert!(reply.starts_with("STREAM STATUS RESULT=CANT_REACH_PEER"));
    }
    let reply = Client::greeted(&bridge).ask(&format!("NAMING LOOKUP NAME={b32}"));
    assert!(reply.starts_with("NAMING REPLY RESULT=KEY_NOT_FOUND"));
}

#[test]
fn the_b33_address_of_a_plain_lease_set_finds_nothing() {
    let bridge = bridge();
    let (_session, destination) = Client::with_session(&bridge, "plain");
    let mut bytes = [0; 391];
    let text = DestinationText::new(destination.as_bytes()).unwrap();
    let address = EncryptedAddress::new(&text.decode(&mut bytes).unwrap()).unwrap();
    let reply = Client::greeted(&bridge).ask(&format!("NAMING LOOKUP NAME={address}"));
    assert!(reply.starts_with("NAMING REPLY RESULT=KEY_NOT_FOUND"));
}

#[test]
fn an_offline_signature_has_to_be_valid() {
    let bridge = bridge();
    let identity = keygen::identity().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let delegated = |until: Duration| {
        let expires = u32::try_from(until.as_secs()).unwrap();
        let storage = vec![0; 813];
        identity.delegate(&[9; 32], expires, storage).unwrap()
    };
    let hour = Duration::from_secs(3600);
    let valid = delegated(now + hour);
    let expired = delegated(now - hour);
    let mut forged = valid.as_bytes().to_vec();
    let signature_starts = forged.len() - 32 - 64;
    assert_eq!(OfflineSignature::LEN, 102);
    forged[signature_starts] ^= 1;
    let forged = PrivateKey::new(forged.clone(), forged.len()).unwrap();
    let table = [
        (&expired, "SESSION STATUS RESULT=INVALID_KEY"),
        (&forged, "SESSION STATUS RESULT=INVALID_KEY"),
        (&valid, "SESSION STATUS RESULT=OK DESTINATION="),
    ];
    for (key, expected) in table {
        let mut text = [0; 2048];
        let text = key.to_base64(&mut text).unwrap();
        let mut client = Client::greeted(&bridge);
        let reply = client.ask(&format!(
            "SESSION CREATE STYLE=STREAM ID=offline DESTINATION={text}"
        ));
        assert!(reply.starts_with(expected), "{expected}");
    }
}

#[test]
fn a_seed_makes_all_keys_the_same_again() {
    let keys = |seed| {
        let bridge = LoopbackBridge::builder().seed(seed).start().unwrap();
        let mut client = Client::greeted(&bridge);
        let types = [0, 1, 7, 7, 11];
        let generated = types.map(|number| {
            let reply = client.ask(&format!("DEST GENERATE SIGNATURE_TYPE={number}"));
            assert!(reply.starts_with("DEST REPLY PUB="), "{reply}");
            reply
        });
        let (_session, destination) = Client::with_session(&bridge, "id");
        (generated, destination)
    };
    assert_eq!(keys(7), keys(7));
    let [(one, transient), (other, another)] = [7, 8].map(keys);
    assert!(one.iter().zip(&other).all(|(one, other)| one != other));
    assert_ne!(one[2], one[3]);
    assert_ne!(transient, another);
}
