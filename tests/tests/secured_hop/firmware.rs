//! Firmware through the hop: `secured_ping` on an emulated board.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::loopback::LoopbackBridge;
use sam_std::{Address, Session, Stream};
use tempfile::TempDir;

use crate::board::{LM3S6965EVB, PATIENCE, Running, STATIC_ADDRESS, router_at, run};
use crate::forgeries::CLEAR_MESSAGE;
use crate::network;
use crate::peer::{ping, rest_of, say, session_at};
use crate::psk::Key;
use crate::relay::{Meddling, Relay};
use crate::stunnel::Stunnel;

/// What stands in for the board's flash, with the key in it.
struct Flash {
    _folder: TempDir,
    argument: String,
}

impl Flash {
    fn with(key: &Key) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, key.secret()).unwrap();
        let argument = format!("secret={}", path.display());
        Self {
            _folder: folder,
            argument,
        }
    }
}

/// A free port of this machine, which a board finds at 10.0.2.2.
fn local() -> SocketAddr {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    free.local_addr().unwrap()
}

/// A router, stunnel in front of it, and the program on a board.
struct Bench {
    key: Key,
    at: SocketAddr,
    stunnel: Stunnel,
    board: Running,
    _flash: Flash,
}

impl Bench {
    fn start(router: SocketAddr, arguments: &[&str]) -> Self {
        let (key, at) = (Key::random("sensor1"), local());
        let stunnel = Stunnel::start(at, router, &[&key]);
        let board = start(at.port(), &key, arguments);
        let (board, flash) = board;
        Self {
            key,
            at,
            stunnel,
            board,
            _flash: flash,
        }
    }
}

/// Starts the program, whose router is at a port of this machine.
fn start(port: u16, key: &Key, arguments: &[&str]) -> (Running, Flash) {
    let flash = Flash::with(key);
    let router = router_at(port);
    let all = [&[STATIC_ADDRESS, &router, &flash.argument], arguments].concat();
    (Running::start(LM3S6965EVB, "secured_ping", &all), flash)
}

/// A stream to the board on which it has answered.
///
/// Tried again: a new destination is not known everywhere at once, and i2pd says that it has
/// connected before the board has heard of it.
fn visit(peer: &Session, address: &Address) -> Stream {
    let limit = Instant::now() + PATIENCE;
    while Instant::now() < limit {
        let Ok(mut stream) = peer.connect(address) else {
            thread::sleep(Duration::from_millis(500));
            continue;
        };
        stream.write_all(b"ping\n").unwrap();
        let answers = Some(Duration::from_secs(5));
        stream.set_read_timeout(answers).unwrap();
        if stream.read_exact(&mut [0; 5]).is_ok() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            return stream;
        }
    }
    panic!("the board never answers");
}

