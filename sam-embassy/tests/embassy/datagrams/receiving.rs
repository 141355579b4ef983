//! Packets that come to the board: datagrams, and what is none.

use std::future::Future;

use sam_embassy::{Datagrams, Dropped, Error, Ports, State};

use super::{PACKET, PORTS, ROUTER_PORT, forwarded, noise, peer, raw, udp, with_datagrams};
use crate::bench::{BOARD, HOST};
use crate::dummies::destination_text;
use crate::tasks::until;
use crate::wire::Faults;

#[test]
fn source_ports_and_payload_are_received() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        for ports in [None, Some(PORTS)] {
            bench.forward(&forwarded(ports, b"pay\nload")).await;
            let mut out = [0; 64];
            let received = bench.recv(&mut out).await.unwrap();
            assert_eq!(&out[..received.len], b"pay\nload");
            assert_eq!((received.ports, received.protocol), (ports, None));
            assert_eq!(received.source.unwrap(), peer());
        }
    });
}

#[test]
fn a_raw_header_is_read_if_it_was_asked_for_and_is_there() {
    with_datagrams(Datagrams::raw().header(), async |bench| {
        let mut out = [0; 64];
        bench.forward(&raw(PORTS, b"behind")).await;
        let received = bench.recv(&mut out).await.unwrap();
        assert_eq!(&out[..received.len], b"behind");
        assert_eq!(
            (received.ports, received.protocol),
            (Some(PORTS), Some(200))
        );
        // i2pd sends none, whatever it was asked for.
        bench.forward(b"bare").await;
        let received = bench.recv(&mut out).await.unwrap();
        assert_eq!(&out[..received.len], b"bare");
        assert_eq!((received.ports, received.protocol), (None, None));
        bench.forward(b"FROM_PORT=1\nhalf").await;
        bench.forward(b"last").await;
        assert_eq!(bench.payload().await, b"last");
        assert_eq!(bench.socket.dropped().malformed, 1);
    });
}

#[test]
fn a_raw_datagram_without_a_header_is_nothing_but_its_bytes() {
    with_datagrams(Datagrams::raw(), async |bench| {
        let packet = raw(PORTS, b"rest");
        bench.forward(&packet).await;
        let mut out = [0; 64];
        let received = bench.recv(&mut out).await.unwrap();
        assert_eq!(&out[..received.len], packet);
        assert_eq!((received.source, received.ports), (None, None));
    });
}

#[test]
fn a_datagram_larger_than_the_buffer_is_told_with_its_size_and_the_next_is_whole() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        bench.forward(&forwarded(None, &noise(500))).await;
        bench.forward(&forwarded(None, b"next")).await;
        let refused = bench.recv(&mut [0; 499]).await;
        assert_eq!(refused, Err(Error::Oversized { len: 500 }));
        assert_eq!(bench.payload().await, b"next");
        assert_eq!(bench.socket.dropped(), Dropped::default());
    });
}

#[test]
fn packets_that_are_no_datagrams_are_counted_and_dropped() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let text = destination_text();
        let bad: [&[u8]; 10] = [
            b"",
            b"\n",
            b"no newline",
            b"\npayload",
            b"\xff\xfe\n\xff",
            &[b'A'; PACKET],
            text.as_bytes(),
            &format!("{text} FROM_PORT=x\npayload").into_bytes(),
            &format!("{text} FROM_PORT=1 FROM_PORT=1\npayload").into_bytes(),
            // The hash of DATAGRAM3.
            b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\npayload",
        ];
        for packet in bad {
            bench.forward(packet).await;
            bench.forward(&forwarded(None, b"good")).await;
            assert_eq!(bench.payload().await, b"good");
        }
        let dropped = bench.socket.dropped();
        assert_eq!((dropped.foreign, dropped.malformed), (0, 10));
        assert_eq!(bench.session.state(), State::Ready);
    });
}

#[test]
fn packets_from_elsewhere_are_counted_and_dropped() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let forger = udp(bench.board.host, 7654);
        let packet = forwarded(None, b"forged");
        let to = (BOARD, bench.socket.port());
        forger.send_to(&packet, to).await.unwrap();
        // Another machine, with the right port.
        let strays = &bench.board.wire.strays;
        let other = [10, 0, 0, 3];
        strays
            .borrow_mut()
            .extend(packets(other, to.1, &packet, PACKET));
        until(|| strays.borrow().is_empty()).await;
        bench.forward(&forwarded(None, b"good")).await;
        assert_eq!(bench.payload().await, b"good");
        let dropped = bench.socket.dropped();
        assert_eq!((dropped.foreign, dropped.malformed), (2, 0));
    });
}

/// 1500 bytes less the headers of IP and UDP, less that of the datagram, leave 947 bytes, 925
/// behind ports of 0.
#[test]
fn a_datagram_that_takes_one_packet_is_received_and_one_that_takes_two_is_lost_whole() {
    with_datagrams(Datagrams::repliable(), async |bench| {
        let port = bench.socket.port();
        let from = HOST.octets();
        for (ports, len, count) in [
            (None, 900, 1),
            (None, 940, 1),
            (None, 947, 1),
            (None, 948, 2),
            (None, 1000, 2),
            (Some(Ports::default()), 900, 1),
            (Some(Ports::default()), 925, 1),
            (Some(Ports::default()), 926, 2),
        ] {
            let payload = noise(len);
            let sent = packets(from, port, &forwarded(ports, &payload), PACKET);
            assert_eq!(sent.len(), count, "{len}");
            stray(bench.board.wire, sent).await;
            bench.forward(&forwarded(None, b"next")).await;
            if count == 1 {
                assert!(bench.payload().await == payload, "{len}");
            }
            assert_eq!(bench.payload().await, b"next");
        }
        assert_eq!(bench.socket.dropped(), Dropped::default());
    });
}

/// UDP from port 7655 to the board in IP packets that carry so many bytes of it.
fn packets(from: [u8; 4], port: u16, payload: &[u8], each: usize) -> Vec<Vec<u8>> {
    let len = 8 + payload.len() as u16;
    let ports = [ROUTER_PORT.to_be_bytes(), port.to_be_bytes()];
    // A checksum of zero is none.
    let udp = [
        ports.concat(),
        len.to_be_bytes().to_vec(),
        vec![0; 2],
        payload.to_vec(),
    ]
    .concat();
    let count = udp.len().div_ceil(each + 8);
    let pieces = udp.chunks(each + 8).enumerate();
    pieces
        .map(|(number, piece)| {
            let offset = (number * (each + 8) / 8) as u16;
            let more = u16::from(number + 1 < count) << 13;
            let total = 20 + piece.len() as u16;
            let [[t, u], [o, p]] = [total.to_be_bytes(), (offset | more).to_be_bytes()];
            let mut packet = vec![0x45, 0, t, u, 0, 1, o, p, 64, 17, 0, 0];
            packet.extend([from, BOARD.octets()].concat());
            let sum = packet
                .chunks(2)
                .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]));
            let sum: u32 = sum.sum();
            let sum = !((sum & 0xFFFF) + (sum >> 16)) as u16;
            packet[10..12].copy_from_slice(&sum.to_be_bytes());
            packet.extend(piece);
            packet
        })
        .collect()
}

fn stray(wire: &Faults, packets: Vec<Vec<u8>>) -> impl Future<Output = ()> {
    wire.strays.borrow_mut().extend(packets);
    until(|| wire.strays.borrow().is_empty())
}
