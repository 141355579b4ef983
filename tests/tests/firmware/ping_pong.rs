//! `ping_pong`: peers that call the board, and a peer that it calls.

use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::loopback::LoopbackBridge;
use sam_std::{Address, Session};

use crate::board::{BOARDS, INTERRUPT, LM3S6965EVB, PATIENCE, Running, router_at};
use crate::peer::{hear, ping, rest_of, say, session_at, stream_from, stream_to};

/// Peers that the program serves at once, and slots that are free while nobody is there.
const VISITORS: usize = 3;
const FREE_SLOTS: usize = 1;

/// What the program says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Numbers {
    visits: usize,
    answered: usize,
    free_slots: usize,
    stack: usize,
    stack_size: usize,
}

/// Asks on a stream of its own.
fn numbers(session: &Session, address: &Address) -> Numbers {
    let stream = stream_to(session, address);
    say(&stream, b"stat\n");
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    let words = line.split_whitespace().collect::<Vec<_>>();
    let number = |name: &str| {
        let at = words.iter().position(|word| *word == name);
        let number = at.and_then(|at| words.get(at + 1)).map(|word| word.parse());
        number.and_then(Result::ok).expect("a number of this name")
    };
    Numbers {
        visits: number("visits"),
        answered: number("answered"),
        free_slots: number("free-slots"),
        stack: number("stack"),
        stack_size: number("of"),
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn peers_are_answered_at_once() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    for board in BOARDS {
        let mut program = Running::start(board, "ping_pong", &[&router_at(bridge.addr().port())]);
        let address = program.address();
        let streams: [_; VISITORS] = std::array::from_fn(|_| stream_to(&session, &address));
        for _ in 0..10 {
            for stream in &streams {
                say(stream, b"ping\n");
            }
            for stream in streams.iter().rev() {
                assert_eq!(&hear(stream), b"pong\n");
            }
        }
        let me = format!("visitor {VISITORS}: {}", session.address());
        program.says(&me);
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_peer_is_looked_up_and_pinged() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = Arc::new(session_at(bridge.addr()));
    for board in BOARDS {
        let (router, peer) = (router_at(bridge.addr().port()), session.address());
        let arguments = [&router, &format!("peer={peer}"), "pings=3", "every=10"];
        let mut program = Running::start(board, "ping_pong", &arguments);
        let stream = stream_from(&session);
        for _ in 0..3 {
            assert_eq!(&hear(&stream), b"ping\n");
            say(&stream, b"pong\n");
            program.says("pong after ");
        }
        assert_eq!(rest_of(&stream), "", "a proper end");
        assert_eq!(program.ends(), Some(0));
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_peer_that_comes_late_or_breaks_off_is_pinged_all_the_same() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    let key = session.private_key().unwrap();
    let (router, peer) = (router_at(bridge.addr().port()), session.address());
    let key = sam_std::PrivateKey::new(key.as_bytes().into(), key.as_bytes().len()).unwrap();
    drop(session);
    let arguments = [&router, &format!("peer={peer}"), "pings=2", "every=10"];
    let mut program = Running::start(LM3S6965EVB, "ping_pong", &arguments);
    program.says(&format!("{peer}: "));
    let sam = sam_std::Router::new(&bridge.addr().to_string()).unwrap();
    let session = Arc::new(Session::builder(&sam).key(&key).create().unwrap());
    for answer in [b"pong\n", b"what?"] {
        let stream = stream_from(&session);
        assert_eq!(&hear(&stream), b"ping\n");
        say(&stream, answer);
    }
    program.says(&format!("{peer}: the peer says something else"));
    let stream = stream_from(&session);
    assert_eq!(&hear(&stream), b"ping\n");
    say(&stream, b"pong\n");
    assert_eq!(program.ends(), Some(0));
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_peer_that_says_something_else_is_let_go() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    let mut program = Running::start(
        LM3S6965EVB,
        "ping_pong",
        &[&router_at(bridge.addr().port())],
    );
    let address = program.address();
    let stream = stream_to(&session, &address);
    ping(&stream);
    say(&stream, b"hello");
    assert_eq!(rest_of(&stream), "");
    program.says("visitor "); // which of them is chance
    let end = program.says("visitor ");
    assert!(end.ends_with(": the peer says something else"), "{end}");
    ping(&stream_to(&session, &address));
}

/// 250 streams that the peer ends and 250 that the program ends; both after a ping.
#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn five_hundred_streams_leave_slots_and_stack_as_they_were() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    let mut program = Running::start(
        LM3S6965EVB,
        "ping_pong",
        &[&router_at(bridge.addr().port())],
    );
    let address = program.address();
    let visit = |peer_ends: bool| {
        let stream = stream_to(&session, &address);
        ping(&stream);
        if peer_ends {
            stream.shutdown(std::net::Shutdown::Write).unwrap();
        } else {
            say(&stream, b"quit\n");
        }
        assert_eq!(rest_of(&stream), "");
    };
    // What the stack is at its deepest shows after some visits of each kind.
    for number in 0..20 {
        visit(number % 2 == 0);
    }
    let before = settled(&session, &address);
    for peer_ends in [true, false] {
        for _ in 0..250 {
            visit(peer_ends);
        }
    }
    let after = settled(&session, &address);
    assert!(after.visits >= before.visits + 500, "{before:?} {after:?}");
    assert_eq!(after.answered, before.answered + 500);
    assert!(
        after.stack - before.stack <= INTERRUPT,
        "{before:?} {after:?}"
    );
    let free = after.stack_size - after.stack;
    println!("{free} bytes free");
    assert!(free >= 64 * 1024 / 5, "{free} bytes of 64 KiB are free");
}

/// What the program says once the visits before are over.
fn settled(session: &Session, address: &Address) -> Numbers {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let numbers = numbers(session, address);
        if numbers.free_slots == FREE_SLOTS {
            return numbers;
        }
        assert!(Instant::now() < deadline, "{numbers:?}");
        thread::sleep(Duration::from_millis(50));
    }
}
