//! `i2p_site`: fetched over I2P by several peers at once, before and after its router was gone.

use std::io::{self, Read, Write};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use sam_std::{Address, PrivateKey, Session, Stream};

use crate::board::{LM3S6965EVB, Running, router_at};
use crate::network::{Outage, call, peer, port_for_boards};

/// The key in the program, which an identity has signed that no router has ever seen.
const DELEGATED: &[u8] = include_bytes!("../firmware/delegated.key");

/// Fetches the page of numbers on a stream of its own.
fn status(mut stream: &Stream) -> io::Result<String> {
    stream.write_all(b"GET /status HTTP/1.1\r\nHost: board\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.is_empty() {
        true => Err(io::ErrorKind::UnexpectedEof.into()),
        false => Ok(answer),
    }
}

/// Two peers fetch it at once.
#[track_caller]
fn assert_serves(peers: [Session; 2], address: &Address, sessions: u32) {
    let answers = thread::scope(|scope| {
        let fetching = peers
            .each_ref()
            .map(|peer| scope.spawn(|| call(peer, address, status)));
        fetching.map(|fetching| fetching.join().unwrap())
    });
    for answer in answers {
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(
            answer.contains(&format!("\nsessions {sessions}\n")),
            "{answer}"
        );
    }
}

#[test]
#[ignore = "needs QEMU and the private network: ./test.sh firmware-live"]
fn peers_fetch_it_at_once_before_and_after_the_router_restarts() {
    let router = router_at(port_for_boards());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let time = format!("time={}", now.as_secs());
    let mut board = Running::start(LM3S6965EVB, "delegated/i2p_site", &[&router, &time]);
    let address = board.address();
    let key = PrivateKey::new(DELEGATED.into(), DELEGATED.len()).unwrap();
    assert_eq!(address, Address::from(&key.destination()));
    assert_serves([2, 3].map(peer), &address, 1);
    drop(Outage::begin());
    board.says("the session is lost");
    assert_eq!(board.address(), address);
    // Others than before: those go on sending into its old tunnels for minutes.
    assert_serves([4, 5].map(peer), &address, 2);
}
