//! The other end of `sensor`: readings, and a board that UDP packets of this machine's get to.

use std::net::UdpSocket;
use std::process::Command;
use std::time::{Duration, Instant};

use sam_std::{DatagramSocket, Destination, Source};

use crate::board::{Running, STATIC_ADDRESS, emulator};

/// A reading, as the program says it.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) source: Destination,
    pub(crate) number: usize,
    pub(crate) every: usize,
    pub(crate) obeyed: usize,
    pub(crate) nonsense: usize,
    pub(crate) strangers: usize,
    pub(crate) foreign: usize,
    pub(crate) malformed: usize,
    pub(crate) stack: usize,
    pub(crate) stack_size: usize,
}

/// A UDP port that is free on this machine.
pub(crate) fn free_port() -> u16 {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// What runs `sensor` on a board with this UDP port.
///
/// The router sends to the board's own address, which leads to QEMU.
pub(crate) fn sensor(board: &str, port: u16, arguments: &[&str]) -> Command {
    let adding = ["address", "replace", "10.0.2.15/32", "dev", "lo"];
    let added = Command::new("ip").args(adding).status();
    assert!(
        added.unwrap().success(),
        "the namespace takes the board's address"
    );
    let port_of_board = format!("udp={port}");
    let mut all = vec![STATIC_ADDRESS, &port_of_board];
    all.extend(arguments);
    let mut command = emulator(board, "sensor", &all, 600);
    command.env("UDP", port.to_string());
    command
}

/// Starts it.
pub(crate) fn start(board: &str, port: u16, arguments: &[&str]) -> Running {
    Running::of(sensor(board, port, arguments))
}

/// The next reading.
#[track_caller]
pub(crate) fn reading(peer: &DatagramSocket) -> Reading {
    let mut line = [0; 256];
    let received = peer.recv_from(&mut line).expect("no reading comes");
    let Some(Source::Destination(source)) = received.source else {
        panic!("nobody has signed it");
    };
    let line = std::str::from_utf8(&line[..received.len]).unwrap();
    println!("{line}");
    let words: Vec<_> = line.split_whitespace().collect();
    let number = |name: &str| {
        let at = words.iter().position(|word| *word == name);
        let number = at.and_then(|at| words.get(at + 1)).map(|word| word.parse());
        number.and_then(Result::ok).expect("a number of this name")
    };
    Reading {
        source,
        number: number("reading"),
        every: number("every"),
        obeyed: number("obeyed"),
        nonsense: number("nonsense"),
        strangers: number("strangers"),
        foreign: number("foreign"),
        malformed: number("malformed"),
        stack: number("stack"),
        stack_size: number("of"),
    }
}

/// The first reading that is so.
#[track_caller]
pub(crate) fn reading_until(
    patience: Duration,
    peer: &DatagramSocket,
    is_so: impl Fn(&Reading) -> bool,
) -> Reading {
    let limit = Instant::now() + patience;
    loop {
        let reading = reading(peer);
        if is_so(&reading) {
            return reading;
        }
        assert!(Instant::now() < limit, "{reading:?}");
    }
}
