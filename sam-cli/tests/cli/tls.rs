use std::io::{Read, Write};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sam_std::loopback::LoopbackBridge;
use sam_std::{Endpoint, Router, Session, Tls};
use tempfile::NamedTempFile;

use crate::program::{i2p_sam, stderr, stdout};

/// A bridge behind TLS, and the CA that vouches for it.
fn secured_bridge() -> (LoopbackBridge, NamedTempFile) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let mut file = NamedTempFile::new().unwrap();
    let pem = authority.self_signed(&key).unwrap().pem();
    file.write_all(pem.as_bytes()).unwrap();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let shown = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let shown = shown.signed_by(&key, &issuer).unwrap();
    let builder = LoopbackBridge::builder()
        .tls(shown.pem().as_bytes(), key.serialize_pem().as_bytes())
        .unwrap();
    (builder.start().unwrap(), file)
}

#[test]
fn a_router_behind_tls_is_reached_with_its_ca() {
    let (bridge, ca) = secured_bridge();
    let sam = bridge.addr().to_string();
    let args = ["version", "--sam", &sam, "--tls-ca"];
    let output = i2p_sam(&args).arg(ca.path()).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), "SAM 3.3\n");
}

#[test]
fn the_pin_to_use_is_told_with_the_refusal() {
    let (bridge, _ca) = secured_bridge();
    let sam = bridge.addr().to_string();
    let version = |pin: &str| {
        i2p_sam(&["version", "--sam", &sam, "--tls-pin", pin])
            .output()
            .unwrap()
    };
    let refused = version(&"00".repeat(32));
    assert_eq!(refused.status.code(), Some(1));
    let told = stderr(&refused).split(|char: char| !char.is_ascii_hexdigit());
    let pins: Vec<_> = told.filter(|word| word.len() == 64).collect();
    assert_eq!(pins.len(), 2, "{}", stderr(&refused));
    for pin in pins {
        let output = version(pin);
        assert!(output.status.success(), "{}", stderr(&output));
    }
}

#[test]
fn bytes_go_through_tls_both_ways() {
    let (bridge, ca) = secured_bridge();
    let endpoint = Endpoint::from(bridge.addr());
    let pem = std::fs::read(ca.path()).unwrap();
    let router = Router::over(Tls::with_ca(endpoint, &pem).unwrap());
    let session = Session::builder(&router).create().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut stream = session.accept().unwrap();
            let mut heard = [0; 4];
            stream.read_exact(&mut heard).unwrap();
            assert_eq!(&heard, b"ping");
            stream.write_all(b"pong").unwrap();
        });
        let mut input = NamedTempFile::new().unwrap();
        input.write_all(b"ping").unwrap();
        let (sam, address) = (bridge.addr().to_string(), session.address().to_string());
        let output = i2p_sam(&[
            "connect", "--linger", "0", "--sam", &sam, &address, "--tls-ca",
        ])
        .arg(ca.path())
        .stdin(input.reopen().unwrap())
        .output()
        .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output), "pong");
    });
}

#[test]
fn a_router_behind_tls_that_is_dialled_without_is_called_so() {
    let (bridge, _ca) = secured_bridge();
    let sam = bridge.addr().to_string();
    let output = i2p_sam(&["version", "--sam", &sam]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("speaks TLS"),
        "{}",
        stderr(&output)
    );
    assert!(stderr(&output).contains("--tls-pin"), "{}", stderr(&output));
}

#[test]
fn what_cannot_be_trusted_is_a_usage_error() {
    let empty = NamedTempFile::new().unwrap();
    let empty = empty.path().to_str().unwrap();
    let pin = "00".repeat(32);
    for args in [
        &["--tls-ca", empty][..],
        &["--tls-ca", "/no/such/file"],
        &["--tls-pin", "00"],
        &["--tls-ca", empty, "--tls-pin", &pin],
    ] {
        let output = i2p_sam(&["version"]).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
