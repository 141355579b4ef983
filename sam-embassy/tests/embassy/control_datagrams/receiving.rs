//! Datagrams from the router.

use embassy_futures::join::join;
use embassy_time::{Duration, Timer};
use sam_core::ResultCode;
use sam_embassy::{Address, DatagramBuffers, Datagrams, Error, State};

use super::{PORTS, noise, peer, raw, received, said, with_datagrams, with_memory};
use crate::bench::with_session;
use crate::tasks::until;
use crate::wire::leak;

#[test]
fn what_the_router_tells_of_a_datagram_is_told() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        for ports in [None, Some(PORTS)] {
            bench.deliver(received(ports, b"pay\nload"));
            let mut out = [0; 64];
            let told = bench.recv(&mut out).await.unwrap();
            assert_eq!(&out[..told.len], b"pay\nload");
            assert_eq!(told.source.unwrap().as_bytes(), peer().as_bytes());
            assert_eq!((told.ports, told.protocol), (ports, None));
        }
    });
    with_datagrams(Datagrams::raw(), async |bench| {
        bench.deliver(said(None, Some(PORTS), Some(200), b"payload"));
        let told = bench.recv(&mut [0; 64]).await.unwrap();
        assert_eq!((told.len, told.source), (7, None));
        assert_eq!((told.ports, told.protocol), (Some(PORTS), Some(200)));
    });
}

#[test]
fn datagrams_come_whole_whatever_the_portions() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let known: Address = "echo.i2p".parse().unwrap();
        for portion in (1..50).chain([100, 511, 512, 513, 700, 1023, 1024, 1025, 2000]) {
            bench.board.router.manner.portion.set(portion);
            for len in [0, 1, 2, 64, 1000] {
                bench.deliver(received(None, &noise(len)));
                assert!(bench.payload().await == noise(len), "{len} by {portion}");
                // The router answers between datagrams.
                bench.session.lookup(&known, &mut [0; 512]).await.unwrap();
            }
        }
        for portion in [7, 500, usize::MAX] {
            bench.board.router.manner.portion.set(portion);
            bench.deliver(received(None, &noise(7600)));
            assert!(bench.payload().await == noise(7600), "by {portion}");
        }
        assert_eq!(bench.board.router.created.borrow().len(), 1);
    });
}

#[test]
fn a_datagram_larger_than_the_slice_is_lost_with_its_size_told() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        bench.deliver(received(None, &noise(1000)));
        bench.deliver(received(None, b"next"));
        let lost = bench.recv(&mut [0; 999]).await;
        assert_eq!(lost, Err(Error::Oversized { len: 1000 }));
        assert_eq!(bench.payload().await, b"next");
    });
}

#[test]
fn a_datagram_larger_than_the_memory_is_lost_with_its_size_told() {
    let memory = leak(DatagramBuffers::<{ 391 + 1000 }, 64>::new());
    with_memory(Datagrams::repliable(), memory, async |bench| {
        for len in [1001, 7600, 7601, 31_000] {
            bench.deliver(received(None, &noise(len)));
            bench.deliver(received(None, &noise(1000)));
            let lost = bench.recv(&mut [0; 9]).await;
            assert_eq!(lost, Err(Error::Oversized { len }));
            assert_eq!(bench.payload().await, noise(1000));
        }
        assert_eq!(bench.socket.dropped().missed, 0);
    });
}

#[test]
fn datagrams_wait_in_order_while_there_is_room_and_what_has_none_is_counted() {
    let memory = leak(DatagramBuffers::<1000, 64>::new());
    with_memory(Datagrams::raw(), memory, async |bench| {
        let router = bench.board.router;
        for (number, len) in [300, 300, 300, 101, 100, 1].into_iter().enumerate() {
            bench.deliver(raw(&vec![number as u8; len]));
        }
        until(|| router.deliveries.borrow().is_empty()).await;
        Timer::after(Duration::from_millis(50)).await;
        assert_eq!(bench.socket.dropped().missed, 2);
        for (number, len) in [(0, 300), (1, 300), (2, 300), (4, 100)] {
            assert_eq!(bench.payload().await, vec![number; len]);
        }
        // No more than eight, however small.
        for number in 0..10 {
            bench.deliver(raw(&[number]));
        }
        until(|| router.deliveries.borrow().is_empty()).await;
        Timer::after(Duration::from_millis(50)).await;
        assert_eq!(bench.socket.dropped().missed, 4);
        for number in 0..8 {
            assert_eq!(bench.payload().await, [number]);
        }
    });
}

