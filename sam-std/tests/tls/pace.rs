//! Both directions at once, and peers that take their time.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::{Router, Session, Stream, Transport};
use sha2::{Digest, Sha256};

use crate::certificates::{Authority, bridge};
use crate::relay::Relay;
use crate::verbs::pair;
use crate::watchdog::bounded;

const MIB: usize = 1024 * 1024;

/// Bytes that repeat nowhere near.
fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// Writes in portions of all sizes, and ends its direction.
fn say<T: Transport>(mut stream: &Stream<T>, all: &[u8]) {
    let mut rest = all;
    for size in (1..).map(|number| number * 997 % 40_000 + 1) {
        let (now, later) = rest.split_at(rest.len().min(size));
        stream.write_all(now).unwrap();
        rest = later;
        if rest.is_empty() {
            return stream.shutdown(Shutdown::Write).unwrap();
        }
    }
}

fn hear<T: Transport>(mut stream: &Stream<T>) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    all
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = format!("{} bytes, ", bytes.len());
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

#[test]
fn a_mebibyte_each_way_at_once_arrives_whole() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        let (here, there) = pair(&client, &server);
        let (to_there, to_here) = (bytes(1, MIB), bytes(2, MIB));
        thread::scope(|scope| {
            scope.spawn(|| say(&here, &to_there));
            scope.spawn(|| say(&there, &to_here));
            let heard_there = scope.spawn(|| hear(&there));
            assert_eq!(hash(&hear(&here)), hash(&to_here));
            assert_eq!(hash(&heard_there.join().unwrap()), hash(&to_there));
        });
    });
}

#[test]
fn a_read_that_was_too_early_loses_nothing() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        let (mut here, mut there) = pair(&client, &server);
        here.set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let error = here.read(&mut [0; 8]).unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::TimedOut | ErrorKind::WouldBlock
        ));
        there.write_all(b"late").unwrap();
        here.set_read_timeout(None).unwrap();
        let mut heard = [0; 4];
        here.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"late");
    });
}

#[test]
fn a_record_that_drips_is_waited_for_no_longer_than_asked_and_not_lost() {
    bounded(|| {
        let authority = Authority::new();
        let bridge = authority.issue(&["127.0.0.1"]).serve();
        let relay = Relay::to(bridge.addr());
        let through = Router::over(authority.dial(relay.addr()));
        let client = Session::builder(&through).create().unwrap();
        let router = Router::over(authority.dial(bridge.addr()));
        let server = Session::builder(&router).create().unwrap();
        let (mut here, mut there) = pair(&client, &server);
        let said = bytes(4, 10_000);
        let limit = Duration::from_millis(200);
        here.set_read_timeout(Some(limit)).unwrap();
        relay.drip(Duration::from_millis(20));
        there.write_all(&said).unwrap();
        let start = Instant::now();
        let error = here.read(&mut [0; 1]).unwrap_err();
        let took = start.elapsed();
        assert!(matches!(
            error.kind(),
            ErrorKind::TimedOut | ErrorKind::WouldBlock
        ));
        assert!(took >= limit && took < limit * 2, "{took:?}");
        relay.drip(Duration::ZERO);
        here.set_read_timeout(None).unwrap();
        let mut heard = vec![0; said.len()];
        here.read_exact(&mut heard).unwrap();
        assert_eq!(hash(&heard), hash(&said));
    });
}

#[test]
fn a_write_that_found_no_room_loses_and_doubles_nothing() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        let (mut here, there) = pair(&client, &server);
        let source = bytes(3, 64 * MIB);
        here.set_write_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let mut said = 0;
        let error = loop {
            match here.write(&source[said..]) {
                Ok(count) => said += count,
                Err(error) => break error,
            }
        };
        assert!(matches!(
            error.kind(),
            ErrorKind::TimedOut | ErrorKind::WouldBlock
        ));
        assert!(here.flush().is_err());
        here.set_write_timeout(None).unwrap();
        thread::scope(|scope| {
            let hearing = scope.spawn(|| hear(&there));
            here.flush().unwrap();
            here.write_all(b"the end").unwrap();
            here.shutdown(Shutdown::Write).unwrap();
            let expected = [&source[..said], b"the end"].concat();
            assert_eq!(hash(&hearing.join().unwrap()), hash(&expected));
        });
    });
}
