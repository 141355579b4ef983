//! The programs' identities, which survive resets.

use std::fs;
use std::path::Path;

use sam_std::loopback::LoopbackBridge;
use sam_std::{Address, PrivateKey};

use crate::board::{BOARDS, LM3S6965EVB, Running, router_at};
use crate::peer::{ping, session_at, stream_to};
use crate::plug::Plug;

/// The key that `./test.sh firmware` builds into a program: of no use to anybody.
const COMPILED_IN: &[u8] = include_bytes!("compiled_in.key");

/// Starts a program with this flash, and returns its address.
fn address_with(bridge: &LoopbackBridge, board: &str, program: &str, flash: &Path) -> Address {
    let (router, flash) = (router_at(bridge.addr().port()), argument(flash));
    Running::start(board, program, &[&router, &flash]).address()
}

fn argument(flash: &Path) -> String {
    format!("flash={}", flash.display())
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_program_has_the_same_address_whenever_it_starts() {
    let bridge = LoopbackBridge::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    for board in BOARDS {
        let flash = directory.path().join(board);
        let first = address_with(&bridge, board, "ping_pong", &flash);
        for program in ["ping_pong", "i2p_site"] {
            assert_eq!(address_with(&bridge, board, program, &flash), first);
        }
        let other = directory.path().join(format!("other-{board}"));
        assert_ne!(address_with(&bridge, board, "ping_pong", &other), first);
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_reset_while_it_serves_leaves_a_program_its_address() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    let directory = tempfile::tempdir().unwrap();
    let router = router_at(bridge.addr().port());
    let flash = argument(&directory.path().join("flash"));
    for board in BOARDS {
        let (mut plug, mut program) = Plug::start(board, "ping_pong", &[&router, &flash]);
        plug.power_on();
        let address = program.address();
        let stream = stream_to(&session, &address);
        ping(&stream);
        plug.press_reset();
        assert_eq!(program.address(), address);
        ping(&stream_to(&session, &address));
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_damaged_key_is_replaced() {
    let bridge = LoopbackBridge::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let flash = directory.path().join("flash");
    let first = address_with(&bridge, LM3S6965EVB, "ping_pong", &flash);
    let mut bytes = fs::read(&flash).unwrap();
    bytes[100] ^= 1;
    fs::write(&flash, bytes).unwrap();
    let second = address_with(&bridge, LM3S6965EVB, "ping_pong", &flash);
    assert_ne!(second, first);
    let third = address_with(&bridge, LM3S6965EVB, "ping_pong", &flash);
    assert_eq!(third, second);
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_key_in_the_program_is_its_identity() {
    let bridge = LoopbackBridge::start().unwrap();
    let key = PrivateKey::new(COMPILED_IN.into(), COMPILED_IN.len()).unwrap();
    let arguments = [router_at(bridge.addr().port())];
    let arguments = arguments.each_ref().map(String::as_str);
    let mut program = Running::start(LM3S6965EVB, "compiled-in/ping_pong", &arguments);
    let address = program.address();
    assert_eq!(address.to_string(), key.destination().hash().to_string());
    ping(&stream_to(&session_at(bridge.addr()), &address));
}
