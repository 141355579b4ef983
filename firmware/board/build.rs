//! Tells the linker where the board's memory is.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let (flash, ram) = match env::var_os("CARGO_FEATURE_LM3S6965EVB") {
        Some(_) => ("256K", "64K"),
        None => ("4M", "4M"),
    };
    let memory = format!(
        "MEMORY {{\n  \
           FLASH (rx) : ORIGIN = 0x00000000, LENGTH = {flash}\n  \
           RAM (rwx) : ORIGIN = 0x20000000, LENGTH = {ram}\n\
         }}\n"
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("memory.x"), memory)?;
    // cortex-m-rt wants names for the interrupts; the table in src/vectors.rs needs none.
    fs::write(out.join("device.x"), "")?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}
