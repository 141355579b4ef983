//! `address`: what is this destination, or this key file?

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use sam_std::sam_core::key::{Certificate, EncryptedAddress, base64_decode, decoded_len};
use sam_std::{Address, Destination, Error, KeyFile, PrivateKey};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::talk::print;

/// More than any key has, also in base64.
const MAX_LEN: u64 = 16 * 1024;

pub(crate) fn run(of: &str) -> Result<(), Failure> {
    let path = Path::new(of);
    if of == "-" {
        let bytes = read("standard input", io::stdin().lock())?;
        describe(&Found::in_source("standard input", &bytes)?)
    } else if path.exists() {
        describe(&in_file(path)?)
    } else {
        describe(&in_argument(of)?)
    }
}

/// What was found, as far as it may be shown.
struct Found {
    destination: Destination,
    private: Option<String>,
}

fn in_file(path: &Path) -> Result<Found, Failure> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| Failure::new(format_args!("{name}: {error}")))?;
    let found = Found::in_source(&name, &read(&name, file)?)?;
    if found.private.is_some() {
        refuse_exposed(path)?;
    }
    Ok(found)
}

/// A private key has to be in a file that nobody else can get at, also one in base64.
fn refuse_exposed(path: &Path) -> Result<(), Failure> {
    match KeyFile::load(path) {
        Ok(_) => Ok(()),
        // The text of a key, which it does not read; the mode of the file was right.
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::InvalidData => Ok(()),
        Err(error) => Err(Failure::new(error)),
    }
}

fn in_argument(text: &str) -> Result<Found, Failure> {
    let unknown = || {
        Failure::new("neither a file nor a destination in base64")
            .advise("For a name or a b32 address: i2p-sam lookup NAME | i2p-sam address -")
    };
    let found = Found::in_bytes(text.as_bytes()).ok_or_else(unknown)?;
    match found.private {
        None => Ok(found),
        Some(_) => Err(Failure::usage(
            "this is a private key, and all users of this computer can see arguments",
        )
        .advise("Use a file, or standard input: i2p-sam address -")),
    }
}

fn read(name: &str, source: impl Read) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN as usize));
    source
        .take(MAX_LEN)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(format_args!("{name}: {error}")))?;
    Ok(bytes)
}

impl Found {
    fn in_source(name: &str, bytes: &[u8]) -> Result<Self, Failure> {
        Self::in_bytes(bytes).ok_or_else(|| {
            Failure::new(format_args!(
                "{name}: neither a destination nor a private key"
            ))
        })
    }

    /// Takes base64 or binary.
    fn in_bytes(bytes: &[u8]) -> Option<Self> {
        let text = bytes.trim_ascii();
        let mut decoded = Zeroizing::new(vec![0; decoded_len(text).unwrap_or_default()]);
        match base64_decode(text, &mut decoded) {
            Ok(binary) => Self::in_binary(binary),
            Err(_) => Self::in_binary(bytes),
        }
    }

    fn in_binary(bytes: &[u8]) -> Option<Self> {
        if let Ok(destination) = Destination::new(bytes.into()) {
            return Some(Self {
                destination,
                private: None,
            });
        }
        let key = PrivateKey::new(bytes.into(), bytes.len()).ok()?;
        Some(Self {
            destination: Destination::new(key.destination().as_bytes().into()).ok()?,
            private: Some(match key.offline_expires() {
                None => "present".to_owned(),
                Some(end) => format!(
                    "transient, offline-signed until {end} s after 1970{}",
                    verdict(&key)
                ),
            }),
        })
    }
}

/// What is wrong with an offline signature.
fn verdict(key: &PrivateKey) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    match key.check_offline(now.map_or(0, |since| since.as_secs())) {
        Ok(()) => String::new(),
        Err(error) => format!(" ({error})"),
    }
}

fn describe(found: &Found) -> Result<(), Failure> {
    let destination = &found.destination;
    let signature = destination.signature_type();
    let encryption = destination.encryption_type();
    let certificate = match destination.certificate() {
        Certificate::Null => "null (type 0)".to_owned(),
        Certificate::Key { .. } => "key (type 5)".to_owned(),
        Certificate::Other { kind } => format!("type {kind}"),
        _ => "unknown".to_owned(),
    };
    print(format_args!("b32          {}", Address::from(destination)))?;
    // The address it has if its lease set is encrypted.
    if let Ok(address) = EncryptedAddress::new(destination) {
        print(format_args!("b33          {address}"))?;
    }
    print(format_args!("destination  {destination}"))?;
    print(format_args!(
        "signature    {signature} (type {})",
        signature.0
    ))?;
    print(format_args!(
        "encryption   {encryption} (type {})",
        encryption.0
    ))?;
    print(format_args!("certificate  {certificate}"))?;
    print(format_args!(
        "length       {} bytes",
        destination.as_bytes().len()
    ))?;
    match &found.private {
        Some(private) => print(format_args!("private key  {private}, not shown")),
        None => print("private key  none"),
    }
}
