//! A key that an identity, which is kept elsewhere, has signed for a while.

use std::time::{SystemTime, UNIX_EPOCH};

use sam_std::loopback::LoopbackBridge;
use sam_std::{Address, PrivateKey};

use crate::board::{LM3S6965EVB, Run, Running, STATIC_ADDRESS, router_at, run};
use crate::i2p_site::fetch;
use crate::peer::session_at;

/// The key in the program, made once by `i2p-sam keygen --offline`: of no use to anybody.
const DELEGATED: &[u8] = include_bytes!("delegated.key");

const PROGRAM: &str = "delegated/i2p_site";

fn key() -> PrivateKey {
    PrivateKey::new(DELEGATED.into(), DELEGATED.len()).unwrap()
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn the_site_is_reached_at_the_address_of_the_identity() {
    let bridge = LoopbackBridge::start().unwrap();
    let router = router_at(bridge.addr().port());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let time = format!("time={}", now.as_secs());
    let mut program = Running::start(LM3S6965EVB, PROGRAM, &[&router, &time]);
    let address = program.address();
    assert_eq!(address, Address::from(&key().destination()));
    let page = fetch(&session_at(bridge.addr()), &address, "/status");
    assert_eq!(page.number("visits"), 1);
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn an_expired_key_is_not_used() {
    let end = key().offline_expires().unwrap();
    assert_ends(&[&format!("time={end}")]);
    // It takes a while to start, and to find out that no router is there.
    assert_ends(&[&format!("time={}", end - 1)]);
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn without_a_clock_the_key_is_not_used() {
    assert_ends(&[]);
}

/// Asserts that the program ends, though there is no router.
#[track_caller]
fn assert_ends(arguments: &[&str]) {
    let ended: Run = run(
        LM3S6965EVB,
        PROGRAM,
        &[&["router=10.0.2.2:1", STATIC_ADDRESS], arguments].concat(),
    );
    ended.ended(1, "i2p_site: the offline signature has expired");
}
