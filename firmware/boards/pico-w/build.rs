//! Tells the linker where memory.x is, and embeds the radio's firmware.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What the radio chip is given at each start: its program, its regulatory data, its board's
/// settings.
const FILES: [&str; 3] = ["43439A0.bin", "43439A0_clm.bin", "nvram_rp2040.bin"];

fn main() -> io::Result<()> {
    println!("cargo:rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo:rerun-if-changed=memory.x");
    println!("cargo:rerun-if-env-changed=CYW43_FIRMWARE");

    let given = env::var_os("CYW43_FIRMWARE").map(PathBuf::from);
    if given.is_none() {
        println!("cargo:warning=CYW43_FIRMWARE is not set: this program has no radio firmware");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for name in FILES {
        let bytes = given
            .as_deref()
            .map_or(Ok(Vec::new()), |folder| read(&folder.join(name)))?;
        fs::write(out.join(name), bytes)?;
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    println!("cargo:rerun-if-changed={}", path.display());
    fs::read(path).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}
