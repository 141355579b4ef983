use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use sam_std::{Datagrams, Endpoint, Router, Session};

use crate::program::{Running, i2p_sam, stderr};

#[test]
fn it_prints_its_address_and_serves_sessions() {
    let mut running = Running::start(i2p_sam(&["bridge"]));
    let mut printed = String::new();
    BufReader::new(running.stdout.take().unwrap())
        .read_line(&mut printed)
        .unwrap();
    let router: Router = printed.trim_end().parse().unwrap();

    let here: Session = Session::builder(&router).create().unwrap();
    let there: Session = Session::builder(&router).create().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| there.accept().unwrap().write_all(b"hello").unwrap());
        let mut stream = here.connect(there.address()).unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "hello");
    });
}

#[test]
fn it_says_that_it_gives_no_anonymity() {
    let mut running = Running::start(i2p_sam(&["bridge"]));
    assert!(running.hear("a loopback").contains("nothing is anonymous"));
}

#[test]
fn a_port_that_is_taken_is_a_failure() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = i2p_sam(&["bridge", "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn one_line_of_json_says_where_it_is() {
    let mut running = Running::start(i2p_sam(&["bridge", "--port", "0", "--json"]));
    let mut printed = String::new();
    BufReader::new(running.stdout.take().unwrap())
        .read_line(&mut printed)
        .unwrap();
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let port = json["tcp"].as_u64().unwrap();
    assert_eq!(json["address"], format!("127.0.0.1:{port}"));
    let router: Router = json["address"].as_str().unwrap().parse().unwrap();
    assert_eq!(router.version().unwrap().to_string(), "3.3");
}

#[test]
fn one_line_of_json_says_where_it_takes_datagrams() {
    let mut running = Running::start(i2p_sam(&["bridge", "--json"]));
    let mut printed = String::new();
    BufReader::new(running.stdout.take().unwrap())
        .read_line(&mut printed)
        .unwrap();
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let router: Router = json["address"].as_str().unwrap().parse().unwrap();
    let udp = json["udp"].as_u64().unwrap();
    let router = router.with_udp(Endpoint::new("127.0.0.1", u16::try_from(udp).unwrap()));

    let [here, there] = [(); 2].map(|()| {
        let builder = Session::builder(&router);
        builder.create_datagrams(Datagrams::repliable()).unwrap()
    });
    let limit = Some(Duration::from_secs(30));
    there.set_read_timeout(limit).unwrap();
    here.send_to(b"hello", there.destination()).unwrap();
    let mut heard = [0; 16];
    let received = there.recv_from(&mut heard).unwrap();
    assert_eq!(&heard[..received.len], b"hello");
}

#[cfg(unix)]
#[test]
fn it_ends_when_its_input_does_if_that_is_a_pipe() {
    let mut running = Running::start(i2p_sam(&["bridge"]));
    running.hear("Ctrl-C ends it, and the end of its input");
    drop(running.stdin.take());
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn input_from_dev_null_ends_nothing() {
    let mut child = i2p_sam(&["bridge"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    // It has decided by then what it will wait for.
    let waits = said.find(|line| line.as_ref().unwrap().starts_with("Ctrl-C ends it"));
    assert_eq!(waits.unwrap().unwrap(), "Ctrl-C ends it");
    let mut printed = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut printed)
        .unwrap();
    let router: Router = printed.trim_end().parse().unwrap();
    assert_eq!(router.version().unwrap().to_string(), "3.3");
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_transcript_that_cannot_be_written_is_a_failure() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let output = i2p_sam(&["bridge", "--transcript", path]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(path));
}

#[test]
fn it_hears_and_speaks_like_the_router_it_is_told_to() {
    let arguments = ["bridge", "--json", "--personality", "i2pd-2.45"];
    let mut running = Running::start(i2p_sam(&arguments));
    let mut printed = String::new();
    BufReader::new(running.stdout.take().unwrap())
        .read_line(&mut printed)
        .unwrap();
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(json["personality"], "i2pd-2.45");
    let router: Router = json["address"].as_str().unwrap().parse().unwrap();
    assert_eq!(router.version().unwrap().to_string(), "3.1");
}

#[test]
fn a_personality_that_nobody_has_makes_no_sense() {
    let output = i2p_sam(&["bridge", "--personality", "I2PD"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("spec i2pd-2.45 i2pd java emissary"));
}
