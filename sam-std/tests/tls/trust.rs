//! Who is trusted, and who is not.

use sam_std::{Endpoint, Error, Pin, Router, Tls, TlsError};

use crate::certificates::{Authority, tls_error};
use crate::watchdog::bounded;

const HERE: &[&str] = &["127.0.0.1"];

#[test]
fn a_pinned_certificate_or_key_is_trusted_whatever_it_says() {
    bounded(|| {
        let shown = Authority::new().issue_expired(&["somewhere.else"]);
        let bridge = shown.serve();
        for pin in [shown.pin(), shown.pin_of_key()] {
            let tls = Tls::with_pin(bridge.addr().into(), pin).unwrap();
            Router::over(tls).version().unwrap();
        }
    });
}

#[test]
fn a_certificate_other_than_the_pinned_one_is_refused_and_told() {
    bounded(|| {
        let shown = Authority::new().issue(HERE);
        let bridge = shown.serve();
        let tls = Tls::with_pin(bridge.addr().into(), Pin::new([7; 32])).unwrap();
        let expected = TlsError::OtherPin {
            certificate: shown.pin(),
            public_key: shown.pin_of_key(),
        };
        assert_eq!(tls_error(Router::over(tls).version()), expected);
    });
}

#[test]
fn certificates_are_refused_for_what_is_wrong_with_them() {
    bounded(|| {
        let (authority, other) = (Authority::new(), Authority::new());
        let table = [
            (other.issue(HERE), TlsError::Untrusted),
            (authority.issue(&["router.lan"]), TlsError::OtherName),
            (authority.issue_expired(HERE), TlsError::OutOfDate),
        ];
        for (shown, expected) in table {
            let bridge = shown.serve();
            let router = Router::over(authority.dial(bridge.addr()));
            let error = router.version().unwrap_err();
            let io = std::io::Error::from(error);
            assert_eq!(io.kind(), std::io::ErrorKind::PermissionDenied);
            assert_eq!(tls_error::<()>(Err(io.into())), expected);
        }
    });
}

#[test]
fn the_name_to_expect_can_be_given() {
    bounded(|| {
        let authority = Authority::new();
        let bridge = authority.issue(&["router.lan"]).serve();
        let dial = |name| authority.dial(bridge.addr()).server_name(name).unwrap();
        Router::over(dial("router.lan")).version().unwrap();
        let error = tls_error(Router::over(dial("other.lan")).version());
        assert_eq!(error, TlsError::OtherName);
    });
}

#[test]
fn any_of_several_authorities_will_do() {
    bounded(|| {
        let (authority, other) = (Authority::new(), Authority::new());
        let bridge = authority.issue(HERE).serve();
        let both = format!("{}\n{}", other.pem, authority.pem);
        let tls = Tls::with_ca(bridge.addr().into(), both.as_bytes()).unwrap();
        Router::over(tls).version().unwrap();
    });
}

#[test]
fn what_is_no_certificate_or_name_is_refused_at_once() {
    let pem = Authority::new().pem;
    let tls = |host: &str, pem: &[u8]| Tls::with_ca(Endpoint::new(host, 1), pem);
    let table = [
        (tls("a", b"").err(), TlsError::NoCertificate),
        (
            tls(
                "a",
                b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            )
            .err(),
            TlsError::NoCertificate,
        ),
        (tls("not a name", pem.as_bytes()).err(), TlsError::Name),
        (
            tls("a", pem.as_bytes()).unwrap().server_name("").err(),
            TlsError::Name,
        ),
    ];
    for (error, expected) in table {
        assert_eq!(error, Some(expected));
    }
}

#[test]
fn a_key_of_another_certificate_is_no_servers() {
    let authority = Authority::new();
    let (one, other) = (authority.issue(HERE), authority.issue(HERE));
    let builder = sam_std::loopback::LoopbackBridge::builder();
    let error = builder.tls(one.pem.as_bytes(), other.key.as_bytes()).err();
    assert_eq!(error, Some(TlsError::NoCertificate));
}

#[cfg(feature = "tls-system-roots")]
#[test]
fn the_system_does_not_vouch_for_a_private_authority() {
    bounded(|| {
        let bridge = Authority::new().issue(HERE).serve();
        // A system without any roots is of the same opinion.
        let error = match Tls::with_system_roots(bridge.addr().into()) {
            Ok(tls) => tls_error(Router::over(tls).version()),
            Err(TlsError::NoCertificate) => TlsError::Untrusted,
            Err(error) => error,
        };
        assert_eq!(error, TlsError::Untrusted);
    });
}

#[test]
fn a_router_that_is_not_there_is_unreachable_as_ever() {
    bounded(|| {
        let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = nowhere.local_addr().unwrap();
        drop(nowhere);
        let error = Router::over(Authority::new().dial(addr))
            .version()
            .unwrap_err();
        assert!(matches!(&error, Error::Unreachable { router, .. } if router.ends_with("(TLS)")));
    });
}
