//! `keygen`: a new identity.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, SystemTime};

use sam_std::sam_core::key::base64_len;
use sam_std::{Address, Error, KeyFile, PrivateKey, keygen};
use zeroize::Zeroizing;

use crate::cli::{Cli, KeyTarget, Keygen};
use crate::failure::Failure;
use crate::talk::{self, say};

pub(crate) fn run(cli: &Cli, wanted: &Keygen) -> Result<(), Failure> {
    let KeyTarget { output, print } = &wanted.target;
    if output.is_none() && !print && io::stdout().is_terminal() {
        let refused = Failure::usage("the private key would be shown on this terminal");
        return Err(refused.advise("Keep it in a file with -o FILE, or insist with --print."));
    }
    let key = make(cli, wanted)?;
    let address = Address::from(&key.destination());
    match output {
        Some(path) => {
            save(path, &key)?;
            talk::print(address)
        }
        None => {
            print_secret(&key)?;
            say(address);
            Ok(())
        }
    }
}

fn make(cli: &Cli, wanted: &Keygen) -> Result<PrivateKey, Failure> {
    match (&wanted.offline, wanted.days) {
        (Some(identity), Some(days)) => delegate(identity, days),
        _ if wanted.local => keygen::identity().map_err(Failure::new),
        _ => {
            let router = cli.router()?;
            router.generate_destination().map_err(Failure::at(&router))
        }
    }
}

fn delegate(identity: &Path, days: u32) -> Result<PrivateKey, Failure> {
    let identity = KeyFile::load(identity).map_err(Failure::new)?;
    let lifetime = Duration::from_secs(u64::from(days) * 24 * 60 * 60);
    let expires = SystemTime::now().checked_add(lifetime);
    let expires = expires.ok_or_else(|| Failure::usage("so many days cannot be written"))?;
    keygen::delegate(&identity, expires).map_err(Failure::new)
}

fn save(path: &Path, key: &PrivateKey) -> Result<(), Failure> {
    KeyFile::save(path, key).map_err(|error| {
        let failure = Failure::new(&error);
        match error {
            Error::Io(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                failure.advise("A key file is never overwritten: choose another name.")
            }
            _ => failure,
        }
    })
}

fn print_secret(key: &PrivateKey) -> Result<(), Failure> {
    let mut text = Zeroizing::new(vec![0; base64_len(key.as_bytes().len())]);
    let text = key.to_base64(&mut text).map_err(Failure::new)?;
    talk::print(text)
}
