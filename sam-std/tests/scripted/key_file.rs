//! Identities on disk.

use std::fs;
use std::io;
use std::path::Path;

use sam_std::{Error, KeyFile};

use crate::keys;
use crate::router::{ScriptedRouter, Scripts};
use crate::watchdog::bounded;

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}

/// Checks an error of the file system, which has to say where.
#[track_caller]
fn assert_io(error: &Error, kind: io::ErrorKind, path: &Path) {
    match error {
        Error::Io(error) => assert_eq!(error.kind(), kind, "{error}"),
        other => panic!("{other:?}"),
    }
    let name = path.display().to_string();
    assert!(error.to_string().contains(&name), "{error}");
}

#[test]
fn a_key_is_written_whole_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.dat");
    let key = keys::private_key(keys::private());
    KeyFile::save(&path, &key).unwrap();
    assert_eq!(fs::read(&path).unwrap(), key.as_bytes());
    assert_eq!(KeyFile::load(&path).unwrap().as_bytes(), key.as_bytes());
    assert_eq!(names(folder.path()), ["site.dat"]);
}

#[cfg(unix)]
#[test]
fn a_key_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.dat");
    KeyFile::save(&path, &keys::private_key(keys::private())).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for mode in [0o600, 0o400, 0o700] {
        set_mode(&path, mode);
        KeyFile::load(&path).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_get_at_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.dat");
    KeyFile::save(&path, &keys::private_key(keys::private())).unwrap();
    for exposed in [0o640, 0o604, 0o620, 0o602, 0o610, 0o666] {
        set_mode(&path, exposed);
        let error = KeyFile::load(&path).unwrap_err();
        assert!(
            matches!(&error, Error::KeyFileExposed { path: named, mode }
                if *named == path && *mode == exposed),
            "{error:?}"
        );
        let name = path.display();
        let said =
            format!("{name}: others can get at this key (mode {exposed:03o}); run chmod 600 on it");
        assert_eq!(error.to_string(), said);
        let kind = io::Error::from(error).kind();
        assert_eq!(kind, io::ErrorKind::PermissionDenied);
    }
}

#[test]
fn a_file_that_exists_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.dat");
    let key = keys::private_key(keys::private());
    for content in [&b""[..], b"something else"] {
        fs::write(&path, content).unwrap();
        let error = KeyFile::save(&path, &key).unwrap_err();
        assert_io(&error, io::ErrorKind::AlreadyExists, &path);
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    assert_eq!(names(folder.path()), ["site.dat"]);
}

#[test]
fn what_is_no_key_is_refused_with_its_name() {
    let key = keys::private_key(keys::private());
    let key = key.as_bytes();
    let table = [
        ("empty", Vec::new()),
        ("cut", key[..key.len() - 1].to_vec()),
        ("the public part alone", key[..391].to_vec()),
        ("one byte too long", [key, b"\n"].concat()),
        ("very long", [key, &[0; 20_000]].concat()),
        ("base64", keys::private().as_bytes().to_vec()),
        ("zeros", vec![0; 679]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.dat");
    for (name, content) in table {
        fs::write(&path, content).unwrap();
        set_mode(&path, 0o600);
        let error = KeyFile::load(&path).expect_err(name);
        assert_io(&error, io::ErrorKind::InvalidData, &path);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let key = keys::private_key(keys::private());
    let table = [
        ("missing/site.dat", io::ErrorKind::NotFound),
        ("file/site.dat", io::ErrorKind::NotADirectory),
    ];
    for (name, kind) in table {
        let path = folder.path().join(name);
        assert_io(&KeyFile::save(&path, &key).unwrap_err(), kind, &path);
        assert_io(&KeyFile::load(&path).unwrap_err(), kind, &path);
    }
    let name = folder.path().display().to_string();
    let error = KeyFile::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains(&name), "{error}");
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn a_key_that_is_there_is_not_asked_of_the_router() {
    bounded(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.dat");
        let key = keys::private_key(keys::private());
        KeyFile::save(&path, &key).unwrap();
        let scripted = ScriptedRouter::deaf();
        let loaded = KeyFile::load_or_create(&path, &scripted.router()).unwrap();
        assert_eq!(loaded.as_bytes(), key.as_bytes());
    });
}

#[test]
fn a_damaged_file_is_an_error_and_no_reason_for_another_identity() {
    bounded(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.dat");
        fs::write(&path, "damaged").unwrap();
        set_mode(&path, 0o600);
        let scripted = ScriptedRouter::deaf();
        let error = KeyFile::load_or_create(&path, &scripted.router()).unwrap_err();
        assert_io(&error, io::ErrorKind::InvalidData, &path);
        assert_eq!(fs::read(&path).unwrap(), b"damaged");
    });
}

#[test]
fn a_new_key_is_made_by_the_router_and_kept() {
    bounded(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.dat");
        let scripted = Scripts::default()
            .then(|wire| {
                wire.greet();
                wire.hear("DEST GENERATE SIGNATURE_TYPE=7");
                wire.say(format!(
                    "DEST REPLY PUB={} PRIV={}\n",
                    keys::public(),
                    keys::private()
                ));
                wire.hear_end();
            })
            .start();
        let made = KeyFile::load_or_create(&path, &scripted.router()).unwrap();
        let again = KeyFile::load_or_create(&path, &scripted.router()).unwrap();
        assert_eq!(made.destination().to_string(), keys::public());
        assert_eq!(made.as_bytes(), again.as_bytes());
    });
}

#[test]
fn a_new_key_is_made_without_a_router_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let [path, other] = ["site.dat", "other.dat"].map(|name| folder.path().join(name));
    let made = KeyFile::load_or_generate(&path).unwrap();
    let again = KeyFile::load_or_generate(&path).unwrap();
    assert_eq!(made.as_bytes(), again.as_bytes());
    let other = KeyFile::load_or_generate(&other).unwrap();
    assert_ne!(made.destination(), other.destination());
    assert_eq!(names(folder.path()), ["other.dat", "site.dat"]);
}

#[test]
fn of_two_that_make_a_key_the_first_to_write_it_wins() {
    bounded(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.dat");
        let theirs = path.clone();
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.greet();
                wire.line();
                let quicker = keys::private_key(keys::other_private());
                KeyFile::save(&theirs, &quicker).unwrap();
                wire.say(format!(
                    "DEST REPLY PUB={} PRIV={}\n",
                    keys::public(),
                    keys::private()
                ));
                wire.hear_end();
            })
            .start();
        let key = KeyFile::load_or_create(&path, &scripted.router()).unwrap();
        let quicker = keys::private_key(keys::other_private());
        assert_eq!(key.as_bytes(), quicker.as_bytes());
        assert_eq!(fs::read(&path).unwrap(), quicker.as_bytes());
        assert_eq!(names(folder.path()), ["site.dat"]);
    });
}
