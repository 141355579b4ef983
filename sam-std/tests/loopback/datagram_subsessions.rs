//! Datagrams to and from the sessions inside a PRIMARY one.

use std::net::UdpSocket;
use std::time::Duration;

use sam_std::loopback::LoopbackBridge;
use sam_std::{Datagrams, Error, Ports, PrimarySession, Router, Session};

use crate::client::{Client, bridge};

/// A PRIMARY session, and its destination.
fn primary(bridge: &LoopbackBridge, id: &str) -> (Client, String) {
    let mut client = Client::greeted(bridge);
    let reply = client.ask(&format!(
        "SESSION CREATE STYLE=PRIMARY ID={id} DESTINATION=TRANSIENT SIGNATURE_TYPE=7"
    ));
    assert!(reply.starts_with("SESSION STATUS RESULT=OK "), "{reply}");
    let reply = client.ask("NAMING LOOKUP NAME=ME");
    let destination = reply.strip_prefix("NAMING REPLY RESULT=OK NAME=ME VALUE=");
    (client, destination.unwrap().to_owned())
}

fn add(client: &mut Client, id: &str, settings: &str) {
    let reply = client.ask(&format!("SESSION ADD ID={id} {settings}"));
    assert_eq!(reply, format!("SESSION STATUS RESULT=OK ID={id}"));
}

/// A subsession that receives at a UDP socket of its own.
fn add_with_udp(client: &mut Client, id: &str, settings: &str) -> UdpSocket {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let port = udp.local_addr().unwrap().port();
    add(
        client,
        id,
        &format!("{settings} HOST=127.0.0.1 PORT={port}"),
    );
    udp
}

/// The payload of the next packet, whatever its header.
fn payload(udp: &UdpSocket) -> String {
    let mut packet = [0; 4096];
    let (len, _) = udp.recv_from(&mut packet).unwrap();
    let text = String::from_utf8(packet[..len].to_vec()).unwrap();
    text.rsplit('\n').next().unwrap_or_default().to_owned()
}

fn send(bridge: &LoopbackBridge, header: &str, payload: &str) {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let packet = format!("3.3 {header}\n{payload}");
    udp.send_to(packet.as_bytes(), bridge.udp_addr()).unwrap();
}

#[test]
fn datagrams_reach_the_subsession_that_listens_for_them() {
    let bridge = bridge();
    let (mut target, to) = primary(&bridge, "p");
    let mut listening = |id, settings| (id, add_with_udp(&mut target, id, settings));
    let subsessions = [
        listening("any", "STYLE=DATAGRAM LISTEN_PORT=0"),
        listening("seven", "STYLE=DATAGRAM FROM_PORT=7"),
        listening("elsewhere", "STYLE=DATAGRAM FROM_PORT=7 LISTEN_PORT=8"),
        listening("raw", "STYLE=RAW"),
        listening("own", "STYLE=RAW PROTOCOL=100"),
        listening("other", "STYLE=RAW PROTOCOL=100 LISTEN_PROTOCOL=101"),
        listening("port", "STYLE=RAW LISTEN_PROTOCOL=0 LISTEN_PORT=9"),
        listening("rest", "STYLE=RAW LISTEN_PROTOCOL=0"),
    ];
    let (mut source, _) = primary(&bridge, "q");
    add(&mut source, "repliable", "STYLE=DATAGRAM");
    add(&mut source, "bare", "STYLE=RAW");
    let table = [
        ("repliable", "", "any"),
        ("repliable", " TO_PORT=7", "seven"),
        ("repliable", " TO_PORT=8", "elsewhere"),
        ("repliable", " TO_PORT=9", "any"),
        ("bare", "", "raw"),
        // Who names the protocol comes before who names the port.
        ("bare", " TO_PORT=9", "raw"),
        ("bare", " PROTOCOL=100", "own"),
        ("bare", " PROTOCOL=101", "other"),
        ("bare", " PROTOCOL=102 TO_PORT=9", "port"),
        ("bare", " PROTOCOL=102", "rest"),
    ];
    for (place, (from, numbers, expected)) in table.into_iter().enumerate() {
        let text = place.to_string();
        send(&bridge, &format!("{from} {to}{numbers}"), &text);
        let (_, udp) = subsessions.iter().find(|(id, _)| *id == expected).unwrap();
        assert_eq!(payload(udp), text, "{from}{numbers}");
    }
}

