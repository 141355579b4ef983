//! Datagrams to the router.

use sam_core::Version;
use sam_core::error::Usage;
use sam_core::header::SendHeader;
use sam_embassy::{Datagrams, State};

use super::{PORTS, noise, peer, usage, with_datagrams};
use crate::dummies::destination_text;
use crate::tasks::until;

#[test]
fn one_packet_leaves_with_a_header_without_options() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let sent = bench.socket.send_to(b"pay\nload", &peer()).await;
        assert_eq!(sent, Ok(()));
        let (packet, port) = bench.sent().await;
        let expected = format!("3.0 {} {}\npay\nload", bench.id(), destination_text());
        assert_eq!(String::from_utf8(packet).unwrap(), expected);
        assert_eq!(port, bench.socket.port());
    });
}

#[test]
fn ports_leave_in_the_header_if_they_are_named() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let peer = peer();
        let sent = bench.socket.send_to_with_ports(b"payload", &peer, PORTS);
        assert_eq!(sent.await, Ok(()));
        let (packet, _) = bench.sent().await;
        let (header, payload) = SendHeader::parse(&packet).unwrap();
        assert_eq!(header.ports, Some(PORTS));
        assert_eq!(header.version, Version::V3_2);
        assert_eq!(payload, b"payload");
    });
}

#[test]
fn an_old_router_is_not_sent_ports() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        bench.board.router.newest.set(Version::V3_1);
        bench.board.router.stop();
        until(|| bench.session.state() != State::Ready).await;
        bench.board.router.start();
        let peer = peer();
        let sent = bench.socket.send_to_with_ports(b"payload", &peer, PORTS);
        assert_eq!(sent.await, Err(usage(Usage::NeedsVersion(Version::V3_2))));
        assert_eq!(bench.socket.send_to(b"without", &peer).await, Ok(()));
        assert!(bench.sent().await.0.ends_with(b"\nwithout"));
    });
}

#[test]
fn what_does_not_fit_a_packet_is_not_sent() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let peer = peer();
        for len in [900, 916] {
            let payload = noise(len);
            assert_eq!(bench.socket.send_to(&payload, &peer).await, Ok(()));
            let (packet, _) = bench.sent().await;
            assert_eq!(SendHeader::parse(&packet).unwrap().1, payload);
        }
        for len in [917, 940, 1000, 40_000] {
            let refused = bench.socket.send_to(&noise(len), &peer).await;
            assert_eq!(refused, Err(usage(Usage::TooLong)), "{len}");
        }
        let longest = noise(885);
        let sent = bench
            .socket
            .send_to_with_ports(&longest, &peer, PORTS)
            .await;
        assert_eq!(sent, Ok(()));
        let empty = bench.socket.send_to(b"", &peer).await;
        assert_eq!(empty, Err(usage(Usage::Empty)));
        assert!(bench.sent().await.0.ends_with(&longest));
        bench.socket.send_to(b"next", &peer).await.unwrap();
        assert!(bench.sent().await.0.ends_with(b"\nnext"));
    });
}
