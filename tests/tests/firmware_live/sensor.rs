//! `sensor`: readings and commands over I2P, and readings again after its router was gone.

use std::thread;
use std::time::{Duration, Instant};

use sam_std::{DatagramSocket, Destination};

use crate::board::LM3S6965EVB;
use crate::network::{Outage, PATIENCE, datagram_peer, port_for_boards};
use crate::readings::{Reading, free_port, reading, reading_until, start};

/// Sends a command until a reading shows that it was obeyed: datagrams get lost.
#[track_caller]
fn order(peer: &DatagramSocket, board: &Destination, every: usize) -> Reading {
    let command = format!("every {every}");
    let limit = Instant::now() + PATIENCE;
    loop {
        peer.send_to(command.as_bytes(), board).unwrap();
        let reading = reading(peer);
        if reading.every == every {
            return reading;
        }
        assert!(Instant::now() < limit, "{reading:?}");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
#[ignore = "needs QEMU and the private network: ./test.sh firmware-live"]
fn readings_reach_a_peer_which_gives_orders_and_again_after_the_router_restarted() {
    let folder = tempfile::tempdir().unwrap();
    let [peer, stranger] = [4, 5].map(datagram_peer);
    let port = port_for_boards();
    let arguments = [
        format!("router=10.0.2.2:{port}"),
        format!("router-udp={}", port - 1),
        format!("flash={}", folder.path().join("flash").display()),
        format!("peer={}", peer.address()),
    ];
    let arguments = arguments.each_ref().map(String::as_str);
    let mut board = start(LM3S6965EVB, free_port(), &arguments);
    let address = board.says_within(PATIENCE, "reachable as ");
    board.says_within(PATIENCE, "sends readings to ");
    let first = reading(&peer);
    assert_eq!(first.source.hash().to_string(), address);
    let slower = order(&peer, &first.source, 2_000);

    let limit = Instant::now() + PATIENCE;
    let strange = loop {
        stranger.send_to(b"every 100", &first.source).unwrap();
        let reading = reading(&peer);
        if reading.strangers > 0 {
            break reading;
        }
        assert!(Instant::now() < limit, "{reading:?}");
    };
    assert_eq!((strange.every, strange.foreign), (2_000, 0));

    let outage = Outage::begin();
    board.says("the session is lost");
    board.says("no router answers at");
    drop(outage);
    assert_eq!(board.says_within(PATIENCE, "reachable as "), address);
    // Those that were on their way may come late, and lost ones leave gaps.
    let told = slower.number.max(strange.number);
    let again = reading_until(PATIENCE, &peer, |reading| reading.number > told + 5);
    assert_eq!(again.source, first.source);
    assert_eq!(again.every, 2_000);
}
