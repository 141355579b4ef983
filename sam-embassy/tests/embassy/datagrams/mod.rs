//! Datagrams by UDP, with a router whose UDP port is the test's.

mod lasting;
mod making;
mod receiving;
mod sending;

use std::future::Future;

use embassy_net::Stack;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_time::{Duration, with_timeout};
use sam_core::error::Usage;
use sam_core::header::{DatagramHeader, RawHeader, Source};
use sam_core::{DestinationText, Writer};
use sam_embassy::{
    Buffers, DatagramSocket, Datagrams, Destination, Error, Pool, Ports, Received, Session,
};

use crate::bench::{BOARD, Board, SLOTS, Wired, with_wire};
use crate::dummies::{destination_text, private_key};
use crate::tasks::{Task, spawn};
use crate::wire::leak;

/// Where the router takes datagrams.
const ROUTER_PORT: u16 = 7655;
/// What a packet of 1500 bytes carries by UDP.
const PACKET: usize = 1472;
const PORTS: Ports = Ports { from: 1, to: 65535 };

struct Bench {
    board: Board,
    session: Session,
    socket: &'static DatagramSocket,
    runner: Task<()>,
    /// The router's end.
    router: UdpSocket<'static>,
}

/// A UDP socket with room for four packets each way; port 0 leaves it unbound.
fn udp(stack: Stack<'static>, port: u16) -> UdpSocket<'static> {
    let meta = || leak([PacketMetadata::EMPTY; 4]);
    let bytes = || leak([0; 4 * PACKET]);
    let mut socket = UdpSocket::new(stack, meta(), bytes(), meta(), bytes());
    if port > 0 {
        socket.bind(port).unwrap();
    }
    socket
}

/// Runs a test with a session for datagrams that is online.
fn with_datagrams<F>(settings: Datagrams, test: impl FnOnce(Bench) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    with_wire(async move |wired| {
        let board = board(wired);
        let (session, runner) = board.session_and_runner(Some(1));
        let made = runner.with_datagrams(settings, udp(wired.stack, 0));
        let (socket, runner) = made.unwrap();
        let runner = spawn(async { panic!("the runner gave up: {}", runner.run().await) });
        session.wait_ready().await.unwrap();
        let bench = Bench {
            board,
            session,
            socket: leak(socket),
            runner,
            router: udp(wired.host, ROUTER_PORT),
        };
        test(bench).await;
    });
}

/// A board that has no session yet.
fn board(wired: Wired) -> Board {
    let buffers = leak([const { Buffers::<1024, 1024, 1536>::NEW }; SLOTS]);
    Board::new(wired, Pool::new(wired.stack, buffers))
}

impl Bench {
    /// What the board has sent, and from which port.
    async fn sent(&self) -> (Vec<u8>, u16) {
        let mut packet = [0; PACKET];
        let (len, from) = self.router.recv_from(&mut packet).await.unwrap();
        assert_eq!(from.endpoint.addr, BOARD.into());
        (packet[..len].to_vec(), from.endpoint.port)
    }

    /// Sends the board a packet of the router's.
    async fn forward(&self, packet: &[u8]) {
        let to = (BOARD, self.socket.port());
        self.router.send_to(packet, to).await.unwrap();
    }

    async fn recv(&self, out: &mut [u8]) -> Result<Received, Error> {
        let received = with_timeout(Duration::from_secs(5), self.socket.recv(out));
        received.await.expect("nothing comes")
    }

    /// What the next datagram carries.
    async fn payload(&self) -> Vec<u8> {
        let mut out = [0; PACKET];
        let received = self.recv(&mut out).await.unwrap();
        out[..received.len].to_vec()
    }

    fn id(&self) -> String {
        self.board.router.created.borrow().last().unwrap().clone()
    }
}

/// A packet as routers forward it.
fn forwarded(ports: Option<Ports>, payload: &[u8]) -> Vec<u8> {
    let text = destination_text();
    let header = DatagramHeader {
        source: Source::Destination(DestinationText::new(text.as_bytes()).unwrap()),
        ports,
    };
    let mut packet = [0; 2 * PACKET];
    let mut packet = Writer::new(&mut packet);
    header.encode(&mut packet).unwrap();
    packet.put(payload).unwrap();
    packet.written().to_vec()
}

fn raw(ports: Ports, payload: &[u8]) -> Vec<u8> {
    let mut packet = [0; PACKET];
    let mut packet = Writer::new(&mut packet);
    let protocol = 200;
    RawHeader { ports, protocol }.encode(&mut packet).unwrap();
    packet.put(payload).unwrap();
    packet.written().to_vec()
}

/// The destination of the peer.
fn peer() -> Destination<Vec<u8>> {
    Destination::new(private_key(200)[..391].to_vec()).unwrap()
}

fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|place| (place * 31 % 251) as u8).collect()
}

fn usage(usage: Usage) -> Error {
    Error::Sam(usage.into())
}
