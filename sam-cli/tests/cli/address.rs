use std::path::PathBuf;

use sam_std::sam_core::key::{EncryptedAddress, base64_len};
use sam_std::{Address, Destination, KeyFile, PrivateKey, Router, keygen};
use tempfile::TempDir;

use crate::program::{Running, bridge, i2p_sam, stderr, stdout};

/// A key, and a file that holds it.
fn key_file() -> (PrivateKey, TempDir, PathBuf) {
    let key = Router::from(bridge().addr())
        .generate_destination()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.key");
    KeyFile::save(&path, &key).unwrap();
    (key, folder, path)
}

fn base64(key: &PrivateKey) -> String {
    let mut text = vec![0; base64_len(key.as_bytes().len())];
    key.to_base64(&mut text).unwrap().to_owned()
}

/// What it prints behind this word.
fn field<'o>(output: &'o str, name: &str) -> &'o str {
    let line = output.lines().find(|line| line.starts_with(name)).unwrap();
    line[name.len()..].trim_start()
}

#[test]
fn it_tells_what_a_key_file_is() {
    let (key, _folder, path) = key_file();
    let output = i2p_sam(&["address"]).arg(path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = stdout(&output);
    let destination = key.destination();
    assert_eq!(field(text, "b32"), Address::from(&destination).to_string());
    let encrypted = EncryptedAddress::new(&destination).unwrap();
    assert_eq!(field(text, "b33"), encrypted.to_string());
    assert_eq!(field(text, "destination"), destination.to_string());
    assert_eq!(field(text, "signature"), "EdDSA_SHA512_Ed25519 (type 7)");
    assert_eq!(field(text, "encryption"), "ElGamal-2048 (type 0)");
    assert_eq!(field(text, "certificate"), "key (type 5)");
    assert_eq!(field(text, "length"), "391 bytes");
    assert_eq!(field(text, "private key"), "present, not shown");
}

#[test]
fn it_tells_whether_an_offline_signature_is_good() {
    let identity = keygen::identity().unwrap();
    let delegate = |expires| {
        let storage = vec![0; 813].into();
        identity.delegate(&[7; 32], expires, storage).unwrap()
    };
    let good = delegate(u32::MAX);
    let mut forged = good.as_bytes().to_vec();
    forged[700] ^= 1;
    let forged = PrivateKey::new(forged.clone().into(), forged.len()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, key, verdict) in [
        ("good", good, "4294967295 s after 1970, not shown"),
        (
            "expired",
            delegate(1_700_000_000),
            "1700000000 s after 1970 (the offline signature has expired), not shown",
        ),
        (
            "forged",
            forged,
            "4294967295 s after 1970 (a signature or key that does not belong to the rest), not shown",
        ),
    ] {
        let path = folder.path().join(name);
        KeyFile::save(&path, &key).unwrap();
        let output = i2p_sam(&["address"]).arg(path).output().unwrap();
        let found = field(stdout(&output), "private key");
        assert_eq!(found, format!("transient, offline-signed until {verdict}"));
    }
}

#[test]
fn it_takes_a_destination_as_an_argument() {
    let (key, ..) = key_file();
    let destination = key.destination().to_string();
    let output = i2p_sam(&["address", &destination]).output().unwrap();
    assert_eq!(field(stdout(&output), "destination"), destination);
    assert_eq!(field(stdout(&output), "private key"), "none");
}

#[test]
fn it_takes_a_destination_that_looks_like_an_option() {
    let (key, ..) = key_file();
    let mut bytes = key.destination().as_bytes().to_vec();
    bytes[0] = 0xfb;
    let destination = Destination::new(bytes.into()).unwrap().to_string();
    assert!(destination.starts_with('-'));
    let output = i2p_sam(&["address", &destination]).output().unwrap();
    assert_eq!(field(stdout(&output), "destination"), destination);
}

#[test]
fn it_takes_a_private_key_from_standard_input() {
    let (key, ..) = key_file();
    let mut running = Running::start(i2p_sam(&["address", "-"]));
    running.feed(format!(" {}\n", base64(&key)).into_bytes());
    let (status, printed) = running.end();
    assert_eq!(status, Some(0));
    let printed = String::from_utf8(printed).unwrap();
    let address = Address::from(&key.destination()).to_string();
    assert_eq!(field(&printed, "b32"), address);
}

#[test]
fn private_parts_are_never_shown() {
    let (key, _folder, path) = key_file();
    let output = i2p_sam(&["address"]).arg(path).output().unwrap();
    let text = base64(&key);
    // The last 128 characters hold nothing but private keys.
    let secret = &text[text.len() - 128..];
    assert!(!stdout(&output).contains(secret));
    assert!(!stderr(&output).contains(secret));
}

#[test]
fn a_private_key_as_an_argument_is_refused_and_not_repeated() {
    let (key, ..) = key_file();
    let text = base64(&key);
    let output = i2p_sam(&["address", &text]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(!stderr(&output).contains(&text));
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    let (key, _folder, path) = key_file();
    for contents in [key.as_bytes(), base64(&key).as_bytes()] {
        fs::write(&path, contents).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let output = i2p_sam(&["address"]).arg(&path).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains("chmod 600"));
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let output = i2p_sam(&["address", "stats.i2p"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("i2p-sam lookup"));
}
