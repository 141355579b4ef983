//! Sockets over time: losses, the end, many tasks, many datagrams.

use embassy_futures::join::join;
use embassy_time::{Duration, Timer, with_timeout};
use sam_core::header::SendHeader;
use sam_embassy::{Datagrams, Dropped, Error, State};

use super::{forwarded, noise, peer, with_datagrams};
use crate::bench::SLOTS;
use crate::dummies::destination_text;
use crate::polled::{Polled, polled};
use crate::tasks::{spawn, until};

#[test]
fn a_restarted_router_gets_the_session_back_and_the_socket_goes_on() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let (address, id) = (bench.session.address(), bench.id());
        let socket = bench.socket;
        let waiting = spawn(async move {
            let mut out = [0; 64];
            let received = socket.recv(&mut out).await.unwrap();
            out[..received.len].to_vec()
        });
        bench.board.router.stop();
        until(|| bench.session.state() != State::Ready).await;
        let sending = spawn(async move { socket.send_to(b"late", &peer()).await });
        Timer::after_millis(1_500).await;
        assert!(!sending.is_done());
        bench.board.router.start();
        assert_eq!(sending.join().await, Ok(()));
        let (packet, _) = bench.sent().await;
        assert_ne!(bench.id(), id);
        let expected = format!("3.0 {} {}\nlate", bench.id(), destination_text());
        assert_eq!(String::from_utf8(packet).unwrap(), expected);
        bench.forward(&forwarded(None, b"there again")).await;
        assert_eq!(waiting.join().await, b"there again");
        assert_eq!(bench.session.address(), address);
        let told = bench.board.router.for_datagrams.borrow().clone();
        assert_eq!((told.len(), told[0]), (2, told[1]));
    });
}

#[test]
fn without_its_runner_nothing_is_sent_or_received() {
    with_datagrams(Datagrams::raw(), async |bench| {
        let socket = bench.socket;
        let waiting = spawn(async move { socket.recv(&mut [0; 9]).await });
        Timer::after_millis(10).await;
        drop(bench.runner);
        assert_eq!(waiting.join().await, Err(Error::Closed));
        assert_eq!(socket.recv(&mut [0; 9]).await, Err(Error::Closed));
        assert_eq!(socket.send_to(b"x", &peer()).await, Err(Error::Closed));
        bench.board.all_gone().await;
    });
}

#[test]
fn tasks_that_receive_and_send_take_turns() {
    with_datagrams(Datagrams::raw(), async |bench| {
        let socket = bench.socket;
        let receiving = [(); 5].map(|()| {
            spawn(async move {
                let mut out = [0; 9];
                socket.recv(&mut out).await.unwrap();
                out[0]
            })
        });
        let sending = [1, 2, 3, 4, 5].map(|number| {
            spawn(async move { socket.send_to(&[number; 3], &peer()).await.unwrap() })
        });
        let mut numbers = Vec::new();
        for _ in 0..5 {
            let (packet, _) = bench.sent().await;
            bench.forward(&packet[packet.len() - 3..]).await;
        }
        for task in receiving {
            numbers.push(task.join().await);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        for task in sending {
            task.join().await;
        }
    });
}

#[test]
fn verbs_dropped_at_every_await_have_sent_and_lost_nothing() {
    with_datagrams(Datagrams::raw(), async |bench| {
        bench.board.wire.latency.set(3);
        let (peer, mut sent, mut dropped) = (peer(), 0, 0);
        for number in 0..100 {
            // The socket has room for four, so some of them wait.
            let payload = [number; 900];
            let polls = 1 + usize::from(number) % 2;
            let sending = polled(polls, bench.socket.send_to(&payload, &peer));
            match sending.await {
                Polled::Done(done) => {
                    assert_eq!(done, Ok(()));
                    sent += 1;
                }
                _ => dropped += 1,
            }
            if number % 10 == 9 {
                for _ in 0..std::mem::take(&mut sent) {
                    bench.sent().await;
                }
            }
        }
        let more = with_timeout(Duration::from_secs(1), bench.sent()).await;
        assert!(
            more.is_err(),
            "a dropped verb has sent {} bytes",
            more.unwrap().0.len()
        );
        assert!(dropped > 0);
        for number in 0..20 {
            let receiving = polled(1, bench.socket.recv(&mut [0; 9])).await;
            assert!(matches!(receiving, Polled::Dropped));
            bench.forward(&[number]).await;
            assert_eq!(bench.payload().await, [number]);
        }
    });
}

#[test]
fn ten_thousand_datagrams_leave_socket_and_pool_as_they_were() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let peer = peer();
        let socket = bench.socket;
        for number in 0..10_000_u32 {
            let payload = noise(1 + number as usize % 916);
            let send = socket.send_to(&payload, &peer);
            let (sent, (packet, _)) = join(send, bench.sent()).await;
            assert_eq!(sent, Ok(()));
            let (_, carried) = SendHeader::parse(&packet).unwrap();
            assert!(carried == payload, "{number}");
            bench.forward(&forwarded(None, carried)).await;
            assert!(bench.payload().await == payload, "{number}");
        }
        // All of the socket's room is there again: four packets each way.
        for number in 0..4 {
            let filling = polled(1, socket.send_to(&[number; 916], &peer)).await;
            assert!(matches!(filling, Polled::Done(Ok(()))), "{filling:?}");
        }
        for number in 0..4 {
            assert!(bench.sent().await.0.ends_with(&[number; 916]));
            bench.forward(&forwarded(None, &[number; 940])).await;
        }
        Timer::after_millis(10).await;
        for number in 0..4 {
            assert!(bench.payload().await == [number; 940]);
        }
        assert_eq!(socket.dropped(), Dropped::default());
        assert_eq!(bench.board.pool.free(), SLOTS - 1);
        assert_eq!(bench.board.router.connections.get(), 1);
        assert_eq!(bench.board.router.created.borrow().len(), 1);
    });
}