/// A visitor pings and so does the board, which ends then, with RAM to spare.
fn serves_and_calls(router: SocketAddr, peer: &Session) {
    let caller = format!("peer={}", peer.address());
    let mut bench = Bench::start(router, &[&caller, "pings=5", "every=100"]);
    bench.board.says("secured after ");
    let address = bench.board.address();
    let (visited, has_visited) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut called = peer.accept().unwrap();
            let mut word = [0; 5];
            // The board ends when it has been answered.
            has_visited.recv().unwrap();
            for _ in 0..5 {
                called.read_exact(&mut word).unwrap();
                assert_eq!(&word, b"ping\n");
                called.write_all(b"pong\n").unwrap();
            }
        });
        let visit = visit(peer, &address);
        for _ in 0..50 {
            ping(&visit);
        }
        visited.send(()).unwrap();
    });
    let stack = bench.board.says("secured_ping: ");
    let (used, size) = stack.split_once(" of ").unwrap();
    let size = size.strip_suffix(" bytes").unwrap();
    let (used, size): (usize, usize) = (used.parse().unwrap(), size.parse().unwrap());
    assert!(size - used >= 64 * 1024 / 5, "{used} of {size} bytes");
    assert_eq!(bench.board.ends(), Some(0));
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn secured_ping_serves_and_calls_through_stunnel() {
    let bridge = LoopbackBridge::start().unwrap();
    serves_and_calls(bridge.addr(), &session_at(bridge.addr()));
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn secured_ping_serves_and_calls_over_i2p() {
    serves_and_calls(network::sam_port(), &network::peer());
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn nothing_is_lost_or_doubled_on_a_boards_way_to_the_end() {
    let bridge = LoopbackBridge::start().unwrap();
    let peer = session_at(bridge.addr());
    let mut bench = Bench::start(bridge.addr(), &[]);
    let address = bench.board.address();
    // More than the windows, the pipes and a record hold; and the board closes behind it.
    let visit = visit(&peer, &address);
    thread::scope(|scope| {
        scope.spawn(|| (&visit).write_all(&[&b"ping\n".repeat(4000)[..], b"quit\n"].concat()));
        let heard = rest_of(&visit);
        assert!(heard == "pong\n".repeat(4000), "{} bytes", heard.len());
    });
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn a_hundred_visits_leave_the_tunnels_as_they_were() {
    let bridge = LoopbackBridge::start().unwrap();
    let peer = session_at(bridge.addr());
    let mut bench = Bench::start(bridge.addr(), &[]);
    let address = bench.board.address();
    for number in 0..100 {
        let stream = visit(&peer, &address);
        ping(&stream);
        // Now the visitor closes first, now the board.
        if number % 2 == 0 {
            say(&stream, b"quit\n");
            assert_eq!(rest_of(&stream), "");
        }
        drop(stream);
        bench.board.says("the visitor has left");
    }
    bench.board.still_runs();
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn the_board_comes_back_when_stunnel_does() {
    let bridge = LoopbackBridge::start().unwrap();
    let peer = session_at(bridge.addr());
    let mut bench = Bench::start(bridge.addr(), &[]);
    bench.board.address();
    drop(bench.stunnel);
    bench.board.says("the session is lost");
    bench.stunnel = Stunnel::start(bench.at, bridge.addr(), &[&bench.key]);
    let address = bench.board.address();
    ping(&visit(&peer, &address));
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn a_wrong_key_is_reported_and_tried_again() {
    let (key, wrong, at) = (Key::random("sensor1"), Key::random("sensor1"), local());
    let bridge = LoopbackBridge::start().unwrap();
    let stunnel = Stunnel::start(at, bridge.addr(), &[&wrong]);
    let (mut board, _flash) = start(at.port(), &key, &[]);
    let complaint = format!(
        "10.0.2.2:{}: the router and this program share no key; trying again",
        at.port()
    );
    board.says(&complaint);
    board.says(&complaint);
    drop(stunnel);
    let _mended = Stunnel::start(at, bridge.addr(), &[&key]);
    board.address();
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn a_program_without_a_key_says_so() {
    let run = run(LM3S6965EVB, "secured_ping", &[STATIC_ADDRESS]);
    run.ended(1, "secured_ping: there is no secret");
}

#[test]
#[ignore = "needs the private network and the programs: ./test.sh secured-hop"]
fn a_board_survives_what_is_forged() {
    let (key, at) = (Key::random("sensor1"), local());
    let bridge = LoopbackBridge::start().unwrap();
    let _stunnel = Stunnel::start(at, bridge.addr(), &[&key]);
    let between = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let relay = Relay::start(between, move || TcpStream::connect(at));
    let (mut board, _flash) = start(relay.address.port(), &key, &[]);
    let peer = session_at(bridge.addr());
    let address = board.address();
    for forgery in [
        Meddling::Flip(7),
        Meddling::Say(CLEAR_MESSAGE),
        Meddling::Cut,
    ] {
        let stream = visit(&peer, &address);
        ping(&stream);
        // Nothing else comes from the router than what this visitor says.
        relay.meddle(forgery);
        say(&stream, b"ping\n");
        board.says("the visitor: the connection to the router broke");
    }
    ping(&visit(&peer, &address));
    board.still_runs();
}