#[test]
fn a_removed_subsession_sends_and_receives_nothing() {
    let bridge = bridge();
    let (mut target, to) = primary(&bridge, "p");
    let all = add_with_udp(&mut target, "all", "STYLE=RAW LISTEN_PORT=0");
    let gone = add_with_udp(&mut target, "gone", "STYLE=RAW FROM_PORT=7");
    send(&bridge, &format!("all {to} TO_PORT=7"), "before");
    assert_eq!(payload(&gone), "before");
    let reply = target.ask("SESSION REMOVE ID=gone");
    assert_eq!(reply, "SESSION STATUS RESULT=OK ID=gone");
    send(&bridge, &format!("gone {to} TO_PORT=7"), "from nobody");
    send(&bridge, &format!("all {to} TO_PORT=7"), "after");
    assert_eq!(payload(&all), "after");
}

#[test]
fn without_a_port_datagrams_come_on_the_primary_session_s_socket() {
    let bridge = bridge();
    let (mut target, to) = primary(&bridge, "p");
    add(&mut target, "a", "STYLE=DATAGRAM");
    add(&mut target, "b", "STYLE=RAW FROM_PORT=5");
    let (mut source, from) = primary(&bridge, "q");
    for (id, settings) in [
        ("c", "STYLE=RAW FROM_PORT=1 TO_PORT=5"),
        ("d", "STYLE=RAW FROM_PORT=2 TO_PORT=5"),
        ("e", "STYLE=DATAGRAM FROM_PORT=3"),
        ("f", "STYLE=STREAM"),
    ] {
        add(&mut source, id, settings);
    }
    // The latest session of the style sends.
    source.send(format!("RAW SEND DESTINATION={to} SIZE=4\nraw\n").as_bytes());
    let expected = "RAW RECEIVED SIZE=4 FROM_PORT=2 TO_PORT=5 PROTOCOL=18";
    assert_eq!([target.line(), target.line()], [expected, "raw"]);
    source.send(format!("DATAGRAM SEND DESTINATION={to} SIZE=4\nsay\n").as_bytes());
    let expected = format!("DATAGRAM RECEIVED DESTINATION={from} SIZE=4 FROM_PORT=3 TO_PORT=0");
    assert_eq!([target.line(), target.line()], [&expected, "say"]);
    let reply = source.ask("SESSION REMOVE ID=d");
    assert_eq!(reply, "SESSION STATUS RESULT=OK ID=d");
    source.send(format!("RAW SEND DESTINATION={to} SIZE=4\nraw\n").as_bytes());
    let expected = "RAW RECEIVED SIZE=4 FROM_PORT=1 TO_PORT=5 PROTOCOL=18";
    assert_eq!([target.line(), target.line()], [expected, "raw"]);
}

#[test]
fn subsessions_for_datagrams_are_refused_for_what_they_cannot_be() {
    let bridge = bridge();
    let (mut client, _) = primary(&bridge, "p");
    add(&mut client, "a", "STYLE=DATAGRAM FROM_PORT=7");
    add(&mut client, "b", "STYLE=RAW LISTEN_PROTOCOL=0");
    let table = [
        (
            "STYLE=DATAGRAM LISTEN_PORT=7",
            "Duplicate protocol and port",
        ),
        ("STYLE=RAW LISTEN_PROTOCOL=0", "Duplicate protocol and port"),
        (
            "STYLE=RAW LISTEN_PROTOCOL=6",
            "LISTEN_PROTOCOL belongs to streams",
        ),
        ("STYLE=RAW PROTOCOL=17", "PROTOCOL belongs to another style"),
        (
            "STYLE=DATAGRAM LISTEN_PROTOCOL=18",
            "LISTEN_PROTOCOL is for RAW only",
        ),
        (
            "STYLE=DATAGRAM PORT=9 HOST=192.0.2.1",
            "HOST is not the client's own address",
        ),
        ("STYLE=PRIMARY", "Unrecognized SESSION STYLE"),
    ];
    for (settings, message) in table {
        let reply = client.ask(&format!("SESSION ADD ID=c {settings}"));
        let expected = format!("SESSION STATUS RESULT=I2P_ERROR ID=c MESSAGE=\"{message}\"");
        assert_eq!(reply, expected, "{settings}");
    }
    // What listens elsewhere is no duplicate.
    add(&mut client, "c", "STYLE=STREAM FROM_PORT=7");
    add(&mut client, "d", "STYLE=RAW FROM_PORT=7");
}

