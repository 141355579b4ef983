//! The other end: a session on this machine, and the words it says.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread;

use sam_std::loopback::LoopbackBridge;
use sam_std::{Address, Router, Session, Stream};

use crate::board::PATIENCE;

/// A bridge at a port where one was before.
pub(crate) fn bridge_at(port: u16) -> LoopbackBridge {
    LoopbackBridge::builder().port(port).start().unwrap()
}

/// A session on this machine.
pub(crate) fn session_at(router: SocketAddr) -> Session {
    let router = Router::new(&router.to_string()).unwrap();
    Session::builder(&router).create().unwrap()
}

/// A stream to a board, on which no read lasts for ever.
pub(crate) fn stream_to(session: &Session, address: &Address) -> Stream {
    let stream = session.connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Waits for a stream from a board.
#[track_caller]
pub(crate) fn stream_from(session: &Arc<Session>) -> Stream {
    let (sender, accepted) = mpsc::channel();
    let session = Arc::clone(session);
    // A thread, since an accept has no time-out.
    thread::spawn(move || sender.send(session.accept()));
    let stream = accepted.recv_timeout(PATIENCE).expect("nobody calls");
    let stream = stream.unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Says a word of five bytes.
pub(crate) fn say(mut stream: &Stream, word: &[u8; 5]) {
    stream.write_all(word).unwrap();
}

/// Hears a word of five bytes.
pub(crate) fn hear(mut stream: &Stream) -> [u8; 5] {
    let mut word = [0; 5];
    stream.read_exact(&mut word).unwrap();
    word
}

/// Pings, and hears the answer.
#[track_caller]
pub(crate) fn ping(stream: &Stream) {
    say(stream, b"ping\n");
    assert_eq!(&hear(stream), b"pong\n");
}

/// Reads what is still to come.
pub(crate) fn rest_of(mut stream: &Stream) -> String {
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    rest
}
