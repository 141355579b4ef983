//! A program on a computer, through stunnel with a certificate.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener};
use std::thread;

use sam_std::loopback::LoopbackBridge;
use sam_std::{Dial, Error, Pin, Router, Session, Stream, Tls, TlsError};

use crate::network::{self, Callers, Identity};
use crate::stunnel::{Shown, Stunnel};

fn place() -> SocketAddr {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    free.local_addr().unwrap()
}

/// Bytes that do not repeat, and do not fit any buffer.
fn noise() -> Vec<u8> {
    let mut bytes = vec![0; 1024 * 1024];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// A bridge behind stunnel.
fn behind_stunnel() -> (LoopbackBridge, Stunnel, Shown, Router<Tls>) {
    let (bridge, at) = (LoopbackBridge::start().unwrap(), place());
    let (stunnel, shown) = Stunnel::with_certificate(at, bridge.addr());
    let router = Router::over(Tls::with_pin(at.into(), shown.pin).unwrap());
    (bridge, stunnel, shown, router)
}

/// A stream, its client's end first.
fn pair<C: Dial, S: Dial>(
    client: &Router<C>,
    server: &Router<S>,
) -> (Stream<C::Transport>, Stream<S::Transport>, impl Sized) {
    let server = Session::builder(server).create().unwrap();
    let client = Session::builder(client).create().unwrap();
    let (here, there) = thread::scope(|scope| {
        let accepting = scope.spawn(|| server.accept().unwrap());
        let here = client.connect(server.destination()).unwrap();
        (here, accepting.join().unwrap())
    });
    (here, there, (client, server))
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn a_program_serves_and_calls_on_a_real_router() {
    let at = place();
    let (_stunnel, shown) = Stunnel::with_certificate(at, network::sam_port());
    let router = Router::over(Tls::with_pin(at.into(), shown.pin).unwrap());
    let key = Identity::fresh().private_key();
    let session = Session::builder(&router).key(&key).create().unwrap();
    let peer = network::peer();

    let message = noise();
    thread::scope(|scope| {
        let (message, session, peer) = (&message, &session, &peer);
        scope.spawn(move || {
            let mut stream = session.accept().unwrap();
            assert_eq!(stream.peer(), Some(peer.destination()));
            let mut heard = vec![0; message.len()];
            stream.read_exact(&mut heard).unwrap();
            stream.write_all(&heard).unwrap();
            assert_eq!(stream.read(&mut [0]).unwrap(), 0);
        });
        let stream = peer.connect(session.destination()).unwrap();
        let mut writer = stream.try_clone().unwrap();
        scope.spawn(move || writer.write_all(message).unwrap());
        let mut heard = vec![0; message.len()];
        (&stream).read_exact(&mut heard).unwrap();
        assert!(heard == *message, "not what was said");
        stream.shutdown(Shutdown::Both).unwrap();
    });

    let callers = Callers::of(&peer);
    let mut stream = session.connect(peer.destination()).unwrap();
    stream.write_all(b"hello").unwrap();
    let mut caller = callers.next();
    let mut heard = [0; 5];
    caller.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"hello");
    assert_eq!(caller.peer(), Some(session.destination()));
}

#[test]
#[ignore = "needs stunnel: ./test.sh secured-hop"]
fn both_directions_at_once_arrive_whole() {
    let (_bridge, _stunnel, _, router) = behind_stunnel();
    let (here, there, _sessions) = pair(&router, &router);
    let (to_there, to_here) = (noise(), noise());
    thread::scope(|scope| {
        scope.spawn(|| (&here).write_all(&to_there).unwrap());
        scope.spawn(|| (&there).write_all(&to_here).unwrap());
        let reading = scope.spawn(|| {
            let mut heard = vec![0; to_there.len()];
            (&there).read_exact(&mut heard).unwrap();
            heard
        });
        let mut heard = vec![0; to_here.len()];
        (&here).read_exact(&mut heard).unwrap();
        assert!(heard == to_here, "not what was said");
        assert!(reading.join().unwrap() == to_there, "not what was said");
    });
}

#[test]
#[ignore = "needs stunnel: ./test.sh secured-hop"]
fn half_a_stream_ends_alone_with_each_version_of_tls() {
    for version in ["TLSv1.2", "TLSv1.3"] {
        let (bridge, at) = (LoopbackBridge::start().unwrap(), place());
        let versions = format!("sslVersion = {version}");
        let (_stunnel, shown) = Stunnel::with_certificate_and(at, bridge.addr(), &versions);
        let through = Router::over(Tls::with_pin(at.into(), shown.pin).unwrap());
        end_half(&through, &Router::from(bridge.addr()));
    }
}

fn end_half(through: &Router<Tls>, plain: &Router) {
    let (mut here, mut there, _sessions) = pair(through, plain);
    here.write_all(b"question").unwrap();
    here.shutdown(Shutdown::Write).unwrap();
    let mut question = String::new();
    there.read_to_string(&mut question).unwrap();
    assert_eq!(question, "question");
    there.write_all(b"answer").unwrap();
    drop(there);
    let mut answer = String::new();
    here.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "answer");
}

#[test]
#[ignore = "needs stunnel: ./test.sh secured-hop"]
fn a_stream_ends_as_it_should_or_with_an_error() {
    let (bridge, mut stunnel, _, router) = behind_stunnel();
    let plain = Router::from(bridge.addr());
    let (mut here, there, sessions) = pair(&router, &plain);
    drop(there);
    assert_eq!(here.read(&mut [0]).unwrap(), 0);
    drop((here, sessions));

    let (mut here, _there, _sessions) = pair(&router, &plain);
    stunnel.kill();
    let error = here.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
#[ignore = "needs stunnel: ./test.sh secured-hop"]
fn who_is_not_trusted_is_refused() {
    let (bridge, at) = (LoopbackBridge::start().unwrap(), place());
    let (_stunnel, shown) = Stunnel::with_certificate(at, bridge.addr());
    let dial = |pin| Router::over(Tls::with_pin(at.into(), pin).unwrap());
    dial(shown.pin).version().unwrap();
    let error = dial(Pin::new([0; 32])).version().unwrap_err();
    assert!(
        matches!(&error, Error::Tls(TlsError::OtherPin { certificate, .. }) if *certificate == shown.pin),
        "{error:?}"
    );
    // One that has issued itself is nobody's but a pin's.
    let router = Router::over(Tls::with_ca(at.into(), &shown.pem).unwrap());
    let error = router.version().unwrap_err();
    assert!(matches!(&error, Error::Tls(_)), "{error:?}");
    println!("{error}");
}
