//! Streams between boards, and between boards and computers, over the loopback bridge.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use embassy_futures::join::{join, join_array};
use embedded_io_async::{Read, Write};
use sam_embassy::{Address, Stream};

use crate::bench::ping_pong;
use crate::lan::{blocking, builder, meet, with_bridge};
use crate::tasks::spawn;

#[test]
fn two_boards_meet() {
    with_bridge(builder(), async |lan| {
        let (one, own) = lan.session(1).await;
        let (other, address) = lan.session(2).await;
        let (mut connected, mut accepted) = meet(one, &address, other).await;
        assert_eq!(accepted.peer().map(Address::from), Some(own));
        connected.write_all(b"ping").await.unwrap();
        let mut four = [0; 4];
        accepted.read_exact(&mut four).await.unwrap();
        assert_eq!(&four, b"ping");
        accepted.write_all(b"pong").await.unwrap();
        connected.read_exact(&mut four).await.unwrap();
        assert_eq!(&four, b"pong");
        let (closed, rest) = join(connected.close(), read_to_end(&mut accepted)).await;
        closed.unwrap();
        assert!(rest.is_empty());
        accepted.close().await.unwrap();
        lan.all_quiet(2).await;
    });
}

#[test]
fn what_was_written_before_a_close_arrives() {
    with_bridge(builder(), async |lan| {
        let (one, _) = lan.session(1).await;
        let (other, address) = lan.session(2).await;
        let (mut connected, mut accepted) = meet(one, &address, other).await;
        let sending = async {
            connected.write_all(&payload(1, 50_000)).await.unwrap();
            connected.close().await.unwrap();
        };
        let (all, ()) = join(read_to_end(&mut accepted), sending).await;
        assert!(all == payload(1, 50_000));
        drop(accepted);
        lan.all_quiet(2).await;
    });
}

#[test]
fn a_computer_calls_a_board() {
    with_bridge(builder(), async |lan| {
        let (session, address) = lan.session(1).await;
        let peer = lan.peer();
        let caller = peer.address();
        let calling = blocking(move || {
            let mut stream = peer.connect(&address).unwrap();
            stream.write_all(&payload(1, 30_000)).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            answer
        });
        let serving = async {
            let mut stream = session.accept().await.unwrap();
            assert_eq!(stream.peer().map(Address::from), Some(caller));
            assert!(read_to_end(&mut stream).await == payload(1, 30_000));
            // Only one direction has ended.
            stream.write_all(&payload(2, 30_000)).await.unwrap();
            stream.close().await.unwrap();
        };
        let (answer, ()) = join(calling, serving).await;
        assert!(answer == payload(2, 30_000));
        lan.all_quiet(1).await;
    });
}

#[test]
fn a_board_calls_a_computer() {
    with_bridge(builder(), async |lan| {
        let (session, own) = lan.session(1).await;
        let peer = lan.peer();
        let address = peer.address();
        let serving = blocking(move || {
            let mut stream = peer.accept().unwrap();
            let caller = stream.peer().map(Address::from);
            assert_eq!(caller, Some(own));
            let mut all = vec![0; 10_000];
            stream.read_exact(&mut all).unwrap();
            stream.write_all(&all).unwrap();
            assert_eq!(stream.read(&mut all).unwrap(), 0);
        });
        let calling = async {
            let mut stream = session.connect(&address).await.unwrap();
            let said = payload(1, 10_000);
            let mut heard = vec![0; said.len()];
            let (mut reader, mut writer) = stream.split();
            let (wrote, read) = join(writer.write_all(&said), reader.read_exact(&mut heard)).await;
            wrote.unwrap();
            read.unwrap();
            assert!(heard == said);
            stream.close().await.unwrap();
        };
        join(serving, calling).await;
        lan.all_quiet(1).await;
    });
}

#[test]
fn the_first_data_comes_with_the_peer_line() {
    with_bridge(builder().peer_line_with_first_data(true), async |lan| {
        let (one, _) = lan.session(1).await;
        let (other, address) = lan.session(2).await;
        for round in 0..5 {
            let said = payload(round, 2_000);
            let calling = async {
                let mut stream = one.connect(&address).await.unwrap();
                stream.write_all(&said).await.unwrap();
                stream.close().await.unwrap();
            };
            let serving = async { read_to_end(&mut other.accept().await.unwrap()).await };
            let ((), heard) = join(calling, serving).await;
            assert!(heard == said);
        }
        lan.all_quiet(2).await;
    });
}

#[test]
fn two_hundred_streams_in_a_row() {
    with_bridge(builder(), async |lan| {
        let (one, _) = lan.session(1).await;
        let (other, address) = lan.session(2).await;
        for round in 0..200_u8 {
            let (mut connected, mut accepted) = meet(one, &address, other).await;
            connected.write_all(&[round; 8]).await.unwrap();
            let mut eight = [0; 8];
            accepted.read_exact(&mut eight).await.unwrap();
            assert_eq!(eight, [round; 8]);
            match round % 4 {
                // The one that calls closes first, the one that is called does, both at once.
                0 => {
                    let (closed, rest) = join(connected.close(), read_to_end(&mut accepted)).await;
                    closed.unwrap();
                    assert!(rest.is_empty());
                }
                1 => {
                    let (closed, rest) = join(accepted.close(), read_to_end(&mut connected)).await;
                    closed.unwrap();
                    assert!(rest.is_empty());
                }
                2 => {
                    let (one, other) = join(connected.close(), accepted.close()).await;
                    one.unwrap();
                    other.unwrap();
                }
                _ => drop((connected, accepted)),
            }
        }
        lan.all_quiet(2).await;
    });
}

#[test]
fn several_streams_at_once() {
    with_bridge(builder(), async |lan| {
        let (one, _) = lan.session(1).await;
        let (other, address) = lan.session(2).await;
        let servers = [(); 3].map(|()| {
            spawn(async move {
                let mut stream = other.accept().await.unwrap();
                let mut bytes = [0; 500];
                loop {
                    match stream.read(&mut bytes).await.unwrap() {
                        0 => break,
                        count => stream.write_all(&bytes[..count]).await.unwrap(),
                    }
                }
                stream.close().await.unwrap();
            })
        });
        let address = &address;
        let clients = [1, 2, 3].map(|seed| async move {
            let mut stream = one.connect(address).await.unwrap();
            for _ in 0..10 {
                ping_pong(&mut stream, &payload(seed, 900)).await;
            }
            stream.close().await.unwrap();
        });
        join_array(clients).await;
        for server in servers {
            server.join().await;
        }
        lan.all_quiet(2).await;
    });
}

fn payload(seed: u8, len: u32) -> Vec<u8> {
    (0..len)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8 ^ seed)
        .collect()
}

async fn read_to_end(stream: &mut Stream) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let mut some = [0; 700];
        match stream.read(&mut some).await.unwrap() {
            0 => return all,
            count => all.extend_from_slice(&some[..count]),
        }
    }
}
