//! Datagrams on the session's own connection.

mod lasting;
mod receiving;
mod sending;

use std::future::Future;

use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, with_timeout};
use sam_core::error::Usage;
use sam_core::header::{CountedReceived, Source};
use sam_core::{DestinationText, Writer};
use sam_embassy::{
    Buffers, ControlDatagramSocket, DatagramBuffers, Datagrams, Destination, Dial, Error, Pool,
    Ports, Received, Session,
};

use crate::bench::{Board, SLOTS, with_wire};
use crate::dummies::{destination_text, private_key};
use crate::tasks::{Task, spawn, until};
use crate::wire::leak;

const PORTS: Ports = Ports { from: 1, to: 65535 };
/// Room for one datagram of 7600 bytes and its source.
const IN: usize = 391 + 7600;
const OUT: usize = 8192;
/// A byte in a segment takes 10 ms.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bench<T: Dial = TcpSocket<'static>> {
    board: Board<T>,
    session: Session<T>,
    socket: &'static ControlDatagramSocket,
    runner: Task<()>,
}

/// Runs a test with a session for datagrams that is online.
fn with_datagrams<F>(settings: Datagrams, test: impl FnOnce(Bench) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    with_memory(settings, leak(DatagramBuffers::<IN, OUT>::new()), test);
}

fn with_memory<const IN: usize, const OUT: usize, F>(
    settings: Datagrams,
    memory: &'static mut DatagramBuffers<IN, OUT>,
    test: impl FnOnce(Bench) -> F + 'static,
) where
    F: Future<Output = ()> + 'static,
{
    with_wire(async move |wired| {
        let buffers = leak([const { Buffers::<1024, 1024, 1536>::NEW }; SLOTS]);
        let board = Board::new(wired, Pool::new(wired.stack, buffers));
        test(online(board, settings, memory).await).await;
    });
}

async fn online<T: Dial, const IN: usize, const OUT: usize>(
    board: Board<T>,
    settings: Datagrams,
    memory: &'static mut DatagramBuffers<IN, OUT>,
) -> Bench<T> {
    let (session, runner) = board.session_and_runner(Some(1));
    let (socket, runner) = runner.with_control_datagrams(settings, memory).unwrap();
    let runner = spawn(async { panic!("the runner gave up: {}", runner.run().await) });
    session.wait_ready().await.unwrap();
    Bench {
        board,
        session,
        socket: leak(socket),
        runner,
    }
}

impl<T: Dial> Bench<T> {
    /// What the router took.
    async fn sent(&self) -> (String, Vec<u8>) {
        let sent = &self.board.router.sent;
        let came = with_timeout(PATIENCE, until(|| !sent.borrow().is_empty()));
        came.await.expect("nothing is sent");
        sent.borrow_mut().pop_front().unwrap()
    }

    /// Has the router say something.
    fn deliver(&self, bytes: Vec<u8>) {
        self.board.router.deliveries.borrow_mut().push_back(bytes);
    }

    async fn recv(&self, out: &mut [u8]) -> Result<Received, Error> {
        let received = with_timeout(PATIENCE, self.socket.recv(out));
        received.await.expect("nothing comes")
    }

    /// What the next datagram carries.
    async fn payload(&self) -> Vec<u8> {
        let mut out = [0; 7600];
        let received = self.recv(&mut out).await.unwrap();
        out[..received.len].to_vec()
    }
}

/// A datagram as routers say it.
fn received(ports: Option<Ports>, payload: &[u8]) -> Vec<u8> {
    let text = destination_text();
    let source = Source::Destination(DestinationText::new(text.as_bytes()).unwrap());
    said(Some(source), ports, None, payload)
}

fn raw(payload: &[u8]) -> Vec<u8> {
    said(None, None, None, payload)
}

fn said(
    source: Option<Source<'_>>,
    ports: Option<Ports>,
    protocol: Option<u8>,
    payload: &[u8],
) -> Vec<u8> {
    let line = CountedReceived {
        source,
        size: payload.len(),
        ports,
        protocol,
    };
    let mut bytes = vec![0; 1024 + payload.len()];
    let mut bytes = Writer::new(&mut bytes);
    line.encode_with(payload, &mut bytes).unwrap();
    bytes.written().to_vec()
}

/// The destination of the peer.
fn peer() -> Destination<Vec<u8>> {
    Destination::new(private_key(200)[..391].to_vec()).unwrap()
}

/// Bytes with newlines among them.
fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|place| (place * 31 % 251) as u8).collect()
}

fn usage(usage: Usage) -> Error {
    Error::Sam(usage.into())
}
