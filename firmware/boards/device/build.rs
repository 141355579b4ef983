//! Checks the settings of the environment: the program on the device could only log that they are
//! no good.

use std::net::SocketAddrV4;
use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let router = setting("SAM_ROUTER").unwrap_or("192.168.1.2:7656".into());
    let Ok(router) = router.parse::<SocketAddrV4>() else {
        panic!("SAM_ROUTER is not ADDRESS:PORT: {router}");
    };
    if let Some(ssid) = setting("WIFI_SSID") {
        assert!(ssid.len() <= 32, "WIFI_SSID has more than 32 bytes");
    }
    if let Some(password) = setting("WIFI_PASSWORD") {
        let is_valid = (8..=63).contains(&password.len());
        assert!(is_valid, "WIFI_PASSWORD has 8 to 63 bytes");
    }

    let [a, b, c, d] = router.ip().octets();
    let port = router.port();
    let router = format!("SocketAddrV4::new(Ipv4Addr::new({a}, {b}, {c}, {d}), {port})");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("router.rs"), router)
}

fn setting(name: &str) -> Option<String> {
    println!("cargo:rerun-if-env-changed={name}");
    match env::var(name) {
        Ok(value) => Some(value),
        Err(env::VarError::NotPresent) => None,
        Err(env::VarError::NotUnicode(_)) => panic!("{name} is not UTF-8"),
    }
}
