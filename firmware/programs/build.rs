//! Takes the device's key into the program, if the environment of the build names its file; tells
//! the linker where everything goes, and defmt's texts, if it is used.

use std::path::PathBuf;
use std::{env, fs, io};

use sam_core::PrivateKey;

/// The variable that names a file of `i2p-sam keygen`.
const KEY_FILE: &str = "I2P_KEY_FILE";

fn main() -> io::Result<()> {
    // cortex-m-rt's linker script.
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    }
    println!("cargo:rerun-if-env-changed={KEY_FILE}");
    let source = match env::var_os(KEY_FILE) {
        None => "None".to_owned(),
        Some(path) => {
            let path = fs::canonicalize(path)?;
            println!("cargo:rerun-if-changed={}", path.display());
            let mut key = fs::read(&path)?;
            let len = key.len();
            PrivateKey::new(&mut key[..], len).map_err(io::Error::other)?;
            format!("Some(include_bytes!({path:?}))")
        }
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("key.rs"), source)
}
