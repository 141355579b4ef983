//! HELLO, DEST GENERATE, NAMING LOOKUP and what belongs to no session.

use std::time::Duration;

use sam_core::key::{Address, DestinationText, HostName, PrivateKey};
use sam_std::loopback::LoopbackBridge;

use crate::client::{Client, bridge};

#[test]
fn versions_are_negotiated() {
    let bridge = bridge();
    let table = [
        ("HELLO VERSION", "RESULT=OK VERSION=3.3"),
        ("HELLO VERSION MIN=3.0 MAX=3.1", "RESULT=OK VERSION=3.1"),
        ("HELLO VERSION MIN=3.1 MAX=3.3", "RESULT=OK VERSION=3.3"),
        ("HELLO VERSION MIN=3.0 MAX=3.9", "RESULT=OK VERSION=3.3"),
        ("HELLO VERSION MIN=4.0 MAX=4.1", "RESULT=NOVERSION"),
    ];
    for (hello, expected) in table {
        let reply = Client::new(&bridge).ask(hello);
        assert_eq!(reply, format!("HELLO REPLY {expected}"));
    }
}

#[test]
fn the_first_line_has_to_be_hello() {
    let bridge = bridge();
    let mut client = Client::new(&bridge);
    let reply = client.ask("NAMING LOOKUP NAME=ME");
    let expected = "HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Must start with HELLO VERSION\"";
    assert_eq!(reply, expected);
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_client_that_never_says_hello_is_told_and_let_go() {
    let builder = LoopbackBridge::builder().hello_timeout(Duration::from_millis(50));
    let bridge = builder.start().unwrap();
    let mut client = Client::new(&bridge);
    client.send(b"HELLO VER");
    let expected = "HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Timeout waiting for HELLO VERSION\"";
    assert_eq!(client.line(), expected);
    assert_eq!(client.rest(), b"");
}

#[test]
fn lines_may_come_in_any_portions_and_ahead_of_replies() {
    let bridge = bridge();
    let mut client = Client::new(&bridge);
    for byte in b"HELLO VERSION\n" {
        client.send(&[*byte]);
    }
    assert_eq!(client.line(), "HELLO REPLY RESULT=OK VERSION=3.3");
    client.send(b"PING 1\nPING  two words\nPING\nQUIT\n");
    let replies = [(); 4].map(|()| client.line());
    let quit = "QUIT STATUS RESULT=OK MESSAGE=bye";
    assert_eq!(replies, ["PONG 1", "PONG  two words", "PONG", quit]);
    assert_eq!(client.rest(), b"");
}

#[test]
fn generated_keys_are_of_the_type_asked_for() {
    let bridge = bridge();
    let mut client = Client::greeted(&bridge);
    let table = [
        ("", 516, 884),
        (" SIGNATURE_TYPE=DSA_SHA1", 516, 884),
        (" SIGNATURE_TYPE=1", 524, 908),
        (" SIGNATURE_TYPE=ECDSA_SHA384_P384", 524, 928),
        (" SIGNATURE_TYPE=3", 528, 956),
        (" SIGNATURE_TYPE=4", 692, 1716),
        (" SIGNATURE_TYPE=7", 524, 908),
        (" SIGNATURE_TYPE=EdDSA_SHA512_Ed25519", 524, 908),
        (" SIGNATURE_TYPE=11", 524, 908),
    ];
    for (wanted, public_len, private_len) in table {
        let reply = client.ask(&format!("DEST GENERATE{wanted}"));
        let keys = reply.strip_prefix("DEST REPLY PUB=").unwrap();
        let (public, private) = keys.split_once(" PRIV=").unwrap();
        assert_eq!(public.len(), public_len, "{wanted}");
        assert_eq!(private.len(), private_len, "{wanted}");
        let key = PrivateKey::from_base64(private.as_bytes(), vec![0; private_len]).unwrap();
        assert_eq!(key.destination().to_string(), public);
    }
    for wanted in ["99", "9", "nonsense"] {
        let reply = client.ask(&format!("DEST GENERATE SIGNATURE_TYPE={wanted}"));
        assert!(reply.starts_with("DEST REPLY RESULT=I2P_ERROR MESSAGE="));
    }
}

#[test]
fn names_are_looked_up() {
    let key = PrivateKey::new(sample_key(), 663).unwrap();
    let builder =
        LoopbackBridge::builder().host_name(HostName::new("site.i2p").unwrap(), &key.destination());
    let bridge = builder.start().unwrap();
    let (_session, destination) = Client::with_session(&bridge, "a");
    let hash = DestinationText::new(destination.as_bytes()).unwrap().hash();
    let b32 = Address::from(hash).to_string();
    let nobody = Address::from_hash([7; 32]).to_string();
    let site = key.destination().to_string();
    let ok = |name: &str, value: &str| format!("RESULT=OK NAME={name} VALUE={value}");
    let table = [
        ("site.i2p", ok("site.i2p", &site)),
        ("SITE.i2p", ok("SITE.i2p", &site)),
        (&b32, ok(&b32, &destination)),
        (&destination, ok(&destination, &destination)),
        (&site, ok(&site, &site)),
        (&nobody, format!("RESULT=KEY_NOT_FOUND NAME={nobody}")),
        ("other.i2p", "RESULT=KEY_NOT_FOUND NAME=other.i2p".into()),
        (
            "example.com",
            "RESULT=KEY_NOT_FOUND NAME=example.com".into(),
        ),
        ("AAAA", "RESULT=INVALID_KEY NAME=AAAA".into()),
        ("ME", "RESULT=KEY_NOT_FOUND NAME=ME".into()),
        (
            "\"a b.i2p\"",
            "RESULT=KEY_NOT_FOUND NAME=\"a b.i2p\"".into(),
        ),
        ("", "RESULT=KEY_NOT_FOUND NAME=\"\"".into()),
    ];
    let mut client = Client::greeted(&bridge);
    for (name, expected) in table {
        let reply = client.ask(&format!("NAMING LOOKUP NAME={name}"));
        assert_eq!(reply, format!("NAMING REPLY {expected}"));
    }
    let damaged = destination.replace("BQAEAAcAAA==", "BQAEAAcAAAA=");
    let reply = client.ask(&format!("NAMING LOOKUP NAME={damaged}"));
    assert!(reply.starts_with("NAMING REPLY RESULT=INVALID_KEY NAME="));
}

#[test]
fn a_name_leads_to_whoever_has_its_private_key() {
    let key = PrivateKey::new(sample_key(), 663).unwrap();
    let private = key.to_base64(&mut [0; 884]).unwrap().to_owned();
    let builder =
        LoopbackBridge::builder().host_name(HostName::new("site.i2p").unwrap(), &key.destination());
    let bridge = builder.start().unwrap();
    let mut site = Client::greeted(&bridge);
    let reply = site.ask(&format!(
        "SESSION CREATE STYLE=STREAM ID=site DESTINATION={private}"
    ));
    assert_eq!(
        reply,
        format!("SESSION STATUS RESULT=OK DESTINATION={private}")
    );
    let (_session, visitor) = Client::with_session(&bridge, "visitor");
    let mut accepting = Client::accepting(&bridge, "site");
    let _stream = Client::connected(&bridge, "visitor", "site.i2p");
    assert_eq!(accepting.line(), format!("{visitor} FROM_PORT=0 TO_PORT=0"));
}

/// DSA_SHA1 and ElGamal, with an empty certificate.
fn sample_key() -> Vec<u8> {
    [&[1; 384][..], &[0; 3], &[2; 276]].concat()
}
