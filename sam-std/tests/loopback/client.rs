//! A SAM client made of literal lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn new(bridge: &LoopbackBridge) -> Self {
        let stream = TcpStream::connect(bridge.addr()).unwrap();
        Self::from_stream(stream)
    }

    pub(crate) fn from_stream(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    /// A client that has said HELLO.
    pub(crate) fn greeted(bridge: &LoopbackBridge) -> Self {
        let mut client = Self::new(bridge);
        let reply = client.ask("HELLO VERSION MIN=3.0 MAX=3.3");
        assert_eq!(reply, "HELLO REPLY RESULT=OK VERSION=3.3");
        client
    }

    /// A client with a session, and its destination.
    pub(crate) fn with_session(bridge: &LoopbackBridge, id: &str) -> (Self, String) {
        let mut client = Self::greeted(bridge);
        let reply = client.ask(&format!(
            "SESSION CREATE STYLE=STREAM ID={id} DESTINATION=TRANSIENT SIGNATURE_TYPE=7"
        ));
        assert!(reply.starts_with("SESSION STATUS RESULT=OK DESTINATION="));
        let reply = client.ask("NAMING LOOKUP NAME=ME");
        let destination = reply.strip_prefix("NAMING REPLY RESULT=OK NAME=ME VALUE=");
        (client, destination.unwrap().to_owned())
    }

    /// A client whose ACCEPT has been answered.
    pub(crate) fn accepting(bridge: &LoopbackBridge, id: &str) -> Self {
        let mut client = Self::greeted(bridge);
        let reply = client.ask(&format!("STREAM ACCEPT ID={id} SILENT=false"));
        assert_eq!(reply, "STREAM STATUS RESULT=OK");
        client
    }

    /// A client whose CONNECT has been answered.
    pub(crate) fn connected(bridge: &LoopbackBridge, id: &str, destination: &str) -> Self {
        let mut client = Self::greeted(bridge);
        let reply = client.ask(&connect(id, destination));
        assert_eq!(reply, "STREAM STATUS RESULT=OK");
        client
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// The next line, without its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.strip_suffix('\n').expect("a whole line").to_owned()
    }

    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\n").as_bytes());
        self.line()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Everything up to the end, which may be a reset.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("still open"),
            _ => bytes,
        }
    }

    /// Ends the own direction.
    pub(crate) fn finish(&mut self) {
        self.0.get_ref().shutdown(Shutdown::Write).unwrap();
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        self.0.get_ref()
    }
}

pub(crate) fn bridge() -> LoopbackBridge {
    LoopbackBridge::start().unwrap()
}

pub(crate) fn connect(id: &str, destination: &str) -> String {
    format!("STREAM CONNECT ID={id} DESTINATION={destination} SILENT=false")
}
