//! Peers that the router brings to a port of the board.

use embassy_futures::join::join3;
use embassy_net::Stack;
use embassy_net::tcp::{ConnectError, Error as TcpError, TcpSocket};
use embassy_time::{Duration, Timer, with_timeout};
use embedded_io_async::{Read, Write};
use sam_core::error::Usage;
use sam_embassy::{Destination, Error, State, Stream};

use crate::bench::{BOARD, Bench, HOST, SLOTS, with_board, with_session};
use crate::dummies::{destination_text, private_key};
use crate::polled::{Polled, polled};
use crate::tasks::{spawn, until};
use crate::wire::{at, leak};

const PORT: u16 = 8080;

/// The line that says who comes.
fn peer_line() -> Vec<u8> {
    format!("{} FROM_PORT=0 TO_PORT=0\n", destination_text()).into_bytes()
}

/// The same, and what the peer says.
fn named(said: &[u8]) -> Vec<Vec<u8>> {
    vec![peer_line(), said.to_vec()]
}

/// Dials the board and says these portions, each in a segment of its own.
async fn call(
    host: Stack<'static>,
    port: u16,
    portions: Vec<Vec<u8>>,
) -> Result<TcpSocket<'static>, ConnectError> {
    let mut socket = TcpSocket::new(host, leak([0; 2048]), leak([0; 2048]));
    socket.set_keep_alive(Some(Duration::from_secs(5)));
    socket.connect((BOARD, port)).await?;
    for portion in portions {
        let sent = async {
            socket.write_all(&portion).await?;
            socket.flush().await
        };
        // Whether the board still listens shows when it is read from.
        let _ = with_timeout(Duration::from_secs(5), sent).await;
    }
    Ok(socket)
}

/// Waits for the forward, and calls as the router does.
async fn call_through(bench: &Bench, portions: Vec<Vec<u8>>) -> TcpSocket<'static> {
    until(|| bench.router.forwards.get() == 1).await;
    let port = bench.router.forwarded_port.get();
    call(bench.host, port, portions).await.unwrap()
}

async fn heard(stream: &mut Stream, expected: &[u8]) {
    let mut heard = vec![0; expected.len()];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, expected);
}

#[test]
fn the_router_brings_peers_and_who_they_are() {
    with_session(Some(1), async |bench| {
        let session = bench.session;
        let forward = spawn(async move { session.forward(PORT).await });
        let called = call_through(&bench, named(b""));
        let accepted = with_timeout(Duration::from_secs(5), session.accept_forwarded(PORT));
        let (mut peer, accepted) = embassy_futures::join::join(called, accepted).await;
        let mut stream = accepted.unwrap().unwrap();
        assert_eq!(bench.router.forwarded_port.get(), PORT);
        let caller = Destination::new(private_key(200)[..391].to_vec()).unwrap();
        assert_eq!(stream.peer(), Some(caller.hash()));
        stream.write_all(b"hello").await.unwrap();
        let mut hello = [0; 5];
        peer.read_exact(&mut hello).await.unwrap();
        assert_eq!(&hello, b"hello");
        let (closed, ()) = embassy_futures::join::join(stream.close(), async {
            assert_eq!(peer.read(&mut hello).await, Ok(0));
            peer.close();
        })
        .await;
        closed.unwrap();
        drop(forward);
        bench.all_quiet().await;
        until(|| bench.router.forwards.get() == 0).await;
    });
}

#[test]
fn a_peer_line_in_pieces_or_with_data_behind_it() {
    let line = peer_line();
    let (middle, end) = (line.len() / 2, line.len() - 1);
    let with_data = [&line[..], b"ping"].concat();
    let table: [Vec<Vec<u8>>; 5] = [
        vec![line.clone(), b"ping".to_vec()],
        vec![with_data.clone()],
        vec![with_data[..middle].to_vec(), with_data[middle..].to_vec()],
        vec![with_data[..end].to_vec(), with_data[end..].to_vec()],
        with_data.chunks(7).map(<[u8]>::to_vec).collect(),
    ];
    with_session(Some(1), async move |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.wire.latency.set(2);
        for portions in table {
            let host = bench.host;
            let called = spawn(async move { call(host, PORT, portions).await.unwrap() });
            let mut stream = bench.session.accept_forwarded(PORT).await.unwrap();
            heard(&mut stream, b"ping").await;
            drop(stream);
            called.join().await;
        }
        bench.all_quiet().await;
    });
}

#[test]
fn only_the_router_may_bring_anybody() {
    with_board(async |board| {
        let (session, _runner) = board.session_and_runner(Some(1));
        let accept = spawn(async move { session.accept_forwarded(PORT).await });
        board.host.set_config_v4(embassy_net::ConfigV4::Static(at(
            embassy_net::Ipv4Address::new(10, 0, 0, 3),
        )));
        let mut stranger = call(board.host, PORT, named(b"ping")).await.unwrap();
        let reset = with_timeout(Duration::from_secs(5), stranger.read(&mut [0; 8])).await;
        assert_eq!(reset, Ok(Err(TcpError::ConnectionReset)));
        drop(stranger);
        assert!(!accept.is_done());
        board
            .host
            .set_config_v4(embassy_net::ConfigV4::Static(at(HOST)));
        let router = call(board.host, PORT, named(b"ping")).await;
        let mut stream = accept.join().await.unwrap();
        heard(&mut stream, b"ping").await;
        drop((stream, router));
        assert_eq!(board.pool.free(), SLOTS);
    });
}

