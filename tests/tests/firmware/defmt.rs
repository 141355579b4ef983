//! Logs as frames of defmt, decoded by defmt-print.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use sam_std::loopback::LoopbackBridge;

use crate::board::{LM3S6965EVB, built, emulator, router_at};
use crate::peer::{hear, say, session_at, stream_from};

#[test]
#[ignore = "needs QEMU, defmt-print and the programs: ./test.sh firmware"]
fn defmt_frames_tell_what_becomes_of_a_session() {
    const PROGRAM: &str = "defmt/ping_pong";
    let bridge = LoopbackBridge::start().unwrap();
    let session = Arc::new(session_at(bridge.addr()));
    let (router, peer) = (router_at(bridge.addr().port()), session.address());
    let arguments = [&router, &format!("peer={peer}"), "pings=1"];
    let program = emulator(LM3S6965EVB, PROGRAM, &arguments, 60)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stream = stream_from(&session);
    assert_eq!(&hear(&stream), b"ping\n");
    say(&stream, b"pong\n");
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());

    let text = decoded(&output.stdout, PROGRAM);
    let states = ["Connecting", "Creating", "Ready"].map(|state| format!("I2P session: {state}"));
    let said = [
        "address 10.0.2.15/24",
        "reachable as ",
        "pong after ",
        "ping_pong: visits 0",
    ];
    let mut lines = text.lines();
    for expected in states.iter().map(String::as_str) {
        assert!(
            lines.any(|line| line.contains(expected)),
            "{expected} in {text}"
        );
    }
    for expected in said {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    // Each line begins with the milliseconds since the start.
    for line in text.lines().filter(|line| !line.is_empty()) {
        let time = line.split(' ').next().unwrap_or_default();
        assert!(time.parse::<f64>().is_ok(), "garbage: {line}");
    }
}

/// What the frames say.
fn decoded(frames: &[u8], program: &str) -> String {
    let mut printer = Command::new("defmt-print")
        .args(["--show-skipped-frames", "-e"])
        .arg(built(LM3S6965EVB, program))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    printer.stdin.take().unwrap().write_all(frames).unwrap();
    let output = printer.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{text}");
    text
}
