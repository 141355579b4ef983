//! `version`: the least that speaks SAM.

use std::net::TcpListener;
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;
use sam_std::{Router, Session};

use crate::board::{BOARDS, Run, STATIC_ADDRESS, router_at, run};

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_shows_what_the_router_speaks() {
    let bridge = LoopbackBridge::start().unwrap();
    let port = bridge.addr().port();
    for board in BOARDS {
        let run = run(board, "version", &[&router_at(port)]);
        run.ended(0, &format!("10.0.2.2:{port} speaks SAM 3.3"));
        assert!(run.output.starts_with("address 10.0.2.15/24"), "by DHCP");
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_finds_a_session_by_its_b32() {
    let bridge = LoopbackBridge::start().unwrap();
    let router = Router::new(&bridge.addr().to_string()).unwrap();
    let session = Session::builder(&router).create().unwrap();
    let name = session.address();
    for board in BOARDS {
        let router = router_at(bridge.addr().port());
        let run = run(board, "version", &[&router, &format!("lookup={name}")]);
        run.ended(0, &format!("{name} is {}", session.destination()));
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_leaves_a_fifth_of_64_kib_free() {
    let bridge = LoopbackBridge::start().unwrap();
    let router = Router::new(&bridge.addr().to_string()).unwrap();
    let session = Session::builder(&router).create().unwrap();
    let lookup = format!("lookup={}", session.address());
    let arguments = [&router_at(bridge.addr().port()), lookup.as_str()];
    let run = run("lm3s6965evb", "version", &arguments);
    let stack = run.output.lines().find_map(|line| {
        let numbers = line.strip_prefix("stack: ")?.strip_suffix(" bytes")?;
        let (used, size) = numbers.split_once(" of ")?;
        Some((used.parse::<usize>().ok()?, size.parse::<usize>().ok()?))
    });
    let (used, size) = stack.expect("the program says how much it used");
    assert!(size - used >= 64 * 1024 / 5, "{used} of {size} bytes");
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_reports_a_name_that_nobody_has() {
    let bridge = LoopbackBridge::start().unwrap();
    let router = router_at(bridge.addr().port());
    for board in BOARDS {
        let arguments = [STATIC_ADDRESS, &router, "lookup=nobody.i2p"];
        run(board, "version", &arguments).ended(1, "version: the router knows no such destination");
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_reports_a_closed_port() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for board in BOARDS {
        let arguments = [STATIC_ADDRESS, &router_at(port)];
        run(board, "version", &arguments).ended(1, "version: nothing listens there");
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_gives_up_an_address_where_nobody_is() {
    for board in BOARDS {
        let arguments = [STATIC_ADDRESS, "router=10.0.2.99:7656", "patience=1000"];
        let run = run(board, "version", &arguments);
        run.ended(1, "version: nobody answers there");
        assert_patience_of_a_second(&run);
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_gives_up_a_router_that_is_silent() {
    // The kernel takes the connections; nobody accepts them.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let router = router_at(listener.local_addr().unwrap().port());
    for board in BOARDS {
        let run = run(
            board,
            "version",
            &[STATIC_ADDRESS, &router, "patience=1000"],
        );
        let message = "version: the router does not answer; is that its SAM port?";
        run.ended(1, message);
        assert_patience_of_a_second(&run);
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn version_reports_an_argument_that_makes_no_sense() {
    for board in BOARDS {
        let message = "version: the argument router makes no sense";
        run(board, "version", &["router=localhost"]).ended(1, message);
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn a_panic_is_printed_and_ends_the_program() {
    for board in BOARDS {
        let run = run(board, "version", &[&"too_long".repeat(100)]);
        assert_eq!(run.status, Some(1));
        assert!(run.output.contains("more than 512 bytes"), "{}", run.output);
    }
}

#[track_caller]
fn assert_patience_of_a_second(run: &Run) {
    let range = Duration::from_millis(900)..Duration::from_secs(10);
    assert!(range.contains(&run.took), "gave up after {:?}", run.took);
}
