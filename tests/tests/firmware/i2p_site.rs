//! `i2p_site`: pages that peers fetch over I2P.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::loopback::LoopbackBridge;
use sam_std::{Address, Session, Stream};

use crate::board::{BOARDS, INTERRUPT, LM3S6965EVB, PATIENCE, Running, router_at};
use crate::peer::{bridge_at, session_at, stream_to};

/// Peers that the program serves at once; slots that are free while all are waited for.
const VISITORS: usize = 3;
const FREE_SLOTS: usize = 0;

/// Bytes of the board's RAM.
const RAM: usize = 64 * 1024;

/// An answer of the site.
pub(crate) struct Page {
    head: String,
    body: String,
}

impl Page {
    /// The number in the line `name number`.
    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> usize {
        let line = self
            .body
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let number = line.and_then(|rest| rest.split(' ').next()?.parse().ok());
        number.unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }
}

fn ask(mut stream: &Stream, path: &str, headers: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: board.b32.i2p\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
}

/// Reads one answer, as long as its Content-Length says.
fn answer(mut stream: &Stream) -> Page {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.expect("a length").parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    Page { head, body }
}

/// Fetches one page on a stream of its own, which the program ends.
pub(crate) fn fetch(session: &Session, address: &Address, path: &str) -> Page {
    let stream = stream_to(session, address);
    ask(&stream, path, "Connection: close\r\n");
    let page = answer(&stream);
    assert_ends(&stream);
    page
}

fn assert_ends(mut stream: &Stream) {
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_page_shows_how_the_board_is() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    for board in BOARDS {
        let router = router_at(bridge.addr().port());
        let mut program = Running::start(board, "i2p_site", &[&router]);
        let address = program.address();
        let page = fetch(&session, &address, "/");
        assert!(page.head.starts_with("HTTP/1.1 200 "), "{}", page.head);
        assert!(
            page.head
                .contains("\r\nContent-Type: text/html; charset=utf-8\r\n")
        );
        assert!(page.body.starts_with("<!DOCTYPE html>"), "{}", page.body);
        for (name, number) in [("visits", 1), ("streams", 1), ("sessions", 1)] {
            assert!(
                page.body.contains(&format!("\n{name} {number}\n")),
                "{}",
                page.body
            );
        }
        let text = fetch(&session, &address, "/status");
        assert!(
            text.head
                .contains("\r\nContent-Type: text/plain; charset=utf-8\r\n")
        );
        assert_eq!(text.number("visits"), 2);
        assert!(
            fetch(&session, &address, "/nothing")
                .head
                .starts_with("HTTP/1.1 404 ")
        );
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn several_peers_are_served_at_once() {
    let bridge = LoopbackBridge::start().unwrap();
    let sessions: [_; VISITORS] = std::array::from_fn(|_| session_at(bridge.addr()));
    for board in BOARDS {
        let router = router_at(bridge.addr().port());
        let mut program = Running::start(board, "i2p_site", &[&router]);
        let address = program.address();
        let streams = sessions
            .each_ref()
            .map(|session| stream_to(session, &address));
        // The last one first: nobody waits for another one's request.
        for (open, stream) in (1..=VISITORS).rev().zip(streams.iter().rev()) {
            let page = settled(stream, open);
            assert_eq!(page.number("free-slots"), FREE_SLOTS);
            stream.shutdown(Shutdown::Both).unwrap();
        }
    }
}

/// Asks until so many streams are open: the end of one takes a moment, and so does its beginning.
fn settled(stream: &Stream, streams: usize) -> Page {
    let deadline = Instant::now() + PATIENCE;
    loop {
        ask(stream, "/status", "");
        let page = answer(stream);
        if page.number("streams") == streams {
            return page;
        }
        assert!(Instant::now() < deadline, "{}", page.body);
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_request_that_makes_no_sense_costs_nothing_but_itself() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    let router = router_at(bridge.addr().port());
    let mut program = Running::start(LM3S6965EVB, "i2p_site", &[&router]);
    let address = program.address();
    let too_long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(5000));
    for request in ["\r\n\r\n", "\0\u{ff}\r\n\r\n", "GET\r\n\r\n", &too_long, ""] {
        for _ in 0..VISITORS + 1 {
            let mut stream = &stream_to(&session, &address);
            // The program may have closed the stream before it has heard all.
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
    let page = fetch(&session, &address, "/status");
    assert_eq!(page.number("visits"), 5 * (VISITORS + 1) + 1);
    assert_eq!(page.number("streams"), 1);
}

/// 250 streams that the peer ends and 250 that the program ends; each after a page.
#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn five_hundred_streams_leave_slots_and_stack_as_they_were() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    let router = router_at(bridge.addr().port());
    let mut program = Running::start(LM3S6965EVB, "i2p_site", &[&router]);
    let address = program.address();
    let visit = |peer_ends: bool| {
        if !peer_ends {
            fetch(&session, &address, "/");
            return;
        }
        let stream = stream_to(&session, &address);
        ask(&stream, "/", "");
        answer(&stream);
        stream.shutdown(Shutdown::Write).unwrap();
        assert_ends(&stream);
    };
    for number in 0..20 {
        visit(number % 2 == 0);
    }
    let status = || settled(&stream_to(&session, &address), 1);
    let before = status();
    for peer_ends in [true, false] {
        for _ in 0..250 {
            visit(peer_ends);
        }
    }
    let after = status();
    assert!(after.number("visits") >= before.number("visits") + 500);
    for name in ["free-slots", "sessions"] {
        assert_eq!(after.number(name), before.number(name), "{name}");
    }
    let grown = after.number("stack") - before.number("stack");
    assert!(grown <= INTERRUPT, "the stack has grown by {grown} bytes");
    let (used, size) = (after.number("stack"), after.number("stack-size"));
    println!("{used} of {size} bytes of stack");
    assert!(size - used >= RAM / 5, "{used} of {size} bytes are used");
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn the_site_comes_back_at_its_address_after_its_router() {
    let bridge = LoopbackBridge::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let port = bridge.addr().port();
    let flash = format!("flash={}", directory.path().join("flash").display());
    let mut program = Running::start(LM3S6965EVB, "i2p_site", &[&router_at(port), &flash]);
    let address = program.address();
    let session = session_at(bridge.addr());
    assert_eq!(fetch(&session, &address, "/status").number("sessions"), 1);
    bridge.stop();
    program.says("the session is lost");
    let bridge = bridge_at(port);
    assert_eq!(program.address(), address);
    let session = session_at(bridge.addr());
    let page = fetch(&session, &address, "/status");
    assert_eq!((page.number("sessions"), page.number("visits")), (2, 2));
}
