//! SESSION CREATE, and what its end means.

use crate::client::{Client, bridge, connect};

const CREATE: &str = "SESSION CREATE STYLE=STREAM";

#[test]
fn refusals_leave_the_connection_open() {
    let bridge = bridge();
    let mut client = Client::greeted(&bridge);
    let error = |message| format!("RESULT=I2P_ERROR MESSAGE=\"{message}\"");
    let table = [
        ("STREAM DESTINATION=TRANSIENT", error("ID not specified")),
        (
            "STREAM ID= DESTINATION=TRANSIENT",
            error("ID not specified"),
        ),
        (
            "RAW ID=a DESTINATION=TRANSIENT PORT=0",
            error("PORT is out of range"),
        ),
        (
            "RAW ID=a DESTINATION=TRANSIENT PORT=1 PROTOCOL=17",
            error("PROTOCOL belongs to another style"),
        ),
        (
            "DATAGRAM ID=a DESTINATION=TRANSIENT HOST=192.0.2.1 PORT=1",
            error("HOST is not the client's own address"),
        ),
        (
            "DATAGRAM9 ID=a DESTINATION=TRANSIENT PORT=1",
            error("a parameter has an invalid value"),
        ),
        (
            "PRIMARY ID=a DESTINATION=TRANSIENT FROM_PORT=1",
            error("PRIMARY takes no ports, addresses or protocols"),
        ),
        ("STREAM ID=a", error("DESTINATION not specified")),
        ("STREAM ID=a DESTINATION=AAAA", "RESULT=INVALID_KEY".into()),
        (
            "STREAM ID=a DESTINATION=\"a b\\\"\"",
            "RESULT=INVALID_KEY".into(),
        ),
        (
            "STREAM ID=a DESTINATION=TRANSIENT SIGNATURE_TYPE=99",
            error("SIGNATURE_TYPE unsupported"),
        ),
    ];
    for (wanted, expected) in table {
        let reply = client.ask(&format!("SESSION CREATE STYLE={wanted}"));
        assert_eq!(reply, format!("SESSION STATUS {expected}"), "{wanted}");
    }
    let reply = client.ask(&format!("{CREATE} ID=a DESTINATION=TRANSIENT"));
    assert!(reply.starts_with("SESSION STATUS RESULT=OK DESTINATION="));
}

#[test]
fn a_given_key_is_the_sessions_key() {
    let bridge = bridge();
    let mut client = Client::greeted(&bridge);
    let keys = client.ask("DEST GENERATE SIGNATURE_TYPE=7");
    let keys = keys.strip_prefix("DEST REPLY PUB=").unwrap();
    let (public, private) = keys.split_once(" PRIV=").unwrap();
    let reply = client.ask(&format!("{CREATE} ID=a DESTINATION={private}"));
    let expected = format!("SESSION STATUS RESULT=OK DESTINATION={private}");
    assert_eq!(reply, expected);
    let reply = client.ask("NAMING LOOKUP NAME=ME");
    let expected = format!("NAMING REPLY RESULT=OK NAME=ME VALUE={public}");
    assert_eq!(reply, expected);
}

#[test]
fn an_id_in_use_is_refused_and_its_session_goes_on() {
    let bridge = bridge();
    let (_session, _) = Client::with_session(&bridge, "a");
    let reply = Client::greeted(&bridge).ask(&format!("{CREATE} ID=a DESTINATION=TRANSIENT"));
    assert_eq!(reply, "SESSION STATUS RESULT=DUPLICATED_ID");
    let _ = Client::accepting(&bridge, "a");
}

#[test]
fn a_destination_in_use_is_refused() {
    let bridge = bridge();
    let mut client = Client::greeted(&bridge);
    let reply = client.ask(&format!("{CREATE} ID=a DESTINATION=TRANSIENT"));
    let (_, private) = reply.split_once("DESTINATION=").unwrap();
    let create = format!("{CREATE} ID=b DESTINATION={private}");
    let mut second = Client::greeted(&bridge);
    assert_eq!(second.ask(&create), "SESSION STATUS RESULT=DUPLICATED_DEST");
    drop(client);
    assert_eq!(second.ask(&create), reply);
}

