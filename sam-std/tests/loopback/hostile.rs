//! Clients that mean no good, or know no better.

use crate::client::{Client, bridge};

#[test]
fn garbage_harms_nobody_else() {
    let bridge = bridge();
    let (mut session, _) = Client::with_session(&bridge, "a");
    let long = "x".repeat(16 * 1024 - 100);
    let garbage: Vec<Vec<u8>> = vec![
        b"\n\n\n".to_vec(),
        b"\0\0\0\n".to_vec(),
        b"\xff\xfe \xff=\xff\n".to_vec(),
        b"SESSION\nSESSION CREATE\nSESSION CREATE STYLE\n".to_vec(),
        b"SESSION CREATE STYLE=STREAM STYLE=STREAM ID=x\n".to_vec(),
        b"SESSION CREATE STYLE=STREAM ID=a DESTINATION=\xff\xff\n".to_vec(),
        b"STREAM CONNECT\n".to_vec(),
        b"STREAM CONNECT ID=a DESTINATION=\0\n".to_vec(),
        b"STREAM CONNECT ID=a DESTINATION=x FROM_PORT=99999\n".to_vec(),
        b"STREAM ACCEPT ID=\"\\\n".to_vec(),
        b"STREAM ACCEPT ID=a SILENT=maybe\n".to_vec(),
        b"STREAM FORWARD ID=a PORT=x\n".to_vec(),
        b"STREAM FORWARD ID=a PORT=1 HOST=\xff\n".to_vec(),
        b"NAMING LOOKUP NAME=\"a\0b\"\n".to_vec(),
        b"NAMING LOOKUP NAME=\"unterminated\n".to_vec(),
        b"DEST GENERATE SIGNATURE_TYPE=-1\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        format!("NAMING LOOKUP NAME={long}\n").into(),
        format!("NAMING LOOKUP NAME=\"{}\"\n", "\\\"".repeat(8000)).into(),
        format!("{long}\n").into(),
        format!("PING {long}\n").into(),
        vec![b'x'; 100_000],
        vec![0xff; 100_000],
    ];
    for bytes in &garbage {
        for greeted in [true, false] {
            let mut client = if greeted {
                Client::greeted(&bridge)
            } else {
                Client::new(&bridge)
            };
            // The bridge may close it before all of it has left.
            let _ = std::io::Write::write_all(&mut client.stream(), bytes);
            let _ = client.stream().shutdown(std::net::Shutdown::Write);
            client.rest();
        }
    }
    assert_eq!(session.ask("PING alive"), "PONG alive");
    let _ = Client::accepting(&bridge, "a");
}

#[test]
fn a_name_that_cannot_be_said_back_is_answered_all_the_same() {
    let bridge = bridge();
    let mut client = Client::greeted(&bridge);
    // A byte no line can carry, and a reply longer than the bridge's longest line.
    for name in [
        "a\rb".to_owned(),
        format!("\"{}.i2p\"", "\\\"".repeat(8170)),
    ] {
        let reply = client.ask(&format!("NAMING LOOKUP NAME={name}"));
        let expected = "NAMING REPLY RESULT=I2P_ERROR MESSAGE=";
        assert!(reply.starts_with(expected), "{reply:.100}");
    }
}

#[test]
fn clients_that_vanish_leave_nothing_behind() {
    let bridge = bridge();
    let (_a, _) = Client::with_session(&bridge, "a");
    let (_b, destination) = Client::with_session(&bridge, "b");
    for _ in 0..50 {
        let _ = Client::new(&bridge);
        Client::new(&bridge).send(b"HELLO VERS");
        Client::greeted(&bridge).send(b"SESSION CREATE STYLE=STREAM ID=");
        Client::greeted(&bridge).send(b"STREAM ACCEPT ID=b\n");
    }
    let mut accepting = Client::accepting(&bridge, "b");
    let mut connected = Client::connected(&bridge, "a", &destination);
    connected.send(b"x");
    accepting.line();
    assert_eq!(accepting.bytes(1), b"x");
}
