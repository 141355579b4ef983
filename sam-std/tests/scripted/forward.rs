//! Peers handed to a listening socket.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;

use sam_core::error::Usage;
use sam_std::{Error, ResultCode, Version};

use crate::keys;
use crate::router::{HASTE, ID, OK, Scripts, Wire};
use crate::watchdog::bounded;

/// Plays a forward up to its answer, and hears where to.
fn forward(wire: &mut Wire) -> String {
    wire.greet();
    let to = wire.hear_start(&format!("STREAM FORWARD ID={ID} "));
    wire.say(OK);
    to
}

#[test]
fn the_router_is_told_where_this_host_is_seen_from_there() {
    let table = [
        ("0.0.0.0:4000", "PORT=4000 HOST=127.0.0.1"),
        ("[::]:4000", "PORT=4000 HOST=127.0.0.1"),
        ("127.0.0.1:65535", "PORT=65535 HOST=127.0.0.1"),
        ("192.0.2.7:80", "PORT=80 HOST=192.0.2.7"),
        ("[2001:db8::7]:80", "PORT=80 HOST=2001:db8::7"),
    ];
    bounded(move || {
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for (_, expected) in table {
            scripts = scripts.then(move |wire| {
                assert_eq!(forward(wire), expected);
                wire.hear_end();
            });
        }
        let scripted = scripts.start();
        let session = scripted.session();
        for (to, _) in table {
            let to: SocketAddr = to.parse().unwrap();
            assert!(session.forward(to).unwrap().is_active());
        }
    });
}

#[test]
fn a_forward_ends_at_the_router_when_it_is_dropped() {
    bounded(|| {
        let (ended, has_ended) = mpsc::channel();
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(move |wire| {
                forward(wire);
                wire.hear_end();
                ended.send(()).unwrap();
            })
            .start();
        let session = scripted.session();
        drop(session.forward(scripted.addr()).unwrap());
        has_ended.recv().unwrap();
        assert!(session.is_alive());
    });
}

#[test]
fn a_forward_answers_ping_and_notices_its_end() {
    bounded(|| {
        let (end, is_time) = mpsc::channel();
        let (pinged, is_pinged) = mpsc::channel();
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(move |wire| {
                forward(wire);
                wire.say("PING 1\nSOMETHING ELSE\nPING 2\n");
                wire.hear("PONG 1");
                wire.hear("PONG 2");
                pinged.send(()).unwrap();
                is_time.recv().unwrap();
            })
            .start();
        let session = scripted.session();
        let forwarding = session.forward(scripted.addr()).unwrap();
        is_pinged.recv().unwrap();
        assert!(forwarding.is_active());
        end.send(()).unwrap();
        while forwarding.is_active() {
            thread::yield_now();
        }
    });
}

#[test]
fn refusals_are_typed_whatever_their_verb() {
    let table = [
        (
            "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Already accepting\"\n",
            ResultCode::I2pError,
        ),
        ("STREAM STATUS RESULT=INVALID_ID\n", ResultCode::InvalidId),
        (
            "STREAM STATUS RESULT=I2P_ERROR \
             MESSAGE=\"Forwarding failed : an accepting server is already defined\"\n",
            ResultCode::I2pError,
        ),
    ];
    bounded(move || {
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for (line, _) in table {
            scripts = scripts.then(move |wire| {
                wire.greet();
                wire.line();
                wire.say(line);
            });
        }
        let scripted = scripts
            .then(|wire| {
                wire.greet();
                wire.line();
                wire.hear_end();
            })
            .start();
        let session = scripted.builder().timeouts(HASTE).create().unwrap();
        for (line, code) in table {
            let error = session.forward(scripted.addr()).unwrap_err();
            assert!(error.is_refused(code), "{line}: {error:?}");
        }
        let error = session.forward(scripted.addr()).unwrap_err();
        assert!(matches!(error, Error::TimedOut), "{error:?}");
        assert!(session.is_alive());
    });
}

#[test]
fn a_listening_socket_gets_the_peers_of_a_forward() {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    bounded(|| {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(move |wire| {
                assert_eq!(forward(wire), format!("PORT={port} HOST=127.0.0.1"));
                let mut dialled = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let line = format!("{}\nhello", keys::peer());
                dialled.write_all(line.as_bytes()).unwrap();
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        let _forwarding = session.forward(listener.local_addr().unwrap()).unwrap();
        let (connection, _) = listener.accept().unwrap();
        let mut stream = sam_std::Stream::from_forwarded(connection).unwrap();
        assert_eq!(stream.peer().unwrap().to_string(), keys::peer());
        let mut hello = [0; 5];
        stream.read_exact(&mut hello).unwrap();
        assert_eq!(&hello, b"hello");
    });
}

#[test]
fn tls_is_asked_for_where_the_router_may_know_it() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(Wire::keep_session)
            .then(|wire| {
                let to = forward(wire);
                assert_eq!(to, "PORT=443 HOST=127.0.0.1 SSL=true");
                wire.hear_end();
            })
            .then(|wire| {
                wire.hear_start("HELLO VERSION ");
                wire.say("HELLO REPLY RESULT=OK VERSION=3.1\n");
                wire.hear_end();
            })
            .start();
        let session = scripted.session();
        let to: SocketAddr = "127.0.0.1:443".parse().unwrap();
        assert!(session.forward_tls(to).unwrap().is_active());
        let refused = session.forward_tls(to).unwrap_err();
        let expected = Usage::NeedsVersion(Version::V3_2);
        assert!(
            matches!(refused, Error::Usage(usage) if usage == expected),
            "{refused:?}"
        );
    });
}
