//! Identities on disk.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::PrivateKey;
use crate::dial::Dial;
use crate::error::{Error, Result};
use crate::keygen;
use crate::router::Router;

/// A private key in a file: the plain binary form that i2pd, Java I2P and i2plib share.
///
/// Files are written whole or not at all, with mode 0600, and never overwritten. One that others
/// can read or write is refused: whoever reads it can pose as its destination for ever.
#[derive(Debug)]
pub struct KeyFile;

/// Longer than any key there is: one with ML-DSA-87 signatures has 8007 bytes.
const LONGEST: usize = 16 * 1024;

impl KeyFile {
    /// Reads a key.
    ///
    /// # Errors
    /// [`Error::KeyFileExposed`] if others can get at the file; [`Error::Io`] if it cannot be
    /// read, with [`io::ErrorKind::InvalidData`] if it holds no private key.
    pub fn load(path: impl AsRef<Path>) -> Result<PrivateKey> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| at(path, error))?;
        refuse_exposed(path, &file)?;
        let bytes = read(file).map_err(|error| at(path, error))?;
        PrivateKey::new(bytes.as_slice().into(), bytes.len()).map_err(|_| {
            let reason = "this is no private key in binary";
            at(path, io::Error::new(io::ErrorKind::InvalidData, reason))
        })
    }

    /// Writes a key to a new file.
    ///
    /// # Errors
    /// [`Error::Io`], with [`io::ErrorKind::AlreadyExists`] if the file exists.
    pub fn save(path: impl AsRef<Path>, key: &PrivateKey) -> Result<()> {
        let path = path.as_ref();
        save(path, key.as_bytes()).map_err(|error| at(path, error))
    }

    /// Reads a key, or has the router make one and keeps it.
    ///
    /// [`Self::load_or_generate`] needs no router.
    ///
    /// # Errors
    /// Those of [`Self::load`] but for a missing file, of [`Router::generate_destination`], and
    /// of [`Self::save`].
    pub fn load_or_create<D: Dial>(
        path: impl AsRef<Path>,
        router: &Router<D>,
    ) -> Result<PrivateKey> {
        load_or_keep(path.as_ref(), || router.generate_destination())
    }

    /// Reads a key, or makes one without a router and keeps it.
    ///
    /// # Errors
    /// Those of [`Self::load`] but for a missing file, of [`keygen::identity`], and of
    /// [`Self::save`].
    pub fn load_or_generate(path: impl AsRef<Path>) -> Result<PrivateKey> {
        load_or_keep(path.as_ref(), keygen::identity)
    }
}

fn load_or_keep(path: &Path, make: impl FnOnce() -> Result<PrivateKey>) -> Result<PrivateKey> {
    match KeyFile::load(path) {
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
        loaded => return loaded,
    }
    let key = make()?;
    match KeyFile::save(path, &key) {
        // Another process was quicker: its key is the one that stays.
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
            KeyFile::load(path)
        }
        saved => saved.map(|()| key),
    }
}

fn read(file: File) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    file.take(LONGEST as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".sam-key-")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)
        .map_err(|failed| failed.error)?;
    sync_folder(folder)
}

/// Makes the new name last; only Unix can open a folder for that.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().map_err(|error| at(path, error))?;
    match metadata.permissions().mode() & 0o777 {
        mode if mode & 0o077 == 0 => Ok(()),
        mode => Err(Error::KeyFileExposed {
            path: path.into(),
            mode,
        }),
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path, _file: &File) -> Result<()> {
    Ok(())
}

/// The error with the file it is about.
fn at(path: &Path, error: io::Error) -> Error {
    Error::Io(io::Error::new(
        error.kind(),
        format!("{}: {error}", path.display()),
    ))
}
