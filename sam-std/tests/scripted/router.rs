//! A router that plays literal lines: one script for each connection, in order.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sam_std::sam_core::time::Duration as Span;
use sam_std::{Router, Session, SessionBuilder, SessionId, Timeouts};

use crate::keys;

pub(crate) const HELLO: &str = "HELLO VERSION MIN=3.1 MAX=3.3";
pub(crate) const GREETING: &str = "HELLO REPLY RESULT=OK VERSION=3.3\n";
pub(crate) const OK: &str = "STREAM STATUS RESULT=OK\n";

/// The ID of the sessions here.
pub(crate) const ID: &str = "sessionunderscript";

/// How long a script waits for what it has to hear.
const PATIENCE: Duration = Duration::from_secs(10);

/// A script, or a part of one, that needs nothing from its test.
pub(crate) type Play = fn(&mut Wire);

type Script = Box<dyn FnOnce(&mut Wire) + Send>;

/// Plays its scripts until it is dropped, and then says what did not go by them.
pub(crate) struct ScriptedRouter {
    addr: SocketAddr,
    is_over: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Default)]
pub(crate) struct Scripts(VecDeque<Script>);

impl Scripts {
    /// The script of the next connection; the router closes it at the end of the script.
    pub(crate) fn then(mut self, script: impl FnOnce(&mut Wire) + Send + 'static) -> Self {
        self.0.push_back(Box::new(script));
        self
    }

    pub(crate) fn start(self) -> ScriptedRouter {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let playing = Arc::clone(&is_over);
        let listener = thread::spawn(move || play(&listener, &playing, self.0));
        ScriptedRouter {
            addr,
            is_over,
            listener: Some(listener),
        }
    }
}

fn play(listener: &TcpListener, is_over: &AtomicBool, mut scripts: VecDeque<Script>) {
    let mut playing = Vec::new();
    for connection in listener.incoming() {
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        let script = scripts
            .pop_front()
            .expect("a script for each connection there is");
        let mut wire = Wire::new(connection.unwrap());
        playing.push(thread::spawn(move || script(&mut wire)));
    }
    for script in playing {
        if let Err(mismatch) = script.join() {
            panic::resume_unwind(mismatch);
        }
    }
    assert!(scripts.is_empty(), "{} scripts are left", scripts.len());
}

impl ScriptedRouter {
    /// A router that nobody may connect to.
    pub(crate) fn deaf() -> Self {
        Scripts::default().start()
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn router(&self) -> Router {
        Router::from(self.addr)
    }

    /// The router, to a client with little patience.
    pub(crate) fn router_in_haste(&self) -> Router {
        self.router().with_timeouts(HASTE)
    }

    /// A session with the ID that [`Wire::create`] knows.
    pub(crate) fn builder(&self) -> SessionBuilder<'static> {
        Session::builder(&self.router()).id(id())
    }

    pub(crate) fn session(&self) -> Session {
        self.builder().create().unwrap()
    }
}

impl Drop for ScriptedRouter {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.addr);
        let played = self.listener.take().map(JoinHandle::join);
        if let Some(Err(mismatch)) = played
            && !thread::panicking()
        {
            panic::resume_unwind(mismatch);
        }
    }
}

/// Long enough for a script to answer, short enough for a test to wait for its end.
pub(crate) const HASTE: Timeouts = Timeouts {
    hello: Span::from_millis(500),
    naming: Span::from_millis(500),
    connect: Span::from_millis(500),
    create: Span::from_millis(500),
    forward: Span::from_millis(500),
    accept: Some(Span::from_millis(500)),
};

pub(crate) fn id() -> SessionId {
    SessionId::new(ID).unwrap()
}

/// A router's end of one connection.
pub(crate) struct Wire(BufReader<TcpStream>);

