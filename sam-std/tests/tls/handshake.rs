//! Ports that do not shake hands as they should.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::loopback::LoopbackBridge;
use sam_std::sam_core::time::Duration as Span;
use sam_std::{Error, Router, Timeouts, Tls, TlsError};

use crate::certificates::{Authority, bridge, tls_error};
use crate::relay::Relay;
use crate::watchdog::bounded;

const PATIENCE: Duration = Duration::from_millis(400);

/// A server that does this with its one client.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || serve(listener.accept().unwrap().0));
    addr
}

fn in_haste(tls: Tls) -> Router<Tls> {
    let hello = Span::from_millis(400);
    let timeouts = Timeouts {
        hello,
        ..Timeouts::DEFAULT
    };
    Router::over(tls).with_timeouts(timeouts)
}

fn assert_late(router: &Router<Tls>) {
    let start = Instant::now();
    let error = router.version().unwrap_err();
    assert!(
        matches!(&error, Error::Unreachable { source, .. }
            if source.kind() == std::io::ErrorKind::TimedOut),
        "{error:?}"
    );
    let took = start.elapsed();
    assert!(took >= PATIENCE && took < PATIENCE * 5, "{took:?}");
}

#[test]
fn a_server_that_says_nothing_is_waited_for_no_longer_than_asked() {
    bounded(|| {
        let (done, ends) = mpsc::channel::<()>();
        let addr = server(move |_client| {
            let _ = ends.recv();
        });
        assert_late(&in_haste(Authority::new().dial(addr)));
        drop(done);
    });
}

#[test]
fn a_handshake_that_drips_is_waited_for_no_longer_than_asked() {
    bounded(|| {
        let authority = Authority::new();
        let bridge = authority.issue(&["127.0.0.1"]).serve();
        // Hundreds of bytes have to come.
        let relay = Relay::to(bridge.addr());
        relay.drip(Duration::from_millis(10));
        assert_late(&in_haste(authority.dial(relay.addr())));
    });
}

#[test]
fn plain_sam_at_the_port_is_called_so() {
    bounded(|| {
        let addr = server(|mut client| {
            let _ = client.read(&mut [0; 1024]);
            let _ = client.write_all(b"HELLO REPLY RESULT=I2P_ERROR\n");
        });
        let error = tls_error(Router::over(Authority::new().dial(addr)).version());
        assert_eq!(error, TlsError::NotTls);
    });
}

#[test]
fn a_plain_bridge_is_called_so() {
    bounded(|| {
        let builder = LoopbackBridge::builder().hello_timeout(PATIENCE);
        let bridge = builder.start().unwrap();
        let error = tls_error(Router::over(Authority::new().dial(bridge.addr())).version());
        assert_eq!(error, TlsError::NotTls);
    });
}

#[test]
fn a_server_that_closes_has_refused() {
    bounded(|| {
        let addr = server(|mut client| {
            let _ = client.read(&mut [0; 64 * 1024]);
        });
        let error = tls_error(Router::over(Authority::new().dial(addr)).version());
        assert!(matches!(error, TlsError::Refused(_)), "{error:?}");
    });
}

#[test]
fn a_server_that_alerts_has_refused() {
    bounded(|| {
        let addr = server(|mut client| {
            let _ = client.read(&mut [0; 1024]);
            // Fatal, handshake_failure.
            let _ = client.write_all(&[0x15, 3, 3, 0, 2, 2, 40]);
        });
        let error = tls_error(Router::over(Authority::new().dial(addr)).version());
        assert_eq!(error, TlsError::Refused("HandshakeFailure".into()));
    });
}

#[test]
fn a_plain_client_is_told_that_the_port_speaks_tls() {
    bounded(|| {
        let (bridge, _) = bridge();
        let error = Router::from(bridge.addr()).version().unwrap_err();
        assert!(matches!(error, Error::TlsExpected), "{error:?}");
    });
}

#[test]
fn a_bridge_lets_nobody_wait_for_a_client_that_does_not_shake_hands() {
    bounded(|| {
        let (bridge, router) = bridge();
        let _silent = TcpStream::connect(bridge.addr()).unwrap();
        router.version().unwrap();
        bridge.stop();
    });
}
