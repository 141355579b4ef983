//! How streams end.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;

use sam_std::{Error, Router, Session, TlsError};

use crate::certificates::{Authority, bridge, tls_error};
use crate::relay::Relay;
use crate::verbs::pair;
use crate::watchdog::bounded;

#[test]
fn a_stream_that_is_cut_is_never_a_stream_that_ended() {
    bounded(|| {
        let authority = Authority::new();
        let bridge = authority.issue(&["127.0.0.1"]).serve();
        let relay = Relay::to(bridge.addr());
        let through = Router::over(authority.dial(relay.addr()));
        let client = Session::builder(&through).create().unwrap();
        let router = Router::over(authority.dial(bridge.addr()));
        let server = Session::builder(&router).create().unwrap();
        let (mut here, mut there) = pair(&client, &server);
        there.write_all(b"half of").unwrap();
        let mut heard = [0; 7];
        here.read_exact(&mut heard).unwrap();
        relay.cut();
        for _ in 0..2 {
            let error = here.read(&mut heard).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
            assert_eq!(tls_error::<()>(Err(error.into())), TlsError::Truncated);
        }
    });
}

#[test]
fn an_answer_that_is_cut_is_no_answer() {
    bounded(|| {
        let authority = Authority::new();
        let bridge = authority.issue(&["127.0.0.1"]).serve();
        let relay = Relay::to(bridge.addr());
        let session = Session::builder(&Router::over(authority.dial(relay.addr())))
            .create()
            .unwrap();
        relay.cut();
        let error = session.accept().unwrap_err();
        assert!(
            matches!(error, Error::SessionEnded | Error::Tls(_)),
            "{error:?}"
        );
        assert!(session.lookup("ME").is_err());
    });
}

#[test]
fn half_a_stream_ends_alone() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        let (mut here, mut there) = pair(&client, &server);
        here.write_all(b"question").unwrap();
        here.shutdown(Shutdown::Write).unwrap();
        here.shutdown(Shutdown::Write).unwrap();
        let error = here.write(b"more").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        let mut question = String::new();
        there.read_to_string(&mut question).unwrap();
        assert_eq!(question, "question");
        there.write_all(b"answer").unwrap();
        drop(there);
        let mut answer = String::new();
        here.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "answer");
    });
}

#[test]
fn a_dropped_stream_ends_as_tls_does() {
    bounded(|| {
        let (_bridge, router) = bridge();
        let server = Session::builder(&router).create().unwrap();
        let client = Session::builder(&router).create().unwrap();
        for how in [None, Some(Shutdown::Both)] {
            let (mut here, mut there) = pair(&client, &server);
            here.write_all(b"last words").unwrap();
            if let Some(how) = how {
                here.shutdown(how).unwrap();
            }
            drop(here);
            let mut heard = String::new();
            there.read_to_string(&mut heard).unwrap();
            assert_eq!(heard, "last words");
        }
    });
}
