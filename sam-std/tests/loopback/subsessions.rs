//! PRIMARY sessions, and the sessions inside them.

use std::io::{Read, Write};

use sam_std::{Error, Ports, PrimarySession, ResultCode, Router, Session, Stream};

use crate::client::{Client, bridge};

fn heard(mut stream: Stream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn say(from: &Session, to: &PrimarySession, port: u16) -> Result<(), Error> {
    let ports = Ports { from: 0, to: port };
    let mut stream = from.connect_with_ports(to.destination(), ports)?;
    stream.write_all(port.to_string().as_bytes()).unwrap();
    Ok(())
}

#[test]
fn streams_reach_the_subsession_that_listens_on_their_port() {
    let bridge = bridge();
    let router = Router::from(bridge.addr());
    let primary = Session::builder(&router).primary().unwrap();
    let [any, web, irc] = [0, 80, 6667].map(|port| primary.add_stream(port).unwrap());
    let peer = Session::builder(&router).create().unwrap();
    for (port, listening) in [(6667, &irc), (80, &web), (22, &any), (0, &any)] {
        say(&peer, &primary, port).unwrap();
        assert_eq!(heard(listening.accept().unwrap()), port.to_string());
    }
    // Streams from subsessions come from the one destination they share.
    let mut stream = web.connect(peer.destination()).unwrap();
    stream.write_all(b"from 80").unwrap();
    let accepted = peer.accept().unwrap();
    assert_eq!(accepted.peer(), Some(primary.destination()));
}

#[test]
fn a_removed_subsession_gets_no_streams_and_frees_its_port() {
    let bridge = bridge();
    let router = Router::from(bridge.addr());
    let primary = Session::builder(&router).primary().unwrap();
    let peer = Session::builder(&router).create().unwrap();
    let web = primary.add_stream(80).unwrap();
    let taken = primary.add_stream(80).unwrap_err();
    assert!(taken.is_refused(ResultCode::I2pError), "{taken}");
    web.close();
    assert!(matches!(web.accept(), Err(Error::SessionEnded)));
    let nobody = say(&peer, &primary, 80).unwrap_err();
    assert!(nobody.is_refused(ResultCode::CantReachPeer), "{nobody}");
    drop(web);
    assert!(primary.is_alive());
    let again = primary.add_stream(80).unwrap();
    say(&peer, &primary, 80).unwrap();
    assert_eq!(heard(again.accept().unwrap()), "80");
}

#[test]
fn closing_a_subsession_wakes_who_waits_on_it() {
    let bridge = bridge();
    let primary = Session::builder(&Router::from(bridge.addr()));
    let primary = primary.primary().unwrap();
    let web = primary.add_stream(80).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| web.accept());
        web.close();
        assert!(matches!(waiting.join().unwrap(), Err(Error::SessionEnded)));
    });
}

#[test]
fn the_end_of_the_primary_session_ends_all() {
    let bridge = bridge();
    let router = Router::from(bridge.addr());
    let primary = Session::builder(&router).primary().unwrap();
    let subsessions = [1, 2].map(|port| primary.add_stream(port).unwrap());
    drop(primary);
    for subsession in subsessions {
        assert!(matches!(subsession.accept(), Err(Error::SessionEnded)));
        let id = subsession.id().as_str();
        let mut client = Client::greeted(&bridge);
        let reply = client.ask(&format!("STREAM ACCEPT ID={id}"));
        assert!(
            reply.starts_with("STREAM STATUS RESULT=INVALID_ID"),
            "{reply}"
        );
    }
}

#[test]
fn refusals_of_subsessions_leave_the_session_alone() {
    let bridge = bridge();
    let (mut plain, _) = Client::with_session(&bridge, "plain");
    let reply = plain.ask("SESSION ADD STYLE=STREAM ID=a");
    let expected = "SESSION STATUS RESULT=I2P_ERROR ID=a MESSAGE=\"Not a PRIMARY session\"";
    assert_eq!(reply, expected);

    let mut client = Client::greeted(&bridge);
    let reply = client.ask("SESSION CREATE STYLE=MASTER ID=p DESTINATION=TRANSIENT");
    assert!(reply.starts_with("SESSION STATUS RESULT=OK DESTINATION="));
    let table = [
        ("ADD STYLE=STREAM ID=a FROM_PORT=80", "RESULT=OK ID=a"),
        (
            "ADD STYLE=STREAM ID=b FROM_PORT=80",
            "RESULT=I2P_ERROR ID=b MESSAGE=\"Duplicate protocol and port\"",
        ),
        (
            "ADD STYLE=STREAM ID=b FROM_PORT=1 LISTEN_PORT=2",
            "RESULT=I2P_ERROR ID=b MESSAGE=\"LISTEN_PORT must be 0 or FROM_PORT\"",
        ),
        (
            "ADD STYLE=STREAM ID=b FROM_PORT=1 LISTEN_PORT=0",
            "RESULT=OK ID=b",
        ),
        (
            "ADD STYLE=STREAM ID=plain",
            "RESULT=I2P_ERROR ID=plain MESSAGE=\"Duplicate ID\"",
        ),
        (
            "REMOVE ID=c",
            "RESULT=I2P_ERROR ID=c MESSAGE=\"ID not found\"",
        ),
        ("REMOVE ID=a", "RESULT=OK ID=a"),
    ];
    for (asked, expected) in table {
        let reply = client.ask(&format!("SESSION {asked}"));
        assert_eq!(reply, format!("SESSION STATUS {expected}"), "{asked}");
    }
}