#[test]
fn datagrams_are_taken_while_another_one_comes() {
    let memory = leak(DatagramBuffers::<1000, 64>::new());
    with_memory(Datagrams::raw(), memory, async |bench| {
        bench.board.wire.latency.set(3);
        bench.board.router.manner.portion.set(50);
        for number in 0..20 {
            bench.deliver(raw(&[number; 450]));
        }
        for number in 0..20 {
            assert_eq!(bench.payload().await, [number; 450]);
        }
        assert_eq!(bench.socket.dropped().missed, 0);
    });
}

#[test]
fn what_nobody_can_read_is_counted_and_skipped() {
    let text = crate::dummies::destination_text();
    let raw_here = String::from_utf8(raw(b"payload")).unwrap();
    let lines = [
        "DATAGRAM RECEIVED SIZE=7\npayload",
        "DATAGRAM RECEIVED DESTINATION=short SIZE=7\npayload",
        &format!("DATAGRAM RECEIVED DESTINATION={text} SIZE=7 FROM_PORT=70000\npayload"),
        &format!("DATAGRAM RECEIVED DESTINATION={text} DESTINATION={text} SIZE=7\npayload"),
        &raw_here,
    ]
    .map(|line| line.as_bytes().to_vec());
    with_datagrams(Datagrams::repliable(), async move |bench| {
        for (number, line) in (1..).zip(lines) {
            bench.deliver(line);
            bench.deliver(received(None, b"good"));
            assert_eq!(bench.payload().await, b"good");
            assert_eq!(bench.socket.dropped().malformed, number);
        }
        assert_eq!(bench.session.state(), State::Ready);
        assert_eq!(bench.board.router.created.borrow().len(), 1);
    });
}

#[test]
fn a_datagram_without_a_size_ends_the_session_and_it_comes_back() {
    with_datagrams(Datagrams::raw(), async |bench| {
        bench.deliver(b"RAW RECEIVED SIZE=many\npayload".to_vec());
        until(|| bench.session.state() != State::Ready).await;
        bench.session.wait_ready().await.unwrap();
        bench.deliver(raw(b"good"));
        assert_eq!(bench.payload().await, b"good");
        assert_eq!(bench.board.router.created.borrow().len(), 2);
    });
}

#[test]
fn a_payload_in_the_middle_of_a_lookup_spoils_neither() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let (known, to): (Address, _) = ("echo.i2p".parse().unwrap(), peer());
        let unknown: Address = "nobody.i2p".parse().unwrap();
        // A payload that looks like an answer.
        let payload = b"x\nNAMING REPLY RESULT=INVALID_KEY NAME=echo.i2p\n".repeat(20);
        bench.board.wire.latency.set(3);
        for portion in [7, 11, 100, usize::MAX] {
            bench.board.router.manner.portion.set(portion);
            for _ in 0..10 {
                bench.deliver(received(None, &payload));
                let (mut out, mut none) = ([0; 512], [0; 512]);
                let lookups = async {
                    let found = bench.session.lookup(&known, &mut out).await;
                    assert_eq!(found.unwrap().as_bytes(), peer().as_bytes());
                    let missing = bench.session.lookup(&unknown, &mut none).await;
                    let refused = sam_core::Error::Refused(ResultCode::KeyNotFound);
                    assert_eq!(missing.err(), Some(Error::Sam(refused)));
                };
                let send = bench.socket.send_to(&payload, &to);
                let (((), sent), came) = join(join(lookups, send), bench.payload()).await;
                assert_eq!(sent, Ok(()));
                assert!(came == payload && bench.sent().await.1 == payload);
            }
        }
        assert_eq!(bench.board.router.created.borrow().len(), 1);
    });
}

#[test]
fn a_session_for_streams_passes_over_datagrams() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let deliveries = &bench.router.deliveries;
        deliveries.borrow_mut().push_back(raw(&noise(5000)));
        until(|| deliveries.borrow().is_empty()).await;
        let known: Address = "echo.i2p".parse().unwrap();
        bench.session.lookup(&known, &mut [0; 512]).await.unwrap();
        assert_eq!(bench.router.created.borrow().len(), 1);
    });
}
