//! Datagrams to the router.

use sam_core::error::{Full, Usage};
use sam_core::{Style, Version};
use sam_embassy::{DatagramBuffers, Datagrams, Error, State};

use super::{OUT, PORTS, noise, online, peer, usage, with_datagrams, with_memory};
use crate::bench::with_wire;
use crate::dummies::destination_text;
use crate::tasks::until;
use crate::transports::masked;
use crate::wire::leak;

#[test]
fn the_router_is_asked_for_datagrams_on_the_connection() {
    for (settings, style) in [
        (Datagrams::repliable(), Style::Datagram),
        (Datagrams::raw(), Style::Raw),
    ] {
        with_datagrams(settings, async move |bench| {
            let told = bench.board.router.for_datagrams.borrow().clone();
            assert_eq!(told, [(style, None, None)]);
        });
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (settings, error) in [
        (Datagrams::raw().header(), Usage::NotNow),
        (Datagrams::repliable().protocol(18), Usage::NotNow),
        (Datagrams::raw().protocol(17), Usage::OutOfRange),
    ] {
        with_wire(async move |wired| {
            let (board, seen) = masked(wired);
            let (_, runner) = board.session_and_runner(Some(1));
            let memory = leak(DatagramBuffers::<64, 64>::new());
            let refused = runner.with_control_datagrams(settings, memory);
            assert_eq!(refused.err(), Some(usage(error)));
            assert_eq!(seen.dials(), 0);
        });
    }
}

#[test]
fn a_line_says_whom_to_and_how_much() {
    for (settings, verb) in [
        (Datagrams::repliable(), "DATAGRAM"),
        (Datagrams::raw(), "RAW"),
    ] {
        with_datagrams(settings, async move |bench| {
            let to = peer();
            assert_eq!(bench.socket.send_to(b"pay\nload", &to).await, Ok(()));
            let (line, payload) = bench.sent().await;
            let text = destination_text();
            let expected = format!("{verb} SEND DESTINATION={text} SIZE=8");
            assert_eq!((line, payload.as_slice()), (expected, &b"pay\nload"[..]));
            let sent = bench.socket.send_to_with_ports(b"x", &to, PORTS).await;
            assert_eq!(sent, Ok(()));
            let (line, _) = bench.sent().await;
            assert!(
                line.ends_with(" SIZE=1 FROM_PORT=1 TO_PORT=65535"),
                "{line}"
            );
        });
    }
}

#[test]
fn what_is_larger_than_routers_take_is_refused_before_a_byte_leaves() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let to = peer();
        for len in [1, 1000, 7600] {
            assert_eq!(bench.socket.send_to(&noise(len), &to).await, Ok(()));
            assert!(bench.sent().await.1 == noise(len), "{len}");
        }
        for (len, error) in [
            (0, Usage::Empty),
            (7601, Usage::TooLarge(7600)),
            (70_000, Usage::TooLarge(7600)),
        ] {
            let refused = bench.socket.send_to(&noise(len), &to).await;
            assert_eq!(refused, Err(usage(error)), "{len}");
        }
        assert_eq!(bench.socket.send_to(b"next", &to).await, Ok(()));
        assert_eq!(bench.sent().await.1, b"next");
    });
}

#[test]
fn what_the_memory_does_not_hold_is_refused_before_a_byte_leaves() {
    // What stands around an Ed25519 destination and a size of three digits.
    const LINE: usize = "DATAGRAM SEND DESTINATION= SIZE=900\n".len() + 524;
    let memory = leak(DatagramBuffers::<64, { LINE + 900 }>::new());
    with_memory(Datagrams::repliable(), memory, async |bench| {
        let to = peer();
        for (len, expected) in [
            (900, Ok(())),
            (901, Err(Error::Sam(Full::Transmit.into()))),
            (899, Ok(())),
        ] {
            assert_eq!(bench.socket.send_to(&noise(len), &to).await, expected);
            if expected.is_ok() {
                assert_eq!(bench.sent().await.1, noise(len));
            }
        }
        assert!(bench.board.router.sent.borrow().is_empty());
    });
}

#[test]
fn an_old_router_is_not_sent_ports() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        bench.board.router.newest.set(Version::V3_1);
        bench.board.router.stop();
        until(|| bench.session.state() != State::Ready).await;
        bench.board.router.start();
        let to = peer();
        let refused = bench.socket.send_to_with_ports(b"x", &to, PORTS).await;
        assert_eq!(refused, Err(usage(Usage::NeedsVersion(Version::V3_2))));
        assert_eq!(bench.socket.send_to(b"without", &to).await, Ok(()));
        assert_eq!(bench.sent().await.1, b"without");
    });
}

#[test]
fn datagrams_go_through_what_secures_the_connection() {
    with_wire(async |wired| {
        let (board, _) = masked(wired);
        let memory = leak(DatagramBuffers::<8192, OUT>::new());
        let bench = online(board, Datagrams::repliable(), memory).await;
        assert_eq!(bench.socket.send_to(&noise(7600), &peer()).await, Ok(()));
        let (_, payload) = bench.sent().await;
        bench.deliver(super::received(None, &payload));
        assert!(bench.payload().await == noise(7600));
    });
}
