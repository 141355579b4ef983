use std::fs;

use sam_std::{Address, KeyFile, PrivateKey};

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
fn without_a_file_it_prints_the_key_into_a_pipe_and_the_address_beside_it() {
    let output = i2p_sam_at(&bridge(), &["keygen"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = stdout(&output);
    let key = PrivateKey::from_base64(text.trim_end().as_bytes(), vec![0; 1024].into()).unwrap();
    let address = Address::from(&key.destination());
    assert!(stderr(&output).contains(&address.to_string()));
}
