//! Sessions without a PORT: datagrams on the control socket.

use crate::client::{Client, bridge};

/// A client with a session of this style, and its destination.
fn session(bridge: &sam_std::loopback::LoopbackBridge, id: &str, style: &str) -> (Client, String) {
    let mut client = Client::new(bridge);
    client.ask("HELLO VERSION");
    let reply = client.ask(&format!(
        "SESSION CREATE STYLE={style} ID={id} DESTINATION=TRANSIENT SIGNATURE_TYPE=7"
    ));
    assert!(reply.starts_with("SESSION STATUS RESULT=OK "), "{reply}");
    let reply = client.ask("NAMING LOOKUP NAME=ME");
    let destination = reply.strip_prefix("NAMING REPLY RESULT=OK NAME=ME VALUE=");
    (client, destination.unwrap().to_owned())
}

#[test]
fn datagrams_arrive_with_their_payload_and_leave_lookups_alone() {
    let bridge = bridge();
    for style in ["DATAGRAM", "RAW"] {
        let (mut a, to_a) = session(&bridge, "a", style);
        let (mut b, to_b) = session(&bridge, "b", style);
        let size = "DEST GENERATE\n".len();
        // The payload looks like a command and like a line.
        let send = format!("{style} SEND DESTINATION={to_b} SIZE={size}\nDEST GENERATE\n");
        a.send(send.as_bytes());
        let expected = match style {
            "RAW" => format!("RAW RECEIVED SIZE={size} FROM_PORT=0 TO_PORT=0 PROTOCOL=18"),
            _ => format!("DATAGRAM RECEIVED DESTINATION={to_a} SIZE={size} FROM_PORT=0 TO_PORT=0"),
        };
        assert_eq!(b.line(), expected);
        assert_eq!(b.line(), "DEST GENERATE");
        for client in [&mut a, &mut b] {
            let reply = client.ask("NAMING LOOKUP NAME=ME");
            assert!(reply.starts_with("NAMING REPLY RESULT=OK "), "{reply}");
        }
    }
}

#[test]
fn what_cannot_be_passed_on_is_lost_and_nothing_else() {
    let bridge = bridge();
    let (mut a, to_a) = session(&bridge, "a", "DATAGRAM");
    let (mut raw, _) = session(&bridge, "b", "RAW");
    let long = "x".repeat(31_745);
    let table = [
        format!("DATAGRAM SEND DESTINATION={to_a} SIZE=0\n"),
        format!("DATAGRAM SEND DESTINATION={to_a} SIZE=31745\n{long}"),
        format!("RAW SEND DESTINATION={to_a} SIZE=1\nx"),
        "DATAGRAM SEND DESTINATION=nobody.i2p SIZE=1\nx".into(),
        format!(
            "DATAGRAM SEND DESTINATION={to_a} SIZE=65535\n{}",
            "y".repeat(65_535)
        ),
    ];
    for send in table {
        a.send(send.as_bytes());
        let reply = a.ask("NAMING LOOKUP NAME=ME");
        assert!(reply.starts_with("NAMING REPLY RESULT=OK "), "{reply}");
    }
    raw.send(format!("RAW SEND DESTINATION={to_a} SIZE=1\nx").as_bytes());
    let reply = raw.ask("NAMING LOOKUP NAME=ME");
    assert!(reply.starts_with("NAMING REPLY RESULT=OK "), "{reply}");
}
