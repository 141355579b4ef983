//! Datagrams on the control socket: their lines, both ways, and the client's machine.

use sam_core::bridge::{Bridge, Request};
use sam_core::client::Told;
use sam_core::command::DatagramParameters;
use sam_core::error::{Error, Malformed, Usage};
use sam_core::field::Field;
use sam_core::header::{CountedReceived, CountedSend, Source};
use sam_core::operand::Name;
use sam_core::{
    Command, Connection, ControlDatagrams, Create, DestinationHash, DestinationText, Event,
    Greeting, Ports, Reply, SessionId, SessionKey, SessionOptions, SignatureType, Step, Style,
    Timeouts, Value, Version,
};

use crate::common::{PUBLIC, assert_written};

type Socket = Connection<ControlDatagrams, Vec<u8>>;

const PORTS: Ports = Ports { from: 7, to: 65535 };

fn destination() -> DestinationText<'static> {
    DestinationText::new(PUBLIC.as_bytes()).unwrap()
}

/// A session of this style, at a router of this version.
fn socket(style: Style, version: &str) -> Socket {
    let id = SessionId::new("a1").unwrap();
    let key = SessionKey::Transient(Some(SignatureType::ED25519));
    let options = SessionOptions::DEFAULT;
    let create = Create::new(Greeting::default(), Timeouts::DEFAULT, &id, key, options).unwrap();
    let create = match style {
        Style::Stream => create,
        style => create
            .datagrams(style, DatagramParameters::default())
            .unwrap(),
    };
    let mut connection = Connection::new(create, vec![0; 9000], vec![0; 9000]).unwrap();
    let said = format!("HELLO REPLY RESULT=OK VERSION={version}\nSESSION STATUS RESULT=OK\n");
    connection.spare().unwrap()[..said.len()].copy_from_slice(said.as_bytes());
    connection.received(said.len()).unwrap();
    loop {
        match connection.step().unwrap() {
            Step::Transmit => drop(transmitted(&mut connection)),
            Step::Done => return connection.then(Create::into_control_datagrams),
            _ => {}
        }
    }
}

/// What leaves in the next write.
fn transmitted<M: sam_core::Machine>(connection: &mut Connection<M, Vec<u8>>) -> Vec<u8> {
    let bytes = connection.pending().to_vec();
    connection.transmitted(bytes.len()).unwrap();
    bytes
}

/// The router says this.
fn say<M: sam_core::Machine>(connection: &mut Connection<M, Vec<u8>>, bytes: &[u8]) {
    connection.spare().unwrap()[..bytes.len()].copy_from_slice(bytes);
    connection.received(bytes.len()).unwrap();
}

fn event(connection: &mut Socket) -> Told<'_> {
    let Step::Event(line) = connection.step().unwrap() else {
        panic!("no event");
    };
    connection.event(line).unwrap()
}

fn payload<M: sam_core::Machine>(connection: &mut Connection<M, Vec<u8>>) -> Vec<u8> {
    let mut out = vec![0; connection.payload_due()];
    let count = connection.take_payload(&mut out);
    assert_eq!(count, out.len());
    out
}

#[test]
fn what_a_client_sends() {
    let name = Name::Text(Value::new(PUBLIC.as_bytes()));
    let send = |is_raw, ports, protocol| CountedSend {
        is_raw,
        destination: name,
        size: 12,
        ports,
        protocol,
    };
    let table = [
        (
            send(false, None, None),
            format!("DATAGRAM SEND DESTINATION={PUBLIC} SIZE=12"),
        ),
        (
            send(false, Some(PORTS), None),
            format!("DATAGRAM SEND DESTINATION={PUBLIC} SIZE=12 FROM_PORT=7 TO_PORT=65535"),
        ),
        (
            send(true, None, Some(255)),
            format!("RAW SEND DESTINATION={PUBLIC} SIZE=12 PROTOCOL=255"),
        ),
    ];
    for (send, line) in table {
        assert_eq!(Command::parse(line.as_bytes()), Ok(Command::Send(send)));
        assert_written(&line, |writer| Command::Send(send).encode(writer));
    }
}

