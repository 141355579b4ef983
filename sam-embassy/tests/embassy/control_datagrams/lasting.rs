//! Sockets over time: losses, the end, dropped verbs, many datagrams.

use embassy_futures::join::join;
use embassy_time::{Duration, Timer, with_timeout};
use sam_embassy::{DatagramBuffers, Datagrams, Dropped, Error, State};

use super::{noise, peer, raw, received, with_datagrams};
use crate::bench::SLOTS;
use crate::polled::{Polled, polled};
use crate::tasks::{spawn, until};

#[test]
fn a_restarted_router_gets_the_session_back_and_the_socket_goes_on() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let (address, socket) = (bench.session.address(), bench.socket);
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
        assert_eq!(bench.sent().await.1, b"late");
        bench.deliver(received(None, b"there again"));
        assert_eq!(waiting.join().await, b"there again");
        assert_eq!(bench.session.address(), address);
        let told = bench.board.router.for_datagrams.borrow().clone();
        assert_eq!((told.len(), told[0]), (2, told[1]));
    });
}

#[test]
fn a_datagram_that_came_in_part_is_lost_with_its_session_and_counted() {
    with_datagrams(Datagrams::raw(), async |bench| {
        bench.deliver(b"RAW RECEIVED SIZE=1000\nthe beginning".to_vec());
        bench.deliver(Vec::new());
        until(|| bench.board.router.deliveries.borrow().is_empty()).await;
        Timer::after_millis(10).await;
        bench.board.router.stop();
        until(|| bench.session.state() != State::Ready).await;
        bench.board.router.start();
        bench.session.wait_ready().await.unwrap();
        bench.deliver(raw(b"whole"));
        assert_eq!(bench.payload().await, b"whole");
        assert_eq!(bench.socket.dropped().missed, 1);
    });
}

#[test]
fn a_datagram_that_has_left_in_part_is_not_continued_in_the_next_session() {
    with_datagrams(Datagrams::raw(), async |bench| {
        let (socket, router) = (bench.socket, bench.board.router);
        bench.board.wire.latency.set(5);
        assert_eq!(socket.send_to(&noise(7600), &peer()).await, Ok(()));
        Timer::after_millis(12).await;
        router.stop();
        until(|| bench.session.state() != State::Ready).await;
        router.start();
        bench.session.wait_ready().await.unwrap();
        assert_eq!(socket.send_to(b"whole", &peer()).await, Ok(()));
        assert_eq!(bench.sent().await.1, b"whole");
        Timer::after_millis(500).await;
        assert!(router.sent.borrow().is_empty());
        assert_eq!(router.created.borrow().len(), 2);
    });
}

#[test]
fn without_its_runner_nothing_is_sent_and_what_has_come_is_received() {
    with_datagrams(Datagrams::raw(), async |bench| {
        let socket = bench.socket;
        bench.deliver(raw(b"last"));
        until(|| bench.board.router.deliveries.borrow().is_empty()).await;
        Timer::after_millis(10).await;
        drop(bench.runner);
        let mut out = [0; 9];
        assert_eq!(socket.recv(&mut out).await.unwrap().len, 4);
        assert_eq!(socket.recv(&mut out).await, Err(Error::Closed));
        assert_eq!(socket.send_to(b"x", &peer()).await, Err(Error::Closed));
        bench.board.all_gone().await;
    });
}

#[test]
fn tasks_that_receive_and_send_get_their_turns() {
    with_datagrams(Datagrams::raw(), async |bench| {
        let socket = bench.socket;
        let receiving = [(); 5].map(|()| {
            spawn(async move {
                let mut out = [0; 9];
                socket.recv(&mut out).await.unwrap();
                out[0]
            })
        });
        for number in [1, 2, 3, 4, 5] {
            let send = async move { socket.send_to(&[number; 3], &peer()).await.unwrap() };
            spawn(send).detach();
        }
        for _ in 0..5 {
            let (_, payload) = bench.sent().await;
            bench.deliver(raw(&payload));
        }
        let mut numbers = Vec::new();
        for task in receiving {
            numbers.push(task.join().await);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn verbs_dropped_at_every_await_have_sent_and_lost_nothing() {
    with_datagrams(Datagrams::raw(), async |bench| {
        bench.board.wire.latency.set(3);
        let (to, mut done, mut dropped) = (peer(), Vec::new(), 0);
        for number in 0..100 {
            let polls = 1 + usize::from(number) % 3;
            let payload = [number; 900];
            let sending = polled(polls, bench.socket.send_to(&payload, &to));
            match sending.await {
                Polled::Done(sent) => {
                    assert_eq!(sent, Ok(()));
                    done.push(number);
                }
                _ => dropped += 1,
            }
        }
        assert!(dropped > 10 && done.len() > 10, "{dropped} {}", done.len());
        for number in done {
            assert_eq!(bench.sent().await.1, [number; 900]);
        }
        let more = with_timeout(Duration::from_secs(1), bench.sent()).await;
        assert!(more.is_err(), "a dropped verb has sent something");
        for number in 0..20 {
            let receiving = polled(1, bench.socket.recv(&mut [0; 9])).await;
            assert!(matches!(receiving, Polled::Dropped));
            bench.deliver(raw(&[number]));
            assert_eq!(bench.payload().await, [number]);
        }
    });
}

#[test]
fn ten_thousand_datagrams_leave_socket_and_pool_as_they_were() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let (to, socket) = (peer(), bench.socket);
        bench.board.wire.latency.set(1);
        for number in 0..10_000_u32 {
            let payload = noise(1 + number as usize * 7 % 1500);
            let send = socket.send_to(&payload, &to);
            let (sent, (_, carried)) = join(send, bench.sent()).await;
            assert_eq!(sent, Ok(()));
            assert!(carried == payload, "{number}");
            bench.deliver(received(None, &carried));
            assert!(bench.payload().await == payload, "{number}");
        }
        // All of the room is there again.
        assert_eq!(socket.send_to(&noise(7600), &to).await, Ok(()));
        assert!(bench.sent().await.1 == noise(7600));
        bench.deliver(received(None, &noise(7600)));
        assert!(bench.payload().await == noise(7600));
        assert_eq!(socket.dropped(), Dropped::default());
        assert_eq!(bench.board.pool.free(), SLOTS - 1);
        assert_eq!(bench.board.router.connections.get(), 1);
        assert_eq!(bench.board.router.created.borrow().len(), 1);
    });
}

#[test]
fn the_memory_is_the_callers_and_little_more() {
    // Less on 32 bits.
    assert!(size_of::<DatagramBuffers<0, 0>>() <= 520);
}
