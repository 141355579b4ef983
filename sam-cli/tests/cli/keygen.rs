use std::fs;

use sam_std::{Address, KeyFile};

use crate::program::{bridge, i2p_sam_at, stderr, stdout};

#[test]
fn it_keeps_the_key_and_prints_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.key");
    let output = i2p_sam_at(&bridge(), &["keygen", "-o"]).arg(&path).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    let key = KeyFile::load(&path).unwrap();
    let address = Address::from(&key.destination());
    assert_eq!(stdout(&output), format!("{address}\n"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_get_at_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.key");
    let status = i2p_sam_at(&bridge(), &["keygen", "-o"]).arg(&path).output();
    assert!(status.unwrap().status.success());
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn it_never_overwrites_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.key");
    fs::write(&path, "precious").unwrap();
    let output = i2p_sam_at(&bridge(), &["keygen", "-o"]).arg(&path).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("never overwritten"));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[test]
fn it_prints_a_private_key_only_if_told_to() {
    let bridge = bridge();
    let output = i2p_sam_at(&bridge, &["keygen"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");

    let output = i2p_sam_at(&bridge, &["keygen", "--print"])
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(stdout(&output).trim_end().len(), 908);
}