#[test]
fn what_a_router_passes_on() {
    let received = |source, ports, protocol| CountedReceived {
        source,
        size: 0,
        ports,
        protocol,
    };
    let hash = Source::Hash(DestinationHash::from_bytes([0; 32]));
    let zeros = format!("{}=", "A".repeat(43));
    let table = [
        (
            received(Some(Source::Destination(destination())), Some(PORTS), None),
            format!("DATAGRAM RECEIVED DESTINATION={PUBLIC} SIZE=0 FROM_PORT=7 TO_PORT=65535"),
        ),
        (
            received(Some(hash), None, None),
            format!("DATAGRAM RECEIVED DESTINATION={zeros} SIZE=0"),
        ),
        (received(None, None, None), "RAW RECEIVED SIZE=0".into()),
        (
            received(None, Some(PORTS), Some(18)),
            "RAW RECEIVED SIZE=0 FROM_PORT=7 TO_PORT=65535 PROTOCOL=18".into(),
        ),
    ];
    for (received, line) in table {
        assert_eq!(Reply::parse(line.as_bytes()), Ok(Reply::Received(received)));
        assert_written(&line, |writer| Reply::Received(received).encode(writer));
    }
}

#[test]
fn line_and_payload_leave_in_one_write() {
    for (style, word) in [(Style::Datagram, "DATAGRAM"), (Style::Raw, "RAW")] {
        let mut socket = socket(style, "3.3");
        let sent = socket.request(|session, tx| session.send(destination(), b"a\nb", tx));
        assert_eq!(sent, Ok(()));
        let expected = format!("{word} SEND DESTINATION={PUBLIC} SIZE=3\na\nb");
        assert_eq!(transmitted(&mut socket), expected.as_bytes());
        assert_eq!(socket.step(), Ok(Step::Receive));
    }
}

#[test]
fn sizes_and_styles_that_cannot_be_sent_are_refused_before_a_byte_leaves() {
    const MAX: usize = CountedSend::MAX_PAYLOAD;
    let table = [
        (Style::Datagram, 0, Err(Usage::Empty)),
        (Style::Datagram, 1, Ok(())),
        (Style::Raw, MAX, Ok(())),
        (Style::Datagram, MAX + 1, Err(Usage::TooLarge(7_600))),
        (Style::Raw, 65_535, Err(Usage::TooLarge(7_600))),
        (Style::Datagram2, 1, Err(Usage::NotNow)),
        (Style::Datagram3, 1, Err(Usage::NotNow)),
        (Style::Stream, 1, Err(Usage::NotNow)),
    ];
    for (style, len, expected) in table {
        let mut socket = socket(style, "3.3");
        let sent = socket.request(|session, tx| session.send(destination(), &vec![0; len], tx));
        assert_eq!(sent, expected.map_err(Error::Usage), "{style:?} {len}");
        assert_eq!(socket.pending().is_empty(), expected.is_err());
        assert!(socket.pending().len() <= CountedSend::MAX_LEN);
    }
}

#[test]
fn ports_need_a_router_that_knows_them() {
    let needs = Err(Error::Usage(Usage::NeedsVersion(Version::V3_2)));
    for (version, expected) in [("3.1", needs), ("3.2", Ok(()))] {
        let mut socket = socket(Style::Datagram, version);
        let sent =
            socket.request(|session, tx| session.send_with_ports(destination(), PORTS, b"x", tx));
        assert_eq!(sent, expected);
        assert_eq!(socket.pending().is_empty(), expected.is_err());
    }
}

#[test]
fn a_datagram_amid_a_lookup_spoils_neither() {
    let mut socket = socket(Style::Raw, "3.3");
    socket
        .request(|session, tx| session.ask().lookup_me(tx))
        .unwrap();
    transmitted(&mut socket);
    let answer = format!("NAMING REPLY RESULT=OK NAME=ME VALUE={PUBLIC}\n");
    // The payload looks like a refusal of the lookup.
    let inside = b"NAMING REPLY RESULT=KEY_NOT_FOUND NAME=ME\n";
    let line = format!("RAW RECEIVED SIZE={}\n", inside.len());
    let all = [line.as_bytes(), inside, b"PING x\n", answer.as_bytes()].concat();
    say(&mut socket, &all);
    assert!(matches!(event(&mut socket), Told::Datagram(received) if received.size == 42));
    assert_eq!(socket.step(), Ok(Step::Payload(42)));
    assert_eq!(payload(&mut socket), inside);
    assert!(socket.machine().is_busy());
    assert_eq!(socket.step(), Ok(Step::Transmit));
    assert_eq!(transmitted(&mut socket), b"PONG x\n");
    let found = Told::Other(Event::Found(destination()));
    assert_eq!(event(&mut socket), found);
}

