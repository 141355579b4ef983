//! `ping_pong`: called over I2P, calling over I2P, and back after its router was gone.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::thread;

use sam_std::{Session, Stream};

use crate::board::{LM3S6965EVB, Running, router_at};
use crate::network::{Outage, PATIENCE, call, peer, port_for_boards};

/// Answers whoever calls, as long as the test runs.
fn answer_calls(peer: Arc<Session>) {
    thread::spawn(move || {
        while let Ok(stream) = peer.accept() {
            thread::spawn(move || answer(&stream));
        }
    });
}

/// Answers pings until the board goes away.
fn answer(mut stream: &Stream) -> io::Result<()> {
    loop {
        let mut word = [0; 5];
        stream.read_exact(&mut word)?;
        assert_eq!(&word, b"ping\n");
        stream.write_all(b"pong\n")?;
    }
}

/// Pings a board once.
fn ping(mut stream: &Stream) -> io::Result<()> {
    stream.write_all(b"ping\n")?;
    let mut word = [0; 5];
    stream.read_exact(&mut word)?;
    assert_eq!(&word, b"pong\n");
    Ok(())
}

#[test]
#[ignore = "needs QEMU and the private network: ./test.sh firmware-live"]
fn a_peer_and_a_board_ping_each_other_before_and_after_the_router_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let callee = Arc::new(peer(0));
    answer_calls(Arc::clone(&callee));
    let arguments = [
        router_at(port_for_boards()),
        format!("flash={}", folder.path().join("flash").display()),
        format!("peer={}", callee.address()),
        "every=1000".to_owned(),
    ];
    let arguments = arguments.each_ref().map(String::as_str);

    let mut board = Running::start(LM3S6965EVB, "ping_pong", &arguments);
    let address = board.address();
    call(&callee, &address, ping);
    board.says_within(PATIENCE, "pong after ");

    let outage = Outage::begin();
    board.says("the session is lost");
    board.says("no router answers at");
    drop(outage);
    assert_eq!(board.address(), address);
    // A session that never heard of the board finds it, mostly at once.
    call(&peer(1), &address, ping);
    // The other one answers into the tunnels of before for minutes, which is I2P's way.
    board.says_within(PATIENCE, "pong after ");
    drop(board);

    let mut board = Running::start(LM3S6965EVB, "ping_pong", &arguments);
    assert_eq!(board.address(), address, "the router's key was kept");
}
