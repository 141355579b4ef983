use std::net::TcpListener;

use crate::program::{bridge, i2p_sam, i2p_sam_at, stderr, stdout};

/// An endpoint where nothing listens.
fn closed_endpoint() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn it_tells_what_the_router_speaks() {
    let output = i2p_sam_at(&bridge(), &["version"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(stdout(&output), "SAM 3.3\n");
}

#[test]
fn the_option_comes_before_the_environment() {
    let bridge = bridge();
    let endpoint = bridge.addr().to_string();
    let output = i2p_sam(&["--sam", &endpoint, "version"])
        .env("I2P_SAM_ADDRESS", closed_endpoint())
        .output();
    assert!(output.unwrap().status.success());
}

#[test]
fn without_an_answer_it_says_how_to_get_a_router() {
    let endpoint = closed_endpoint();
    let output = i2p_sam(&["version", "--sam", &endpoint]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(stdout(&output), "");
    for hint in [
        &endpoint,
        "apt install i2pd",
        "OpenWrt",
        "http://127.0.0.1:7657/configclients",
        "i2p-sam demo",
        "i2p-sam bridge",
    ] {
        assert!(stderr(&output).contains(hint), "{hint}");
    }
}

#[test]
fn an_environment_that_makes_no_sense_is_a_usage_error() {
    let output = i2p_sam(&["version"])
        .env("I2P_SAM_ADDRESS", "http://router")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("I2P_SAM_ADDRESS"));
}