impl Wire {
    fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    /// Hears a line, whatever it says.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.strip_suffix('\n').expect("a whole line").to_owned()
    }

    /// Hears a line, or the client close.
    pub(crate) fn line_or_end(&mut self) -> Option<String> {
        let mut line = String::new();
        (self.0.read_line(&mut line).unwrap() > 0).then_some(line)
    }

    /// Hears exactly this line.
    #[track_caller]
    pub(crate) fn hear(&mut self, expected: &str) {
        assert_eq!(self.line(), expected);
    }

    /// Hears a line that starts like this, and returns the rest of it.
    #[track_caller]
    pub(crate) fn hear_start(&mut self, expected: &str) -> String {
        let line = self.line();
        match line.strip_prefix(expected) {
            Some(rest) => rest.to_owned(),
            None => panic!("heard {line:?} instead of {expected:?}"),
        }
    }

    /// Hears bytes of a stream.
    #[track_caller]
    pub(crate) fn hear_bytes(&mut self, expected: &[u8]) {
        let mut bytes = vec![0; expected.len()];
        self.0.read_exact(&mut bytes).unwrap();
        assert_eq!(bytes, expected);
    }

    /// Hears the client close, and nothing before.
    #[track_caller]
    pub(crate) fn hear_end(&mut self) {
        match self.0.read(&mut [0]) {
            Ok(0) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            heard => panic!("heard {heard:?} instead of the end"),
        }
    }

    /// Says this in one segment.
    pub(crate) fn say(&mut self, text: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(text.as_ref()).unwrap();
    }

    /// Says this one byte a segment.
    pub(crate) fn spell(&mut self, text: impl AsRef<[u8]>) {
        for byte in text.as_ref() {
            self.say([*byte]);
        }
    }

    /// Checks that the client has said no more than was heard.
    ///
    /// It may be about to: this finds only what travels together with the line before.
    #[track_caller]
    pub(crate) fn assert_silent(&self) {
        assert_eq!(self.0.buffer(), b"");
    }

    /// Says this again and again, until the client closes.
    pub(crate) fn repeat(&mut self, text: &str) {
        while self.0.get_mut().write_all(text.as_bytes()).is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the client says something, and lets it stand: closing will reset.
    pub(crate) fn turn_away(&mut self) {
        assert!(self.0.buffer().is_empty());
        assert_ne!(self.0.get_ref().peek(&mut [0]).unwrap(), 0);
    }

    /// Plays HELLO.
    pub(crate) fn greet(&mut self) {
        self.hear(HELLO);
        self.say(GREETING);
    }

    /// Plays a control socket until the session is online.
    pub(crate) fn create(&mut self) {
        self.create_with(&format!(
            "SESSION STATUS RESULT=OK DESTINATION={}\n",
            keys::private()
        ));
    }

    /// Plays a control socket with this answer to SESSION CREATE.
    pub(crate) fn create_with(&mut self, answer: &str) {
        self.greet();
        self.hear_start("SESSION CREATE STYLE=STREAM ID=");
        self.say(answer);
    }

    /// Plays a whole control socket that is asked nothing.
    pub(crate) fn keep_session(&mut self) {
        self.create();
        self.hear_end();
    }

    /// Plays a control socket that is asked for one name, and then no more.
    pub(crate) fn answer_lookup(&mut self, name: &str, value: &str) {
        self.hear(&format!("NAMING LOOKUP NAME={name}"));
        self.say(found(name, value));
    }

    /// Plays an accept until it waits for a peer.
    pub(crate) fn accept(&mut self) {
        self.greet();
        self.hear(&format!("STREAM ACCEPT ID={ID}"));
        self.say(OK);
    }

    /// Plays a connect up to its answer.
    pub(crate) fn connect(&mut self, to: &str) {
        self.greet();
        self.hear(&format!("STREAM CONNECT ID={ID} DESTINATION={to}"));
    }
}

/// The answer to a lookup.
pub(crate) fn found(name: &str, value: &str) -> String {
    format!("NAMING REPLY RESULT=OK NAME={name} VALUE={value}\n")
}
