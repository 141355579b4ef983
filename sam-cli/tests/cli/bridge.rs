use std::io::{BufRead, BufReader, Read, Write};
use std::thread;

use sam_std::{Router, Session};

use crate::program::{Running, i2p_sam};

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
