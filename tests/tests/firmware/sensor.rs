//! `sensor`: readings out, commands in, and nobody else's commands.

use std::fs;
use std::net::{SocketAddr, UdpSocket};

use sam_std::loopback::LoopbackBridge;
use sam_std::{DatagramSocket, Datagrams, PrivateKey, Router, Session};

use crate::board::{BOARDS, INTERRUPT, LM3S6965EVB, PATIENCE, Running, router_at};
use crate::plug::Plug;
use crate::readings::{Reading, free_port, reading, reading_until, sensor, start};

/// Where a bridge is, by TCP and by UDP.
#[derive(Clone, Copy)]
struct At {
    tcp: SocketAddr,
    udp: SocketAddr,
}

impl At {
    fn of(bridge: &LoopbackBridge) -> Self {
        Self {
            tcp: bridge.addr(),
            udp: bridge.udp_addr(),
        }
    }

    /// A bridge where one was before.
    fn start(self) -> LoopbackBridge {
        let bridge = LoopbackBridge::builder().port(self.tcp.port());
        bridge.udp_port(self.udp.port()).start().unwrap()
    }

    /// A peer, on which no read lasts for ever.
    fn peer(self, key: Option<&PrivateKey>) -> DatagramSocket {
        let router = Router::new(&self.tcp.to_string()).unwrap();
        let router = router.with_udp(self.udp.into());
        let mut builder = Session::builder(&router);
        if let Some(key) = key {
            builder = builder.key(key);
        }
        let peer = builder.create_datagrams(Datagrams::repliable()).unwrap();
        peer.set_read_timeout(Some(PATIENCE)).unwrap();
        peer
    }

    /// What a board is told.
    fn arguments(self, peer: &DatagramSocket) -> [String; 3] {
        [
            router_at(self.tcp.port()),
            format!("router-udp={}", self.udp.port()),
            format!("peer={}", peer.address()),
        ]
    }
}

/// The key of a peer, for another one after it.
fn key_of(peer: &DatagramSocket) -> PrivateKey {
    let key = peer.session().private_key().unwrap().as_bytes();
    PrivateKey::new(key.into(), key.len()).unwrap()
}

fn start_at(board: &str, port: u16, at: At, peer: &DatagramSocket, more: &[&str]) -> Running {
    let arguments = at.arguments(peer);
    let mut all: Vec<_> = arguments.iter().map(String::as_str).collect();
    all.extend(more);
    start(board, port, &all)
}

