//! Streams out and in, and the slots they occupy.

use embassy_time::{Duration, with_timeout};
use embedded_io_async::{Read, ReadReady, Write};
use sam_core::ResultCode;
use sam_embassy::{Address, Destination, Error};

use crate::bench::{SLOTS, ping_pong, with_session};
use crate::dummies::private_key;
use crate::tasks::{spawn, until};

#[test]
fn ping_pong_by_connect() {
    with_session(Some(1), async |bench| {
        let mut stream = bench.echo_stream().await;
        ping_pong(&mut stream, b"ping").await;
        stream.close().await.unwrap();
        bench.all_quiet().await;
    });
}

#[test]
fn ping_pong_by_accept_with_the_first_bytes_behind_the_peer_line() {
    with_session(Some(1), async |bench| {
        bench.router.calls.borrow_mut().push_back(b"ping".to_vec());
        let mut stream = bench.session.accept().await.unwrap();
        let peer = Destination::new(private_key(200)[..391].to_vec()).unwrap();
        assert_eq!(stream.peer(), Some(peer.hash()));
        assert!(stream.read_ready().unwrap());
        for letter in b"ping" {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).await, Ok(1));
            assert_eq!(byte[0], *letter);
        }
        assert!(!stream.read_ready().unwrap());
        ping_pong(&mut stream, b"pong").await;
        stream.close().await.unwrap();
        bench.all_quiet().await;
    });
}

#[test]
fn both_halves_work_at_the_same_time() {
    with_session(Some(1), async |bench| {
        let mut stream = bench.echo_stream().await;
        let said: Vec<u8> = (0..20_000_u32).map(|number| number as u8).collect();
        let mut heard = vec![0; said.len()];
        let (mut reader, mut writer) = stream.split();
        let (wrote, read) =
            embassy_futures::join::join(writer.write_all(&said), reader.read_exact(&mut heard))
                .await;
        wrote.unwrap();
        read.unwrap();
        assert!(heard == said);
        stream.close().await.unwrap();
        bench.all_quiet().await;
    });
}

#[test]
fn a_peer_out_of_reach_is_an_error_and_costs_no_slot() {
    with_session(Some(1), async |bench| {
        let refused = bench
            .session
            .connect(&"nobody.i2p".parse::<Address>().unwrap())
            .await;
        let refusal = sam_core::Error::Refused(ResultCode::CantReachPeer);
        assert_eq!(refused.err(), Some(Error::Sam(refusal)));
        bench.all_quiet().await;
    });
}

#[test]
fn an_exhausted_pool_waits() {
    with_session(Some(1), async |bench| {
        let one = bench.echo_stream().await;
        let two = bench.echo_stream().await;
        assert_eq!(bench.pool.free(), 0);
        let third = with_timeout(Duration::from_millis(200), bench.echo_stream()).await;
        assert!(third.is_err());
        let (mut third, ()) = embassy_futures::join::join(bench.echo_stream(), async {
            one.close().await.unwrap();
        })
        .await;
        ping_pong(&mut third, b"at last").await;
        drop((two, third));
        bench.all_quiet().await;
    });
}

#[test]
fn a_slot_that_is_taken_again_at_once_has_ended_its_last_connection() {
    with_session(Some(1), async |bench| {
        let _held = bench.echo_stream().await;
        for _ in 0..5 {
            drop(bench.echo_stream().await);
        }
        let _last = bench.echo_stream().await;
        let ended = until(|| bench.router.connections.get() == 3);
        let ended = with_timeout(Duration::from_secs(1), ended).await;
        assert!(
            ended.is_ok(),
            "{} connections",
            bench.router.connections.get()
        );
    });
}

#[test]
fn twenty_tasks_share_two_slots() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let session = bench.session;
        let tasks = [(); 20].map(|()| {
            spawn(async move {
                let name = "echo.i2p".parse::<Address>().unwrap();
                let mut stream = session.connect(&name).await.unwrap();
                ping_pong(&mut stream, b"my turn").await;
                stream.close().await.unwrap();
            })
        });
        let all = async {
            for task in tasks {
                task.join().await;
            }
        };
        assert!(with_timeout(Duration::from_secs(10), all).await.is_ok());
        bench.all_quiet().await;
    });
}

#[test]
fn two_hundred_streams_leave_all_slots_free() {
    with_session(Some(1), async |bench| {
        for round in 0..200 {
            // The board closes first, the router does, and the stream is just dropped.
            bench.router.closes_first.set(round % 3 == 1);
            let mut stream = match round % 2 {
                0 => bench.echo_stream().await,
                _ => {
                    bench.router.calls.borrow_mut().push_back(Vec::new());
                    bench.session.accept().await.unwrap()
                }
            };
            ping_pong(&mut stream, b"ping").await;
            match round % 3 {
                0 => stream.close().await.unwrap(),
                1 => {
                    assert_eq!(stream.read(&mut [0; 8]).await, Ok(0));
                    stream.close().await.unwrap();
                }
                _ => drop(stream),
            }
        }
        bench.all_quiet().await;
        assert_eq!(bench.pool.free(), SLOTS - 1);
        assert_eq!(bench.router.created.borrow().len(), 1);
    });
}
