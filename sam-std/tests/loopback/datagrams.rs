//! DATAGRAM and RAW sessions, and the bridge's UDP port.

use std::net::UdpSocket;
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;

use crate::client::{Client, bridge, connect};

/// A client with a session that receives datagrams at a socket of its own.
struct Receiver {
    control: Client,
    destination: String,
    udp: UdpSocket,
}

impl Receiver {
    fn new(bridge: &LoopbackBridge, id: &str, style: &str) -> Self {
        Self::below(bridge, id, style, "3.3")
    }

    /// A receiver that speaks no version above `max`.
    fn below(bridge: &LoopbackBridge, id: &str, style: &str, max: &str) -> Self {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let port = udp.local_addr().unwrap().port();
        let mut control = Client::new(bridge);
        control.ask(&format!("HELLO VERSION MIN=3.0 MAX={max}"));
        let reply = control.ask(&format!(
            "SESSION CREATE STYLE={style} ID={id} DESTINATION=TRANSIENT SIGNATURE_TYPE=7 \
             HOST=127.0.0.1 PORT={port}"
        ));
        assert!(reply.starts_with("SESSION STATUS RESULT=OK "), "{reply}");
        let reply = control.ask("NAMING LOOKUP NAME=ME");
        let destination = reply.strip_prefix("NAMING REPLY RESULT=OK NAME=ME VALUE=");
        Self {
            destination: destination.unwrap().to_owned(),
            control,
            udp,
        }
    }

    fn send(&self, bridge: &LoopbackBridge, packet: &str) {
        let sent = self.udp.send_to(packet.as_bytes(), bridge.udp_addr());
        assert_eq!(sent.unwrap(), packet.len());
    }

    /// The next packet, which has to come from the bridge.
    fn packet(&self, bridge: &LoopbackBridge) -> String {
        let mut packet = [0; 4096];
        let (len, from) = self.udp.recv_from(&mut packet).unwrap();
        assert_eq!(from, bridge.udp_addr());
        String::from_utf8(packet[..len].to_vec()).unwrap()
    }
}

#[test]
fn a_datagram_names_its_sender() {
    let bridge = bridge();
    let a = Receiver::new(&bridge, "a", "DATAGRAM");
    let b = Receiver::new(&bridge, "b", "DATAGRAM FROM_PORT=9");
    let old = Receiver::below(&bridge, "c", "DATAGRAM", "3.1");
    b.send(&bridge, &format!("3.0 b {}\npay\nload", a.destination));
    let expected = format!("{} FROM_PORT=9 TO_PORT=0\npay\nload", b.destination);
    assert_eq!(a.packet(&bridge), expected);
    let options = "FROM_PORT=1 TO_PORT=2";
    b.send(&bridge, &format!("3.2 b {} {options}\nx", a.destination));
    let expected = format!("{} {options}\nx", b.destination);
    assert_eq!(a.packet(&bridge), expected);
    b.send(&bridge, &format!("3.0 b {}\nx", old.destination));
    assert_eq!(old.packet(&bridge), format!("{}\nx", b.destination));
}

#[test]
fn a_raw_datagram_has_a_header_only_if_it_is_asked_for() {
    let bridge = bridge();
    let plain = Receiver::new(&bridge, "a", "RAW");
    let with = Receiver::new(&bridge, "b", "RAW HEADER=true");
    let old = Receiver::below(&bridge, "c", "RAW HEADER=true", "3.1");
    for (receiver, expected) in [
        (&plain, "x"),
        (&with, "FROM_PORT=0 TO_PORT=5 PROTOCOL=99\nx"),
        (&old, "x"),
    ] {
        let to = &receiver.destination;
        plain.send(&bridge, &format!("3.2 a {to} TO_PORT=5 PROTOCOL=99\nx"));
        assert_eq!(receiver.packet(&bridge), expected);
    }
}

#[test]
fn what_cannot_be_delivered_is_lost_without_a_word() {
    let bridge = bridge();
    let a = Receiver::new(&bridge, "a", "DATAGRAM");
    let raw = Receiver::new(&bridge, "r", "RAW");
    let (_stream, streams) = Client::with_session(&bridge, "s");
    let to = &a.destination;
    for packet in [
        String::new(),
        "x".to_owned(),
        "\n".to_owned(),
        format!("2.0 a {to}\nx"),
        format!("3.0 nobody {to}\nx"),
        format!("3.0 s {to}\nx"),
        format!("3.0 r {to}\nx"),
        format!("3.0 a {}\nx", raw.destination),
        format!("3.0 a {streams}\nx"),
        "3.0 a nobody.i2p\nx".to_owned(),
        format!("3.0 a {to}\r\nx"),
        format!("3.0 a {to} FROM_PORT=x\nx"),
        format!("3.0 a {to}\n"),
        format!("3.0 a {to}\n{}", "x".repeat(31_745)),
    ] {
        a.send(&bridge, &packet);
    }
    a.send(&bridge, &format!("3.0 a {to}\nlast"));
    assert!(a.packet(&bridge).ends_with("\nlast"));
}

#[test]
fn sessions_for_datagrams_have_no_streams() {
    let bridge = bridge();
    let a = Receiver::new(&bridge, "a", "DATAGRAM");
    let (_stream, streams) = Client::with_session(&bridge, "s");
    for command in ["STREAM ACCEPT ID=a".to_owned(), connect("a", &streams)] {
        let reply = Client::greeted(&bridge).ask(&command);
        assert!(reply.starts_with("STREAM STATUS RESULT=INVALID_ID"));
    }
    let reply = Client::greeted(&bridge).ask(&connect("s", &a.destination));
    assert!(reply.starts_with("STREAM STATUS RESULT=CANT_REACH_PEER"));
}

#[test]
fn the_end_of_a_session_ends_its_datagrams() {
    let bridge = bridge();
    let a = Receiver::new(&bridge, "a", "DATAGRAM");
    let b = Receiver::new(&bridge, "b", "DATAGRAM");
    drop(a.control);
    // Once its ID is somebody else's, the session is gone.
    let (_other, _) = Client::with_session(&bridge, "a");
    b.send(&bridge, &format!("3.0 b {}\nlost", a.destination));
    b.send(&bridge, &format!("3.0 b {}\nlast", b.destination));
    assert!(b.packet(&bridge).ends_with("\nlast"));
    a.udp.set_nonblocking(true).unwrap();
    let nothing = a.udp.recv_from(&mut [0; 9]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
}