#[test]
fn one_connection_has_one_session() {
    let bridge = bridge();
    let (mut session, _) = Client::with_session(&bridge, "a");
    let reply = session.ask(&format!("{CREATE} ID=b DESTINATION=TRANSIENT"));
    assert!(reply.starts_with("SESSION STATUS RESULT=I2P_ERROR"));
    let reply = session.ask("STREAM ACCEPT ID=a");
    assert!(reply.starts_with("STREAM STATUS RESULT=I2P_ERROR"));
    assert_eq!(session.rest(), b"");
}

#[test]
fn the_end_of_a_session_frees_its_id_at_once() {
    let bridge = bridge();
    for _ in 0..50 {
        let (session, destination) = Client::with_session(&bridge, "a");
        let (_other, _) = Client::with_session(&bridge, "b");
        drop(session);
        let reply = Client::greeted(&bridge).ask(&connect("b", &destination));
        assert!(reply.starts_with("STREAM STATUS RESULT=CANT_REACH_PEER"));
        let reply = Client::greeted(&bridge).ask("STREAM ACCEPT ID=a");
        assert!(reply.starts_with("STREAM STATUS RESULT=INVALID_ID"));
    }
}

#[test]
fn the_end_of_a_session_closes_all_that_belongs_to_it() {
    let bridge = bridge();
    for end_of_source in [true, false] {
        let (source, _) = Client::with_session(&bridge, "a");
        let (target, destination) = Client::with_session(&bridge, "b");
        let mut taken = Client::accepting(&bridge, "b");
        let mut connected = Client::connected(&bridge, "a", &destination);
        taken.line();
        let parked = (!end_of_source).then(|| Client::connected(&bridge, "a", &destination));
        let mut waiting = Client::accepting(&bridge, if end_of_source { "a" } else { "b" });
        // With an ACCEPT pending the parked stream is taken; the next one stays in the backlog.
        let parked_too = (!end_of_source).then(|| Client::connected(&bridge, "a", &destination));
        if end_of_source {
            drop(source);
            assert_eq!(waiting.rest(), b"");
            let _alive = Client::accepting(&bridge, "b");
        } else {
            waiting.line();
            drop(target);
            assert_eq!(waiting.rest(), b"");
            let _alive = Client::accepting(&bridge, "a");
        }
        assert_eq!(connected.rest(), b"");
        assert_eq!(taken.rest(), b"");
        for mut parked in parked.into_iter().chain(parked_too) {
            assert_eq!(parked.rest(), b"");
        }
    }
}

#[test]
fn stopping_the_bridge_closes_everything() {
    let bridge = bridge();
    let addr = bridge.addr();
    let (mut session, destination) = Client::with_session(&bridge, "a");
    let (mut other, _) = Client::with_session(&bridge, "b");
    let mut accepting = Client::accepting(&bridge, "a");
    let mut connected = Client::connected(&bridge, "b", &destination);
    accepting.line();
    let mut parked = Client::connected(&bridge, "b", &destination);
    let mut silent = Client::new(&bridge);
    bridge.stop();
    for client in [
        &mut session,
        &mut other,
        &mut accepting,
        &mut connected,
        &mut parked,
        &mut silent,
    ] {
        assert_eq!(client.rest(), b"");
    }
    assert!(std::net::TcpStream::connect(addr).is_err());
}

#[test]
fn quit_and_its_synonyms_end_a_session() {
    let bridge = bridge();
    for word in ["QUIT", "STOP", "EXIT"] {
        let (mut session, destination) = Client::with_session(&bridge, "a");
        assert_eq!(session.ask(word), "QUIT STATUS RESULT=OK MESSAGE=bye");
        assert_eq!(session.rest(), b"");
        let (_other, _) = Client::with_session(&bridge, "b");
        let mut client = Client::greeted(&bridge);
        let reply = client.ask(&connect("b", &destination));
        assert!(
            reply.starts_with("STREAM STATUS RESULT=CANT_REACH_PEER"),
            "{word}: {reply}"
        );
    }
}
