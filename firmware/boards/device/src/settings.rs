//! Settings from the environment of the build; `build.rs` has checked them.

use core::net::{Ipv4Addr, SocketAddrV4};

/// The router's SAM port, from `SAM_ROUTER`; 192.168.1.2:7656 without.
pub const ROUTER: SocketAddrV4 = include!(concat!(env!("OUT_DIR"), "/router.rs"));

/// The name of the Wi-Fi network, from `WIFI_SSID`, at most 32 bytes; empty without.
pub const WIFI_SSID: &str = match option_env!("WIFI_SSID") {
    Some(ssid) => ssid,
    None => "",
};

/// The password of the Wi-Fi network, from `WIFI_PASSWORD`, 8 to 63 bytes; empty without, for an
/// open network.
///
/// It stands in the program as it is: whoever reads the flash has it.
pub const WIFI_PASSWORD: &str = match option_env!("WIFI_PASSWORD") {
    Some(password) => password,
    None => "",
};
