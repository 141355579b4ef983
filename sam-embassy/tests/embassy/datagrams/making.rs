//! What a socket is made of, and what the router is told of it.

use sam_core::Style;
use sam_core::error::Usage;
use sam_embassy::Datagrams;

use super::{board, udp, usage, with_datagrams};
use crate::bench::{BOARD, with_wire};
use crate::transports::masked;

#[test]
fn the_router_is_told_the_address_of_the_device_and_the_bound_port() {
    for (settings, style) in [
        (Datagrams::repliable(), Style::Datagram),
        (Datagrams::raw(), Style::Raw),
    ] {
        with_datagrams(settings, async move |bench| {
            let told = bench.board.router.for_datagrams.borrow().clone();
            let port = bench.socket.port();
            assert_ne!(port, 0);
            assert_eq!(told, [(style, Some(BOARD.into()), Some(port))]);
        });
    }
}

#[test]
fn a_socket_that_is_bound_keeps_its_port() {
    with_wire(async |wired| {
        let board = board(wired);
        let (_, runner) = board.session_and_runner(Some(1));
        let made = runner.with_datagrams(Datagrams::raw(), udp(wired.stack, 4000));
        assert_eq!(made.unwrap().0.port(), 4000);
    });
}

#[test]
fn a_secured_transport_has_no_datagrams_beside_it() {
    with_wire(async |wired| {
        let (board, seen) = masked(wired);
        let (_, runner) = board.session_and_runner(Some(1));
        let refused = runner.with_datagrams(Datagrams::raw(), udp(wired.stack, 0));
        assert_eq!(refused.err(), Some(usage(Usage::NotNow)));
        assert_eq!(seen.dials(), 0);
    });
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (settings, error) in [
        (Datagrams::repliable().header(), Usage::NotNow),
        (Datagrams::repliable().protocol(18), Usage::NotNow),
        (Datagrams::raw().protocol(17), Usage::OutOfRange),
    ] {
        with_wire(async move |wired| {
            let board = board(wired);
            let (_, runner) = board.session_and_runner(Some(1));
            let refused = runner.with_datagrams(settings, udp(wired.stack, 0));
            assert_eq!(refused.err(), Some(usage(error)));
        });
    }
}

#[cfg(feature = "control-datagrams")]
#[test]
fn a_session_has_one_way_for_its_datagrams() {
    with_wire(async |wired| {
        let board = board(wired);
        let raw = Datagrams::raw();
        let memory = || crate::wire::leak(sam_embassy::DatagramBuffers::<1024, 1024>::new());
        let runner = || board.session_and_runner(Some(1)).1;
        let (_by_udp, first) = runner().with_datagrams(raw, udp(wired.stack, 0)).unwrap();
        let refused = first.with_control_datagrams(raw, memory());
        assert_eq!(refused.err(), Some(usage(Usage::NotNow)));
        let (_on_control, first) = runner().with_control_datagrams(raw, memory()).unwrap();
        let refused = first.with_datagrams(raw, udp(wired.stack, 0));
        assert_eq!(refused.err(), Some(usage(Usage::NotNow)));
    });
}
