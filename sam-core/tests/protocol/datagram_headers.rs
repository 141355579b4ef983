//! Headers of datagrams, both ways.

use proptest::prelude::*;
use sam_core::error::{Error, Full, KeyError, Malformed, Usage};
use sam_core::field::Field;
use sam_core::header::{DatagramHeader, RawHeader, SendHeader, Source};
use sam_core::operand::Name;
use sam_core::{DestinationHash, DestinationText, Ports, SessionId, Value, Writer};

use crate::common::PUBLIC;

const PORTS: Ports = Ports { from: 7, to: 65535 };

/// The 32 bytes 0, 1, 2 … in base64.
const HASH: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn hash() -> DestinationHash {
    DestinationHash::from_bytes(std::array::from_fn(|place| place as u8))
}

fn destination() -> DestinationText<'static> {
    DestinationText::new(PUBLIC.as_bytes()).unwrap()
}

fn id() -> SessionId {
    SessionId::new("a1").unwrap()
}

fn line(encode: impl FnOnce(&mut Writer<'_>) -> Result<(), Error>) -> String {
    String::from_utf8(bytes(encode).unwrap()).unwrap()
}

fn bytes(encode: impl FnOnce(&mut Writer<'_>) -> Result<(), Error>) -> Result<Vec<u8>, Error> {
    let mut buffer = [0; 4096];
    let mut writer = Writer::new(&mut buffer);
    encode(&mut writer)?;
    Ok(writer.written().to_vec())
}

#[test]
fn a_datagram_is_sent_with_a_header_every_router_takes() {
    let id = id();
    let header = SendHeader::new(&id, Name::Target(destination().into()));
    let plain = format!("3.0 a1 {PUBLIC}\n");
    assert_eq!(line(|writer| header.encode(writer)), plain);
    let packet = format!("{plain}pay\nload");
    let (heard, payload) = SendHeader::parse(packet.as_bytes()).unwrap();
    assert_eq!((heard, payload), (header, &b"pay\nload"[..]));
}

#[test]
fn options_of_a_sent_datagram_go_both_ways() {
    let id = id();
    let header = SendHeader {
        protocol: Some(200),
        ..SendHeader::new(&id, Name::Target(destination().into())).ports(PORTS)
    };
    let full = format!("3.2 a1 {PUBLIC} FROM_PORT=7 TO_PORT=65535 PROTOCOL=200\n");
    assert_eq!(line(|writer| header.encode(writer)), full);
    let packet = format!("3.2 a1 {PUBLIC} PROTOCOL=200 EXPIRES=9 TO_PORT=65535 FROM_PORT=7\n");
    assert_eq!(SendHeader::parse(packet.as_bytes()), Ok((header, &b""[..])));
}

#[test]
fn what_is_no_header_of_a_sent_datagram_is_refused() {
    let value = |field| Malformed::Value(field);
    let table = [
        ("", Malformed::Syntax),
        ("3.0 a1 dest", Malformed::Syntax),
        ("\npayload", Malformed::Syntax),
        ("3.0\n", Malformed::Syntax),
        ("3.0 a1\n", Malformed::Syntax),
        ("3.0  dest\n", Malformed::Syntax),
        ("2.0 a1 dest\n", Malformed::Version),
        ("x a1 dest\n", Malformed::Version),
        ("3.0 a1 dest FROM_PORT=65536\n", value(Field::FromPort)),
        ("3.0 a1 dest TO_PORT=-1\n", value(Field::ToPort)),
        ("3.0 a1 dest PROTOCOL=256\n", value(Field::Protocol)),
        (
            "3.0 a1 dest TO_PORT=1 TO_PORT=1\n",
            Malformed::Twice(Field::ToPort),
        ),
    ];
    for (packet, expected) in table {
        let heard = SendHeader::parse(packet.as_bytes());
        assert_eq!(heard.err(), Some(expected), "{packet:?}");
    }
}

#[test]
fn no_text_breaks_the_header_of_a_sent_datagram() {
    let a1 = id();
    let header = SendHeader::new(&a1, Name::Target(destination().into()));
    let text = |text: &'static [u8]| Name::Text(Value::new(text));
    let table = [
        (&b""[..], text(b"dest"), Usage::Empty),
        (b"a 1", text(b"dest"), Usage::Forbidden(b' ')),
        (b"a\n1", text(b"dest"), Usage::Forbidden(b'\n')),
        (b"a1", text(b""), Usage::Empty),
        (b"a1", text(b"d\0"), Usage::Forbidden(0)),
        (b"a1", text(b"d\r"), Usage::Forbidden(b'\r')),
    ];
    for (id, destination, expected) in table {
        let header = SendHeader {
            id: Value::new(id),
            destination,
            ..header
        };
        let mut buffer = [0; 1024];
        let mut writer = Writer::new(&mut buffer);
        assert_eq!(header.encode(&mut writer), Err(expected.into()));
        assert!(writer.is_empty());
    }
}

#[test]
fn a_header_that_does_not_fit_writes_nothing() {
    let id = id();
    let header = SendHeader::new(&id, Name::Target(destination().into()));
    let mut buffer = [0; 100];
    let mut writer = Writer::new(&mut buffer);
    assert_eq!(header.encode(&mut writer), Err(Error::Full(Full::Transmit)));
    assert!(writer.is_empty());
}

#[test]
fn the_source_of_a_datagram_is_a_destination_or_a_hash() {
    let table = [
        (PUBLIC, Source::Destination(destination())),
        (HASH, Source::Hash(hash())),
    ];
    for (text, source) in table {
        for (rest, ports) in [("", None), (" FROM_PORT=7 TO_PORT=65535", Some(PORTS))] {
            let header = DatagramHeader { source, ports };
            let expected = format!("{text}{rest}\n");
            assert_eq!(line(|writer| header.encode(writer)), expected);
            let packet = expected + "\0\n~";
            let (heard, payload) = DatagramHeader::parse(packet.as_bytes()).unwrap();
            assert_eq!(heard, header);
            assert_eq!(payload, "\0\n~".as_bytes());
        }
    }
}

#[test]
fn a_datagram_without_a_source_is_refused() {
    let not_canonical = HASH.replace("8=", "9=");
    let table = [
        ("no newline", Malformed::Syntax),
        ("\npayload", Malformed::Key(KeyError::Length)),
        ("AAAA\n", Malformed::Key(KeyError::Length)),
        (&format!("{PUBLIC}A\n"), Malformed::Key(KeyError::Length)),
        (&format!("{PUBLIC}\r\n"), Malformed::Key(KeyError::Length)),
        (
            &format!("{not_canonical}\n"),
            Malformed::Key(KeyError::Alphabet),
        ),
        (
            &format!("{PUBLIC} FROM_PORT=x\n"),
            Malformed::Value(Field::FromPort),
        ),
    ];
    for (packet, expected) in table {
        let heard = DatagramHeader::parse(packet.as_bytes());
        assert_eq!(heard.err(), Some(expected), "{packet:?}");
    }
}

#[test]
fn headers_of_raw_datagrams_are_read_in_any_order() {
    let header = RawHeader {
        ports: PORTS,
        protocol: 18,
    };
    let canonical = "FROM_PORT=7 TO_PORT=65535 PROTOCOL=18\n";
    assert_eq!(line(|writer| header.encode(writer)), canonical);
    for start in [
        canonical,
        "PROTOCOL=18 FROM_PORT=7 TO_PORT=65535\n",
        "TO_PORT=65535 PROTOCOL=18 FROM_PORT=7 NEW=1\n",
    ] {
        let packet = format!("{start}pay\nload");
        assert!(RawHeader::is_in(packet.as_bytes()));
        let heard = RawHeader::parse(packet.as_bytes());
        assert_eq!(heard, Ok((header, &b"pay\nload"[..])), "{start:?}");
    }
}

#[test]
fn half_a_header_of_a_raw_datagram_is_refused() {
    let table = [
        ("FROM_PORT=1", Malformed::Syntax),
        (
            "FROM_PORT=1 TO_PORT=2\n",
            Malformed::Missing(Field::Protocol),
        ),
        (
            "FROM_PORT=1 PROTOCOL=2\n",
            Malformed::Missing(Field::ToPort),
        ),
        (
            "PROTOCOL=256 FROM_PORT=1 TO_PORT=2\n",
            Malformed::Value(Field::Protocol),
        ),
    ];
    for (packet, expected) in table {
        assert!(RawHeader::is_in(packet.as_bytes()));
        let heard = RawHeader::parse(packet.as_bytes());
        assert_eq!(heard, Err(expected), "{packet:?}");
    }
    assert!(!RawHeader::is_in(b"payload") && !RawHeader::is_in(b""));
}

proptest! {
    #[test]
    fn whatever_is_read_of_a_header_is_written_and_read_again(
        mut packet in prop_oneof![
            "3\\.[0-3] [a-z]{1,3} [a-z.]{1,4}( (FROM_PORT|TO_PORT|PROTOCOL|X)=[0-9]{1,3}){0,3}\n[a-z\n]{0,4}",
            "((FROM_PORT|TO_PORT|PROTOCOL)=[0-9]{1,3} ?){0,3}\n[a-z\n]{0,4}",
            "[0-9A-Z._= \n]{0,30}",
        ].prop_map(String::into_bytes),
        with_source: bool,
        garbage: u8,
        place: prop::sample::Index,
    ) {
        if with_source {
            packet = [PUBLIC.as_bytes(), b" ", &packet].concat();
        }
        if garbage > 200 && !packet.is_empty() {
            let place = place.index(packet.len());
            packet[place] = garbage;
        }
        if let Ok((header, payload)) = SendHeader::parse(&packet) {
            prop_assert!(packet.ends_with(payload));
            if let Ok(again) = bytes(|writer| header.encode(writer)) {
                prop_assert_eq!(SendHeader::parse(&again), Ok((header, &b""[..])));
            }
        }
        if let Ok((header, payload)) = DatagramHeader::parse(&packet) {
            prop_assert!(packet.ends_with(payload));
            let again = bytes(|writer| header.encode(writer)).unwrap();
            prop_assert_eq!(DatagramHeader::parse(&again), Ok((header, &b""[..])));
        }
        if let Ok((header, payload)) = RawHeader::parse(&packet) {
            prop_assert!(packet.ends_with(payload));
            let again = bytes(|writer| header.encode(writer)).unwrap();
            prop_assert_eq!(RawHeader::parse(&again), Ok((header, &b""[..])));
        }
    }
}