#[test]
fn whoever_says_no_peer_line_keeps_nobody_waiting() {
    let endless = vec![b'A'; 4_000];
    let table: [&[u8]; 3] = [b"GET / HTTP/1.1\r\n", b"\n", &endless];
    let table = table.map(<[u8]>::to_vec);
    with_session(Some(1), async move |bench| {
        bench.session.wait_ready().await.unwrap();
        for nonsense in table {
            let session = bench.session;
            let accept = spawn(async move { session.accept_forwarded(PORT).await });
            let mut odd = call(bench.host, PORT, vec![nonsense]).await.unwrap();
            let reset = with_timeout(Duration::from_secs(5), odd.read(&mut [0; 8])).await;
            assert_eq!(reset, Ok(Err(TcpError::ConnectionReset)));
            assert!(!accept.is_done());
            // It listens again.
            let called = call(bench.host, PORT, named(b"ping")).await;
            let mut stream = accept.join().await.unwrap();
            heard(&mut stream, b"ping").await;
            drop((stream, called));
        }
        bench.all_quiet().await;
    });
}

#[test]
fn whoever_says_nothing_is_given_up() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let session = bench.session;
        let accept = spawn(async move { session.accept_forwarded(PORT).await });
        let mut silent = call(bench.host, PORT, vec![]).await.unwrap();
        let limit = Duration::from_secs(60);
        let reset = with_timeout(limit, silent.read(&mut [0; 8])).await;
        assert_eq!(reset, Ok(Err(TcpError::ConnectionReset)));
        drop(accept);
        bench.all_quiet().await;
    });
}

#[test]
fn two_tasks_take_two_peers_at_once() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let session = bench.session;
        let tasks = [(); 2].map(|()| spawn(async move { session.accept_forwarded(PORT).await }));
        Timer::after_millis(10).await;
        let (one, two, ()) = join3(
            call(bench.host, PORT, named(b"ping")),
            call(bench.host, PORT, named(b"ping")),
            async {
                for task in tasks {
                    heard(&mut task.join().await.unwrap(), b"ping").await;
                }
            },
        )
        .await;
        assert!(one.is_ok() && two.is_ok());
        bench.all_quiet().await;
    });
}

#[test]
fn a_forward_outlasts_the_loss_of_its_session() {
    with_session(Some(1), async |bench| {
        let (session, router) = (bench.session, bench.router);
        let forward = spawn(async move { session.forward(PORT).await });
        until(|| router.forwards.get() == 1).await;
        router.stop();
        until(|| session.state() != State::Ready && router.forwards.get() == 0).await;
        router.start();
        until(|| router.forwards.get() == 1).await;
        // The router forgets the session, and its forward with it.
        router.sessions.borrow_mut().clear();
        router.cut.set(true);
        until(|| session.state() != State::Ready).await;
        router.cut.set(false);
        until(|| router.forwards.get() == 1 && session.state() == State::Ready).await;
        assert_eq!(router.created.borrow().len(), 3);
        let accept = spawn(async move { session.accept_forwarded(PORT).await });
        let _peer = call_through(&bench, named(b"ping")).await;
        heard(&mut accept.join().await.unwrap(), b"ping").await;
        assert!(!forward.is_done());
    });
}

#[test]
fn forwards_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.wire.latency.set(3);
        bench.router.manner.portion.set(11);
        for polls in 1.. {
            let forward = polled(polls, bench.session.forward(PORT)).await;
            bench.all_quiet().await;
            assert_eq!(bench.router.forwards.get(), 0);
            match forward {
                Polled::Dropped => {}
                Polled::Idle => {
                    assert!(polls > 5, "only {polls} polls");
                    break;
                }
                Polled::Done(result) => panic!("{result:?}"),
            }
        }
    });
}

#[test]
fn arrivals_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.wire.latency.set(3);
        let line = peer_line();
        for polls in 1.. {
            let host = bench.host;
            let portions: Vec<_> = line.chunks(40).map(<[u8]>::to_vec).collect();
            let called = spawn(async move {
                drop(call(host, PORT, portions).await);
            });
            let arrived = polled(polls, bench.session.accept_forwarded(PORT)).await;
            let is_through = matches!(arrived, Polled::Done(Ok(_)));
            drop((arrived, called));
            bench.all_quiet().await;
            if is_through {
                assert!(polls > 10, "only {polls} polls");
                break;
            }
        }
    });
}

#[test]
fn without_its_runner_nothing_is_forwarded() {
    with_session(Some(1), async |bench| {
        let session = bench.session;
        let forward = spawn(async move { session.forward(PORT).await.err() });
        let accept = spawn(async move { session.accept_forwarded(PORT).await.err() });
        until(|| bench.router.forwards.get() == 1).await;
        drop(bench.runner.take());
        assert_eq!(forward.join().await, Some(Error::Closed));
        assert_eq!(accept.join().await, Some(Error::Closed));
        until(|| bench.router.connections.get() == 0).await;
        assert_eq!(bench.pool.free(), SLOTS);
    });
}

#[test]
fn port_0_is_no_port() {
    with_session(Some(1), async |bench| {
        let error = Error::Sam(sam_core::Error::from(Usage::OutOfRange));
        let accept = with_timeout(Duration::from_secs(1), bench.session.accept_forwarded(0));
        assert_eq!(accept.await.unwrap().err(), Some(error));
        let forward = with_timeout(Duration::from_secs(1), bench.session.forward(0));
        assert_eq!(forward.await.unwrap().err(), Some(error));
        bench.all_quiet().await;
    });
}
