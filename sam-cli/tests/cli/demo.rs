use sam_std::Address;

use crate::program::{bridge, i2p_sam, stdout};

/// The b32 addresses in a text.
fn addresses(text: &str) -> Vec<Address> {
    text.split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}

#[test]
fn it_works_without_a_router_and_shows_both_addresses() {
    let output = i2p_sam(&["demo"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let found = addresses(stdout(&output));
    assert_eq!(found.len(), 2);
    assert_ne!(found[0], found[1]);
}

#[test]
fn it_says_that_the_loopback_gives_no_anonymity() {
    let output = i2p_sam(&["demo"]).output().unwrap();
    assert!(stdout(&output).contains("NOTHING IS ANONYMOUS"));
}

#[test]
fn it_uses_no_router_that_only_the_environment_names() {
    let output = i2p_sam(&["demo"])
        .env("I2P_SAM_ADDRESS", "127.0.0.1:1")
        .output();
    assert!(output.unwrap().status.success());
}

#[test]
fn it_uses_the_router_that_is_named_explicitly() {
    let bridge = bridge();
    let endpoint = bridge.addr().to_string();
    let output = i2p_sam(&["demo", "--sam", &endpoint]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(stdout(&output).contains(&format!("the router at {endpoint}")));
}
