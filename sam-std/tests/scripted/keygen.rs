//! Keys made without a router, and what is refused before one hears of it.

use std::io;
use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use sam_std::loopback::LoopbackBridge;
use sam_std::sam_core::error::{KeyError, Usage};
use sam_std::{Address, Error, PrivateKey, Router, Session, keygen};

use crate::keys;
use crate::watchdog::bounded;

const HOUR: Duration = Duration::from_secs(3600);

#[track_caller]
fn assert_key_error<T>(result: Result<T, Error>, expected: KeyError) {
    match result.map(drop) {
        Err(Error::Usage(Usage::Key(error))) => assert_eq!(error, expected),
        other => panic!("{other:?}"),
    }
}

/// Asks for a session at a router that hears of it if anything is sent, and must not.
#[track_caller]
fn assert_refused_unheard(key: &PrivateKey, expected: KeyError) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let router = Router::new(&listener.local_addr().unwrap().to_string()).unwrap();
    assert_key_error(Session::builder(&router).key(key).create(), expected);
    let heard = listener.accept().unwrap_err();
    assert_eq!(heard.kind(), io::ErrorKind::WouldBlock);
}

/// A copy with one byte changed.
fn changed(key: &PrivateKey, place: usize) -> PrivateKey {
    let mut bytes = key.as_bytes().to_vec();
    bytes[place] ^= 1;
    let len = bytes.len();
    PrivateKey::new(bytes.into(), len).unwrap()
}

#[test]
fn every_identity_is_another() {
    let [one, other] = [(); 2].map(|()| keygen::identity().unwrap());
    assert_ne!(one.destination(), other.destination());
    assert_eq!(
        one.as_bytes().len(),
        keys::private_key(keys::private()).as_bytes().len()
    );
}

#[test]
fn a_delegated_key_is_the_same_destination_for_a_time() {
    let identity = keygen::identity().unwrap();
    let expires = SystemTime::now() + HOUR;
    let key = keygen::delegate(&identity, expires).unwrap();
    assert_eq!(key.destination(), identity.destination());
    let end = u64::from(key.offline_expires().unwrap());
    let expected = expires.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(end, expected.as_secs());
    assert_eq!(key.check_offline(end - 1), Ok(()));
    let again = keygen::delegate(&identity, expires).unwrap();
    assert_ne!(key.as_bytes(), again.as_bytes());
}

#[test]
fn what_cannot_be_delegated_is_refused() {
    let identity = keygen::identity().unwrap();
    let now = SystemTime::now();
    let delegated = keygen::delegate(&identity, now + HOUR).unwrap();
    let dsa = keys::private_key(&keys::dsa_private());
    assert_key_error(keygen::delegate(&identity, now), KeyError::Expired);
    assert_key_error(
        keygen::delegate(&identity, SystemTime::UNIX_EPOCH),
        KeyError::Expired,
    );
    assert_key_error(keygen::delegate(&delegated, now + HOUR), KeyError::Offline);
    assert_key_error(
        keygen::delegate(&dsa, now + HOUR),
        KeyError::SignatureType(0),
    );
    let late = keygen::delegate(&identity, now + 24 * 365 * 100 * HOUR).unwrap_err();
    assert!(matches!(late, Error::Usage(Usage::OutOfRange)), "{late:?}");
}

#[test]
fn an_expired_key_is_refused_before_anything_is_sent() {
    let identity = keygen::identity().unwrap();
    let expired = identity.delegate(&[7; 32], 1_700_000_000, vec![0; 813].into());
    assert_refused_unheard(&expired.unwrap(), KeyError::Expired);
}

#[test]
fn a_forged_key_is_refused_before_anything_is_sent() {
    let identity = keygen::identity().unwrap();
    let key = keygen::delegate(&identity, SystemTime::now() + HOUR).unwrap();
    for place in [685, 720, 790] {
        assert_refused_unheard(&changed(&key, place), KeyError::Signature);
    }
}

#[test]
fn a_session_with_a_delegated_key_has_the_address_of_the_identity() {
    bounded(|| {
        let identity = keygen::identity().unwrap();
        let key = keygen::delegate(&identity, SystemTime::now() + HOUR).unwrap();
        let bridge = LoopbackBridge::start().unwrap();
        let router = Router::from(bridge.addr());
        let session = Session::builder(&router).key(&key).create().unwrap();
        assert_eq!(session.address(), Address::from(&identity.destination()));
        let kept = session.private_key().unwrap();
        assert_eq!(kept.offline_expires(), key.offline_expires());
    });
}