#[test]
fn a_primary_session_takes_nothing_of_its_subsessions() {
    let bridge = bridge();
    for option in [
        "PORT=9 HOST=127.0.0.1",
        "FROM_PORT=1",
        "TO_PORT=1",
        "PROTOCOL=18",
        "HEADER=true",
        "LISTEN_PORT=1",
        "LISTEN_PROTOCOL=18",
    ] {
        let mut client = Client::greeted(&bridge);
        let reply = client.ask(&format!(
            "SESSION CREATE STYLE=PRIMARY ID=p DESTINATION=TRANSIENT {option}"
        ));
        assert!(
            reply.starts_with("SESSION STATUS RESULT=I2P_ERROR "),
            "{option}: {reply}"
        );
    }
}

fn shared(bridge: &LoopbackBridge) -> PrimarySession {
    let router = Router::from(bridge.addr()).with_udp(bridge.udp_addr().into());
    Session::builder(&router).primary().unwrap()
}

#[test]
fn sockets_share_one_destination_and_get_what_they_listen_for() {
    let bridge = bridge();
    let [a, b] = [(); 2].map(|()| shared(&bridge));
    let datagrams = |port| Datagrams::repliable().ports(Ports { from: port, to: 0 });
    let any = a.add_datagrams(datagrams(0)).unwrap();
    let seven = a.add_datagrams(datagrams(7)).unwrap();
    let raw = a.add_datagrams(Datagrams::raw().listen_port(0)).unwrap();
    let streams = a.add_stream(7).unwrap();
    assert_eq!(seven.destination(), a.destination());
    let source = b.add_datagrams(datagrams(9)).unwrap();
    let bare = b.add_datagrams(Datagrams::raw()).unwrap();
    let mut buffer = [0; 16];
    for (port, listening) in [(7, &seven), (8, &any)] {
        let ports = Ports { from: 9, to: port };
        source
            .send_to_with_ports(b"hello", a.destination(), ports)
            .unwrap();
        let received = listening.recv_from(&mut buffer).unwrap();
        assert_eq!(received.ports, Some(ports));
        assert!(received.source.unwrap() == *b.destination());
    }
    bare.send_to(b"bare", a.address()).unwrap();
    assert_eq!(raw.recv(&mut buffer).unwrap(), 4);
    assert!(streams.is_alive());
}

#[test]
fn the_end_of_a_socket_leaves_the_others() {
    let bridge = bridge();
    let primary = shared(&bridge);
    let [first, second] = [1, 2].map(|port| {
        let datagrams = Datagrams::raw().listen_port(port);
        primary.add_datagrams(datagrams).unwrap()
    });
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| first.recv(&mut [0; 9]));
        first.session().close();
        assert!(matches!(waiting.join().unwrap(), Err(Error::SessionEnded)));
    });
    let again = Datagrams::raw().listen_port(1);
    let again = primary.add_datagrams(again).unwrap();
    let ports = Ports { from: 0, to: 1 };
    second
        .send_to_with_ports(b"hello", primary.destination(), ports)
        .unwrap();
    assert_eq!(again.recv(&mut [0; 9]).unwrap(), 5);
    drop(primary);
    assert!(matches!(second.recv(&mut [0; 9]), Err(Error::SessionEnded)));
}
