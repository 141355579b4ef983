use std::io::Read;
use std::net::TcpListener;

use sam_std::loopback::{LoopbackBridge, Personality};

use crate::client::Client;

fn bridge(personality: Personality) -> LoopbackBridge {
    let builder = LoopbackBridge::builder().personality(personality);
    builder.start().unwrap()
}

fn greeted(bridge: &LoopbackBridge) -> Client {
    let mut client = Client::new(bridge);
    let reply = client.ask("HELLO VERSION MIN=3.0 MAX=3.3");
    assert!(reply.starts_with("HELLO REPLY RESULT=OK "), "{reply}");
    client
}

/// A client with a session, and its destination.
fn with_session(bridge: &LoopbackBridge, id: &str) -> (Client, String) {
    let mut client = greeted(bridge);
    let reply = client.ask(&format!(
        "SESSION CREATE STYLE=STREAM ID={id} DESTINATION=TRANSIENT SIGNATURE_TYPE=7"
    ));
    assert!(reply.starts_with("SESSION STATUS RESULT=OK DESTINATION="));
    let reply = client.ask("NAMING LOOKUP NAME=ME");
    let destination = reply.strip_prefix("NAMING REPLY RESULT=OK NAME=ME VALUE=");
    (client, destination.unwrap().to_owned())
}

fn accepting(bridge: &LoopbackBridge, id: &str) -> Client {
    let mut client = greeted(bridge);
    let reply = client.ask(&format!("STREAM ACCEPT ID={id}"));
    assert_eq!(reply, "STREAM STATUS RESULT=OK");
    client
}

#[test]
fn names_are_read_as_they_are_written() {
    for personality in Personality::ALL {
        assert_eq!(personality.to_string().parse(), Ok(personality));
    }
    let error = "I2PD".parse::<Personality>().unwrap_err().to_string();
    assert!(
        error.ends_with(": spec i2pd-2.45 i2pd java emissary"),
        "{error}"
    );
}

#[test]
fn streams_carry_bytes_both_ways_at_all_of_them() {
    for personality in Personality::ALL {
        let bridge = bridge(personality);
        let (_here, _) = with_session(&bridge, "here");
        let (_there, destination) = with_session(&bridge, "there");
        let mut acceptor = accepting(&bridge, "there");
        let mut connector = greeted(&bridge);
        let reply = connector.ask(&format!("STREAM CONNECT ID=here DESTINATION={destination}"));
        assert_eq!(reply, "STREAM STATUS RESULT=OK", "{personality}");
        let peer = acceptor.line();
        let has_ports = matches!(personality, Personality::Spec | Personality::Java);
        assert_eq!(peer.contains("FROM_PORT=0 TO_PORT=0"), has_ports, "{peer}");
        connector.send(b"there");
        assert_eq!(acceptor.bytes(5), b"there");
        acceptor.send(b"back");
        assert_eq!(connector.bytes(4), b"back");
    }
}

#[test]
fn payload_behind_connect_is_kept_by_java_and_dropped_by_i2pd() {
    for (personality, heard) in [
        (Personality::Java, "early late"),
        (Personality::I2pd, "late"),
    ] {
        let bridge = bridge(personality);
        let (_here, _) = with_session(&bridge, "here");
        let (_there, destination) = with_session(&bridge, "there");
        let mut acceptor = accepting(&bridge, "there");
        let mut connector = greeted(&bridge);
        let line = format!("STREAM CONNECT ID=here DESTINATION={destination}\nearly ");
        connector.send(line.as_bytes());
        assert_eq!(connector.line(), "STREAM STATUS RESULT=OK");
        connector.send(b"late");
        connector.finish();
        acceptor.line();
        assert_eq!(acceptor.rest(), heard.as_bytes(), "{personality}");
    }
}

#[test]
fn in_java_a_session_loses_its_id_to_who_wants_it() {
    let bridge = bridge(Personality::Java);
    let (_victim, _) = with_session(&bridge, "mine");
    let create = "SESSION CREATE STYLE=STREAM ID=mine DESTINATION=TRANSIENT";
    let mut thief = greeted(&bridge);
    assert_eq!(thief.ask(create), "SESSION STATUS RESULT=DUPLICATED_ID");
    let reply = greeted(&bridge).ask("STREAM ACCEPT ID=mine");
    assert!(
        reply.starts_with("STREAM STATUS RESULT=INVALID_ID "),
        "{reply}"
    );
    let reply = thief.ask(create);
    assert!(reply.starts_with("SESSION STATUS RESULT=OK "), "{reply}");
}

#[test]
fn on_i2pd_a_destination_has_several_sessions() {
    let bridge = bridge(Personality::I2pd245);
    let reply = greeted(&bridge).ask("DEST GENERATE SIGNATURE_TYPE=7");
    let (_, key) = reply.split_once(" PRIV=").unwrap();
    let mut clients = [(); 2].map(|()| greeted(&bridge));
    for (client, id) in clients.iter_mut().zip(["one", "two"]) {
        let create = format!("SESSION CREATE STYLE=STREAM ID={id} DESTINATION={key}");
        let expected = format!("SESSION STATUS RESULT=OK DESTINATION={key}");
        assert_eq!(client.ask(&create), expected);
    }
}

#[test]
fn on_i2pd_a_session_without_an_id_is_that_of_everybody() {
    let bridge = bridge(Personality::I2pd245);
    let mut owner = greeted(&bridge);
    let reply = owner.ask("SESSION CREATE STYLE=STREAM DESTINATION=TRANSIENT");
    assert!(reply.starts_with("SESSION STATUS RESULT=OK "), "{reply}");
    let look_up = "NAMING LOOKUP NAME=ME";
    assert_eq!(greeted(&bridge).ask(look_up), owner.ask(look_up));
}

#[test]
fn i2pd_forwards_without_ports() {
    let bridge = bridge(Personality::I2pd);
    let (_here, _) = with_session(&bridge, "here");
    let (_there, destination) = with_session(&bridge, "there");
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut forwarding = greeted(&bridge);
    let reply = forwarding.ask(&format!("STREAM FORWARD ID=there PORT={port}"));
    assert_eq!(reply, "STREAM STATUS RESULT=OK");
    let mut connector = greeted(&bridge);
    connector.ask(&format!("STREAM CONNECT ID=here DESTINATION={destination}"));
    connector.finish();
    let mut heard = String::new();
    let (mut peer, _) = server.accept().unwrap();
    peer.read_to_string(&mut heard).unwrap();
    assert!(!heard.contains("PORT"), "{heard}");
    assert!(heard.ends_with('\n'), "{heard}");
}

#[test]
fn on_emissary_an_accept_outlives_its_session() {
    let bridge = bridge(Personality::Emissary);
    let (mut session, _) = with_session(&bridge, "here");
    let acceptor = accepting(&bridge, "here");
    session.send(b"QUIT\n");
    assert_eq!(session.rest(), b"");
    // The session is gone when another one gets its ID.
    let (_next, _) = with_session(&bridge, "here");
    let stream = acceptor.stream();
    stream.set_nonblocking(true).unwrap();
    let end = stream.peek(&mut [0]).unwrap_err();
    assert_eq!(end.kind(), std::io::ErrorKind::WouldBlock);
}