/// Sends a command, and returns the first reading that shows another number of those obeyed.
#[track_caller]
fn obeyed(peer: &DatagramSocket, command: &[u8], before: &Reading) -> Reading {
    peer.send_to(command, &before.source).unwrap();
    reading_until(PATIENCE, peer, |reading| reading.obeyed > before.obeyed)
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn readings_come_every_second_and_as_the_peer_orders() {
    let bridge = LoopbackBridge::start().unwrap();
    let at = At::of(&bridge);
    for board in BOARDS {
        let peer = at.peer(None);
        let mut program = start_at(board, free_port(), at, &peer, &[]);
        let address = program.address();
        let first = reading(&peer);
        assert_eq!((first.number, first.every), (0, 1_000));
        assert_eq!(first.source.hash().to_string(), address.to_string());
        let began = std::time::Instant::now();
        assert_eq!(reading(&peer).number, 1);
        assert!(began.elapsed().as_millis() > 500, "{:?}", began.elapsed());
        let faster = obeyed(&peer, b"every 100", &first);
        assert_eq!((faster.every, faster.obeyed), (100, 1));
        let slower = obeyed(&peer, b"every 3600000\n", &faster);
        assert_eq!(slower.every, 3_600_000);
        // Nothing but a command brings another one now.
        let asked = obeyed(&peer, b"read", &slower);
        assert_eq!(asked.number, slower.number + 1);
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn what_is_no_command_of_the_peers_is_counted_and_ignored() {
    let bridge = LoopbackBridge::start().unwrap();
    let at = At::of(&bridge);
    for board in BOARDS {
        let [peer, stranger] = [(); 2].map(|()| at.peer(None));
        let port = free_port();
        let _program = start_at(board, port, at, &peer, &["every=200"]);
        let first = reading(&peer);
        // One after the other: the socket has room for two packets.
        for (number, command) in (1..).zip(["every 100", "read", "x"]) {
            stranger.send_to(command.as_bytes(), &first.source).unwrap();
            reading_until(PATIENCE, &peer, |reading| reading.strangers == number);
        }
        let nonsense: [&[u8]; 6] = [
            b"every 99",
            b"every 3600001",
            b"every",
            b"Read",
            b"every 0000000000100",
            b"\xff\xfe",
        ];
        for (number, command) in (1..).zip(nonsense) {
            peer.send_to(command, &first.source).unwrap();
            reading_until(PATIENCE, &peer, |reading| reading.nonsense == number);
        }
        // One that does not come from the router.
        let forger = UdpSocket::bind("127.0.0.1:0").unwrap();
        let forged = format!("{}\nevery 100", peer.destination());
        let board_port = ("10.0.2.15", port);
        forger.send_to(forged.as_bytes(), board_port).unwrap();
        let last = reading_until(PATIENCE, &peer, |reading| reading.foreign == 1);
        assert_eq!((last.strangers, last.nonsense), (3, 6));
        assert_eq!((last.obeyed, last.every, last.malformed), (0, 200, 0));
    }
}

/// The bridge tells ports, so 925 bytes are left for a datagram.
#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn datagrams_that_take_two_packets_do_not_arrive() {
    let bridge = LoopbackBridge::start().unwrap();
    let at = At::of(&bridge);
    for board in BOARDS {
        let peer = at.peer(None);
        let _program = start_at(board, free_port(), at, &peer, &[]);
        let mut last = reading(&peer);
        for (len, arrives) in [
            (900, true),
            (925, true),
            (926, false),
            (940, false),
            (1000, false),
        ] {
            peer.send_to(&vec![b'x'; len], &last.source).unwrap();
            let next = obeyed(&peer, b"read", &last);
            assert_eq!(next.nonsense - last.nonsense, usize::from(arrives), "{len}");
            last = next;
        }
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn readings_and_commands_go_on_after_a_restart_of_the_router() {
    let directory = tempfile::tempdir().unwrap();
    for board in BOARDS {
        let flash = format!("flash={}", directory.path().join(board).display());
        let bridge = LoopbackBridge::start().unwrap();
        let at = At::of(&bridge);
        let peer = at.peer(None);
        let key = key_of(&peer);
        let mut program = start_at(board, free_port(), at, &peer, &[&flash]);
        let address = program.address();
        let before = obeyed(&peer, b"every 200", &reading(&peer));
        drop((bridge, peer));
        program.says("the session is lost");
        program.says("no router answers at");
        let _bridge = at.start();
        let peer = at.peer(Some(&key));
        assert_eq!(program.address(), address);
        let after = reading(&peer);
        assert_eq!(after.source, before.source);
        assert!(after.number > before.number);
        assert_eq!(obeyed(&peer, b"every 300", &after).every, 300);
    }
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn the_device_has_its_key_before_it_has_a_router_and_keeps_it_over_a_reset() {
    let bridge = LoopbackBridge::start().unwrap();
    let at = At::of(&bridge);
    let peer = at.peer(None);
    let key = key_of(&peer);
    let arguments = at.arguments(&peer);
    drop((peer, bridge));

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("flash");
    let flash = format!("flash={}", path.display());
    let mut all: Vec<_> = arguments.iter().map(String::as_str).collect();
    all.push(&flash);
    let (mut plug, mut program) = Plug::of(sensor(LM3S6965EVB, free_port(), &all));
    plug.power_on();
    program.says("no router answers at");
    // A header of 32 bytes, then the key.
    let kept = fs::read(&path).unwrap()[32..32 + 679].to_vec();
    let kept = PrivateKey::new(kept.into(), 679).unwrap();
    let own = kept.destination().hash().to_string();

    let _bridge = at.start();
    let peer = at.peer(Some(&key));
    assert_eq!(program.address().to_string(), own);
    assert_eq!(reading(&peer).source.hash().to_string(), own);
    plug.press_reset();
    assert_eq!(program.address().to_string(), own);
    let again = reading_until(PATIENCE, &peer, |reading| reading.number == 0);
    assert_eq!(again.source.hash().to_string(), own);
}

/// Five thousand commands, each answered by a reading.
#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn ten_thousand_datagrams_leave_the_stack_as_it_was() {
    let bridge = LoopbackBridge::start().unwrap();
    let at = At::of(&bridge);
    let peer = at.peer(None);
    let directory = tempfile::tempdir().unwrap();
    let flash = format!("flash={}", directory.path().join("flash").display());
    // Its first key is made here, too, which takes most of the stack.
    let all = [flash.as_str(), "every=3600000"];
    let _program = start_at(LM3S6965EVB, free_port(), at, &peer, &all);
    let mut last = reading(&peer);
    for _ in 0..20 {
        last = obeyed(&peer, b"read", &last);
    }
    let before = last.clone();
    for _ in 0..5_000 {
        last = obeyed(&peer, b"read", &last);
    }
    assert_eq!(last.number, before.number + 5_000);
    assert!(
        last.stack - before.stack <= INTERRUPT,
        "{before:?} {last:?}"
    );
    assert_eq!((last.strangers, last.nonsense), (0, 0));
    assert_eq!((last.foreign, last.malformed), (0, 0));
    let free = last.stack_size - last.stack;
    println!("{} bytes used, {free} bytes free", last.stack);
    assert!(free >= 64 * 1024 / 5, "{free} bytes of 64 KiB are free");
}

#[test]
#[ignore = "needs QEMU and the programs: ./test.sh firmware"]
fn without_a_peer_there_is_nobody_to_send_to() {
    for board in BOARDS {
        let run = crate::board::run(board, "sensor", &[]);
        run.ended(
            1,
            "sensor: the argument peer is missing: whom to send readings to",
        );
    }
}
