//! `keygen`: a new identity.

use std::io::{self, IsTerminal};
use std::path::Path;

use sam_std::sam_core::key::base64_len;
use sam_std::{Address, Error, KeyFile, PrivateKey, Router};
use zeroize::Zeroizing;

use crate::cli::Keygen;
use crate::failure::Failure;
use crate::talk::{print, say};

pub(crate) fn run(router: &Router, keygen: &Keygen) -> Result<(), Failure> {
    if keygen.output.is_none() && !keygen.print && io::stdout().is_terminal() {
        let refused = Failure::usage("the private key would be shown on this terminal");
        return Err(refused.advise("Keep it in a file with -o FILE, or insist with --print."));
    }
    let key = router.generate_destination().map_err(Failure::at(router))?;
    let address = Address::from(&key.destination());
    match &keygen.output {
        Some(path) => {
            save(path, &key)?;
            print(address)
        }
        None => {
            print_secret(&key)?;
            say(address);
            Ok(())
        }
    }
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
    print(text)
}
