use std::fs;
use std::path::Path;
use std::time::SystemTime;

use sam_std::{Address, KeyFile, PrivateKey};

use crate::program::{bridge, i2p_sam, i2p_sam_at, stderr, stdout};

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

/// Makes a key with these arguments and no router.
fn made_locally(path: &Path, args: &[&str]) -> PrivateKey {
    let mut command = i2p_sam(&["keygen", "--sam", "127.0.0.1:1"]);
    let output = command.args(args).arg("-o").arg(path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let key = KeyFile::load(path).unwrap();
    let address = Address::from(&key.destination());
    assert_eq!(stdout(&output), format!("{address}\n"));
    key
}

#[test]
fn a_local_key_needs_no_router() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] =
        ["one.key", "other.key"].map(|name| made_locally(&folder.path().join(name), &["--local"]));
    assert!(!one.is_offline());
    assert_ne!(one.destination(), other.destination());
}

#[test]
fn an_offline_key_stands_in_for_an_identity_for_some_days() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.key");
    let identity = made_locally(&path, &["--local"]);
    let now = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap().as_secs()
    };
    let before = now();
    let offline = ["--offline", path.to_str().unwrap(), "--days", "30"];
    let key = made_locally(&folder.path().join("server.key"), &offline);
    let end = u64::from(key.offline_expires().unwrap());
    assert!((before..=now()).contains(&(end - 30 * 86_400)), "{end}");
    assert_eq!(key.destination(), identity.destination());
    assert_eq!(key.check_offline(end - 1), Ok(()));
}

#[test]
fn what_cannot_stand_in_for_an_identity_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.key");
    let identity = path.to_str().unwrap();
    made_locally(&path, &["--local"]);
    let server = folder.path().join("server.key");
    let server = server.to_str().unwrap();
    made_locally(server.as_ref(), &["--offline", identity, "--days", "1"]);
    let table: [(&[&str], i32, &str); 5] = [
        (&["--offline", identity], 2, "--days"),
        (&["--days", "1"], 2, "--offline"),
        (&["--offline", identity, "--days", "0"], 2, "--days"),
        (
            &["--offline", identity, "--days", "40000"],
            1,
            "out of range",
        ),
        (&["--offline", server, "--days", "1"], 1, "is elsewhere"),
    ];
    for (args, status, said) in table {
        let output = i2p_sam(&["keygen"]).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {output:?}");
        assert!(stderr(&output).contains(said), "{args:?}: {output:?}");
        assert_eq!(stdout(&output), "");
    }
}
