//! What `ping_pong` does when its network or its router fail it: it says so, and tries again.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;
use sam_std::{PrivateKey, Router, Session};

use crate::board::{LM3S6965EVB, Running, STATIC_ADDRESS, router_at, run};
use crate::peer::{bridge_at, hear, ping, say, session_at, stream_to};
use crate::plug::Plug;

fn start(arguments: &[&str]) -> Running {
    Running::start(LM3S6965EVB, "ping_pong", arguments)
}

/// Asserts that a program serves a peer at this bridge.
fn assert_serves(program: &mut Running, bridge: &LoopbackBridge) {
    let address = program.address();
    ping(&stream_to(&session_at(bridge.addr()), &address));
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_router_that_starts_late_is_found() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut program = start(&[STATIC_ADDRESS, &router_at(port)]);
    program.says(&format!("no router answers at 10.0.2.2:{port}"));
    assert_serves(&mut program, &bridge_at(port));
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn an_address_where_nobody_is_is_reported() {
    let mut program = start(&[STATIC_ADDRESS, "router=10.0.2.99:7656"]);
    program.says("no router answers at 10.0.2.99:7656");
    program.still_runs();
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_router_that_never_answers_is_given_up_and_tried_again() {
    // The kernel takes the connections; nobody accepts them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut program = start(&[STATIC_ADDRESS, &router_at(port), "patience=1000"]);
    program.says("no router answers at");
    drop(silent);
    assert_serves(&mut program, &bridge_at(port));
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_router_that_restarts_finds_the_program_at_its_address() {
    let bridge = LoopbackBridge::start().unwrap();
    let port = bridge.addr().port();
    let directory = tempfile::tempdir().unwrap();
    let flash = format!("flash={}", directory.path().join("flash").display());
    let mut program = start(&[&router_at(port), &flash]);
    let address = program.address();
    let session = session_at(bridge.addr());
    let stream = stream_to(&session, &address);
    ping(&stream);
    bridge.stop();
    program.says("the session is lost");
    program.says("no router answers at");
    let bridge = bridge_at(port);
    assert_eq!(program.address(), address);
    ping(&stream_to(&session_at(bridge.addr()), &address));
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_session_that_another_one_has_is_got_once_that_ends() {
    let bridge = LoopbackBridge::start().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("flash");
    let arguments = [
        router_at(bridge.addr().port()),
        format!("flash={}", path.display()),
    ];
    let arguments = arguments.each_ref().map(String::as_str);
    let address = start(&arguments).address();
    let key = kept_key(&fs::read(path).unwrap());
    let router = Router::new(&bridge.addr().to_string()).unwrap();
    let squatter = Session::builder(&router).key(&key).create().unwrap();
    assert_eq!(squatter.address(), address);
    let mut program = start(&arguments);
    program.says("the router made no session");
    drop(squatter);
    assert_serves(&mut program, &bridge);
}

/// The key in the page of flash: 32 bytes of header, of which the fourth to the seventh from 8 on
/// are its length.
fn kept_key(flash: &[u8]) -> PrivateKey {
    let len = u32::from_le_bytes(flash[8..12].try_into().unwrap()) as usize;
    PrivateKey::new(flash[32..32 + len].into(), len).unwrap()
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_session_that_is_refused_is_asked_for_again_under_another_id() {
    let bridge = LoopbackBridge::start().unwrap();
    for refusal in [
        "SESSION STATUS RESULT=DUPLICATED_ID",
        "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"no tunnels\"",
    ] {
        let reluctant = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = reluctant.local_addr().unwrap().port();
        let mut program = start(&[STATIC_ADDRESS, &router_at(port)]);
        let ids = [(); 2].map(|()| refuse(&reluctant.accept().unwrap().0, refusal));
        program.says("the router made no session");
        assert_ne!(ids[0], ids[1]);
        drop(reluctant);
        let bridge = bridge_at(port);
        assert_serves(&mut program, &bridge);
    }
    drop(bridge);
}

/// Answers HELLO, then the next line with a refusal; returns the ID in that line.
fn refuse(mut client: &TcpStream, refusal: &str) -> String {
    let mut lines = BufReader::new(client.try_clone().unwrap()).lines();
    let hello = lines.next().unwrap().unwrap();
    assert!(hello.starts_with("HELLO VERSION "), "{hello}");
    writeln!(client, "HELLO REPLY RESULT=OK VERSION=3.3").unwrap();
    let create = lines.next().unwrap().unwrap();
    writeln!(client, "{refusal}").unwrap();
    let id = create.split(' ').find_map(|word| word.strip_prefix("ID="));
    id.expect("an ID").to_owned()
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn an_address_that_comes_late_is_waited_for() {
    let bridge = LoopbackBridge::start().unwrap();
    let router = router_at(bridge.addr().port());
    let (mut plug, mut program) = Plug::start(LM3S6965EVB, "ping_pong", &[&router]);
    plug.set_cable(false);
    plug.power_on();
    program.says("no address yet");
    plug.set_cable(true);
    program.says("address 10.0.2.15/24 after ");
    assert_serves(&mut program, &bridge);
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_cable_that_is_out_for_ten_seconds_ends_no_stream() {
    let bridge = LoopbackBridge::start().unwrap();
    let session = session_at(bridge.addr());
    let router = router_at(bridge.addr().port());
    let (mut plug, mut program) = Plug::start(LM3S6965EVB, "ping_pong", &[&router]);
    plug.power_on();
    let address = program.address();
    let stream = stream_to(&session, &address);
    ping(&stream);
    plug.set_cable(false);
    say(&stream, b"ping\n");
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut nothing = [0; 5];
    let heard = std::io::Read::read(&mut &stream, &mut nothing);
    assert!(heard.is_err(), "the cable is out");
    plug.set_cable(true);
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    assert_eq!(&hear(&stream), b"pong\n");
    ping(&stream_to(&session, &address));
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_cable_that_is_out_until_all_is_given_up_brings_the_session_back() {
    let bridge = LoopbackBridge::start().unwrap();
    let router = router_at(bridge.addr().port());
    let (mut plug, mut program) = Plug::start(LM3S6965EVB, "ping_pong", &[&router]);
    plug.power_on();
    program.address();
    plug.set_cable(false);
    program.says("the session is lost");
    program.says("no router answers at");
    plug.set_cable(true);
    assert_serves(&mut program, &bridge);
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn flash_that_cannot_be_opened_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let flash = format!(
        "flash={}",
        directory.path().join("no/such/folder").display()
    );
    let run = run(LM3S6965EVB, "ping_pong", &[STATIC_ADDRESS, &flash]);
    assert_eq!(run.status, Some(1));
    assert!(
        run.output.contains("the host opens the file"),
        "{}",
        run.output
    );
}