#[test]
fn bad_headers_cost_their_payload_and_no_more() {
    let key = |error| Told::Unreadable(Malformed::Key(error));
    let mut socket = socket(Style::Datagram, "3.3");
    say(
        &mut socket,
        b"DATAGRAM RECEIVED DESTINATION=\xff\xfe SIZE=5\nab\ncd",
    );
    assert_eq!(event(&mut socket), key(sam_core::error::KeyError::Alphabet));
    assert_eq!(payload(&mut socket), b"ab\ncd");
    say(&mut socket, b"DATAGRAM RECEIVED SIZE=1\nx");
    let missing = Told::Unreadable(Malformed::Missing(Field::Destination));
    assert_eq!(event(&mut socket), missing);
    assert_eq!(payload(&mut socket), b"x");
    say(&mut socket, b"RAW RECEIVED SIZE=1 FROM_PORT=70000\ny");
    let port = Told::Unreadable(Malformed::Value(Field::FromPort));
    assert_eq!(event(&mut socket), port);
    assert_eq!(payload(&mut socket), b"y");
    say(&mut socket, b"RAW RECEIVED SIZE=0\nRAW RECEIVED SIZE=1\nz");
    assert!(matches!(event(&mut socket), Told::Datagram(received) if received.size == 0));
    assert!(matches!(event(&mut socket), Told::Datagram(received) if received.size == 1));
    assert_eq!(payload(&mut socket), b"z");
    assert_eq!(socket.step(), Ok(Step::Receive));
}

#[test]
fn a_payload_of_unknown_size_ends_the_connection() {
    for (line, expected) in [
        ("RAW RECEIVED\n", Malformed::Missing(Field::Size)),
        ("RAW RECEIVED SIZE=-1\n", Malformed::Value(Field::Size)),
        (
            "RAW RECEIVED SIZE=4294967296\n",
            Malformed::Value(Field::Size),
        ),
        (
            "RAW RECEIVED SIZE=1 SIZE=2\n",
            Malformed::Twice(Field::Size),
        ),
    ] {
        let mut socket = socket(Style::Raw, "3.3");
        say(&mut socket, line.as_bytes());
        assert_eq!(socket.step(), Err(Error::Peer(expected)), "{line}");
    }
}

#[test]
fn a_payload_cut_short_is_the_end_of_the_connection() {
    let mut socket = socket(Style::Raw, "3.3");
    say(&mut socket, b"RAW RECEIVED SIZE=9\nabc");
    event(&mut socket);
    let mut out = [0; 9];
    assert_eq!(socket.take_payload(&mut out), 3);
    socket.spare().unwrap();
    socket.received(0).unwrap();
    assert_eq!(socket.step(), Err(Error::Closed));
}

#[test]
fn the_bridge_hands_on_what_a_session_sends_and_closes_on_the_rest() {
    let mut bridge = Connection::new(Bridge::default(), vec![0; 999], vec![0; 999]).unwrap();
    say(
        &mut bridge,
        b"HELLO VERSION\nSESSION CREATE STYLE=RAW ID=a DESTINATION=TRANSIENT\n",
    );
    assert_eq!(bridge.step(), Ok(Step::Transmit));
    transmitted(&mut bridge);
    assert!(matches!(bridge.step(), Ok(Step::Event(_))));
    let granted = Reply::Session {
        status: sam_core::Status::OK,
        destination: None,
        id: None,
    };
    bridge
        .request(|bridge, tx| bridge.answer(&granted, tx))
        .unwrap();
    transmitted(&mut bridge);
    say(
        &mut bridge,
        b"RAW SEND DESTINATION=b SIZE=3\nQ\nTNAMING LOOKUP NAME=x\n",
    );
    let Ok(Step::Event(line)) = bridge.step() else {
        panic!("no event");
    };
    assert!(matches!(bridge.event(line), Ok(Request::Send(send)) if send.is_raw));
    assert_eq!(payload(&mut bridge), b"Q\nT");
    assert!(matches!(bridge.step(), Ok(Step::Event(_))));
    let refusal = sam_core::Status::new(sam_core::ResultCode::KeyNotFound);
    bridge
        .request(|bridge, tx| bridge.refuse(refusal, tx))
        .unwrap();
    transmitted(&mut bridge);
    let received = CountedReceived {
        source: None,
        size: 2,
        ports: Some(PORTS),
        protocol: Some(18),
    };
    bridge
        .request(|bridge, tx| bridge.deliver(received, b"\n\n", tx))
        .unwrap();
    let expected = b"RAW RECEIVED SIZE=2 FROM_PORT=7 TO_PORT=65535 PROTOCOL=18\n\n\n";
    assert_eq!(transmitted(&mut bridge), expected);
    say(&mut bridge, b"RAW SEND DESTINATION=b SIZE=many\nQUIT\n");
    assert_eq!(bridge.step(), Ok(Step::Done));
}
