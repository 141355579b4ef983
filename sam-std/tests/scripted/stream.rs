//! Streams, made of connections that the router has dialled.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use sam_std::{Error, Ports, Stream};

use crate::keys;
use crate::watchdog::bounded;

/// Both ends of a connection.
fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (there, _) = listener.accept().unwrap();
    (here, there)
}

/// A stream whose peer has said this together with the line that names it, and the peer's end.
fn stream_with(buffered: &[u8]) -> (Stream, TcpStream) {
    let (here, mut there) = pair();
    let line = format!("{}\n", keys::peer());
    there
        .write_all(&[line.as_bytes(), buffered].concat())
        .unwrap();
    let stream = Stream::from_forwarded(here).unwrap();
    assert_eq!(stream.buffered(), buffered.len());
    (stream, there)
}

#[test]
fn one_thread_reads_while_another_writes() {
    const LEN: usize = 1 << 20;
    bounded(|| {
        let (stream, there) = stream_with(b"");
        let echo = thread::spawn(move || io::copy(&mut &there, &mut &there).unwrap());
        thread::scope(|scope| {
            scope.spawn(|| {
                (&stream).write_all(&vec![7; LEN]).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
            });
            let mut received = Vec::new();
            (&stream).read_to_end(&mut received).unwrap();
            assert!(received == vec![7; LEN]);
        });
        assert_eq!(echo.join().unwrap(), LEN as u64);
    });
}

#[test]
fn clones_share_what_is_still_to_be_read() {
    const PAIRS: u16 = 3000;
    bounded(|| {
        let sent: Vec<u8> = (0..PAIRS).flat_map(u16::to_be_bytes).collect();
        let (stream, there) = stream_with(&sent);
        drop(there);
        let read_all = |mut stream: Stream| {
            let mut numbers = Vec::new();
            let mut pair = [0; 2];
            while stream.read(&mut pair).unwrap() == 2 {
                numbers.push(u16::from_be_bytes(pair));
            }
            numbers
        };
        let mut received: Vec<u16> = thread::scope(|scope| {
            let readers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| read_all(stream.try_clone().unwrap())))
                .collect();
            let numbers = readers.into_iter().map(|reader| reader.join().unwrap());
            numbers.flatten().collect()
        });
        received.sort_unstable();
        assert_eq!(received, (0..PAIRS).collect::<Vec<_>>());
        assert_eq!(stream.buffered(), 0);
    });
}

#[test]
fn reads_of_any_size_get_every_byte_once_and_in_order() {
    bounded(|| {
        for size in [1, 2, 3, 7, 11, 100] {
            let (mut stream, mut there) = stream_with(b"0123456789");
            there.write_all(b"abcdefghij").unwrap();
            drop(there);
            let mut received = Vec::new();
            let mut out = vec![0; size];
            assert_eq!(stream.read(&mut []).unwrap(), 0);
            loop {
                match stream.read(&mut out).unwrap() {
                    0 => break,
                    count => received.extend_from_slice(&out[..count]),
                }
            }
            assert_eq!(received, b"0123456789abcdefghij", "{size}");
        }
    });
}

#[test]
fn the_parts_of_a_stream_are_given_back_when_nobody_else_has_it() {
    bounded(|| {
        let (stream, mut there) = stream_with(b"unread");
        let clone = stream.try_clone().unwrap();
        let stream = stream.into_parts().unwrap_err();
        assert_eq!(stream.peer().unwrap().to_string(), keys::peer());
        drop(clone);
        let (mut transport, unread) = stream.into_parts().unwrap();
        assert_eq!(unread, b"unread");
        there.write_all(b"later").unwrap();
        let mut later = [0; 5];
        transport.read_exact(&mut later).unwrap();
        assert_eq!(&later, b"later");
    });
}

#[test]
fn time_outs_hold_for_the_transport_and_not_for_what_is_there() {
    bounded(|| {
        let (mut stream, _there) = stream_with(b"there");
        stream
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let mut out = [0; 10];
        assert_eq!(stream.read(&mut out).unwrap(), 5);
        let kind = stream.read(&mut out).unwrap_err().kind();
        assert!(
            matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut),
            "{kind}"
        );
        let zero = Some(Duration::ZERO);
        assert!(stream.set_read_timeout(zero).is_err());
        assert!(stream.set_write_timeout(zero).is_err());
    });
}

#[test]
fn a_stream_starts_without_time_outs() {
    bounded(|| {
        let (here, mut there) = pair();
        there
            .write_all(format!("{}\n", keys::peer()).as_bytes())
            .unwrap();
        let stream = Stream::from_forwarded(here).unwrap();
        assert_eq!(stream.transport().read_timeout().unwrap(), None);
        assert_eq!(stream.transport().write_timeout().unwrap(), None);
    });
}

#[cfg(unix)]
#[test]
fn the_descriptor_is_the_transport_s() {
    use std::os::fd::{AsFd, AsRawFd};

    bounded(|| {
        let (stream, _there) = stream_with(b"");
        let raw = stream.transport().as_raw_fd();
        assert_eq!(stream.as_raw_fd(), raw);
        assert_eq!(stream.as_fd().as_raw_fd(), raw);
    });
}

#[test]
fn debug_shows_who_it_is_and_not_what_was_said() {
    bounded(|| {
        let (stream, _there) = stream_with(b"secret");
        let shown = format!("{stream:?}");
        assert!(shown.starts_with("Stream { peer: Some("), "{shown}");
        assert!(shown.len() < 200, "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    });
}

#[test]
fn shutting_one_direction_leaves_the_other() {
    bounded(|| {
        let (mut stream, mut there) = stream_with(b"");
        stream.shutdown(Shutdown::Write).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(there.read(&mut [0]).unwrap(), 0);
        there.write_all(b"still").unwrap();
        drop(there);
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "still");
        stream.shutdown(Shutdown::Both).unwrap();
    });
}

#[test]
fn a_forwarded_connection_names_its_peer_and_ports_or_is_refused() {
    bounded(|| {
        let peer = keys::peer();
        let ports = Some(Ports { from: 1, to: 2 });
        let (here, mut there) = pair();
        let line = format!("{peer} FROM_PORT=1 TO_PORT=2\n");
        there.write_all(line.as_bytes()).unwrap();
        let stream = Stream::from_forwarded(here).unwrap();
        assert_eq!(stream.peer().unwrap().to_string(), peer);
        assert_eq!(stream.ports(), ports);

        for line in ["GET / HTTP/1.1\r\n", "\n", "STREAM STATUS RESULT=OK\n"] {
            let (here, mut there) = pair();
            there.write_all(line.as_bytes()).unwrap();
            let error = Stream::from_forwarded(here).unwrap_err();
            assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
        }
        for cut in ["", "half a line", &peer[..500], peer] {
            let (here, mut there) = pair();
            there.write_all(cut.as_bytes()).unwrap();
            drop(there);
            let error = Stream::from_forwarded(here).unwrap_err();
            assert!(matches!(error, Error::Closed), "{error:?}");
        }
    });
}
