//! A board with a session, a router at the other end of its wire, and a test that uses both.

use std::cell::RefCell;
use std::future::Future;

use embassy_net::tcp::TcpSocket;
use embassy_net::{Ipv4Address, Stack};
use embassy_time::with_timeout;
use embedded_io_async::{Read, Write};
use sam_core::time::Duration;
use sam_embassy::{
    Address, Buffers, Dial, Pool, Runner, Session, SessionKey, Shared, Stream, Timeouts,
};

use crate::clock::Pace;
use crate::dummies::private_key;
use crate::router::{PORT, Router};
use crate::tasks::{self, Task, spawn, until};
use crate::wire::{End, Faults, connect, leak};

/// Slots of the board's pool: one for the session, two for streams.
pub(crate) const SLOTS: usize = 3;

/// The address of the router.
pub(crate) const HOST: Ipv4Address = Ipv4Address::new(10, 0, 0, 2);

/// The address of the board.
pub(crate) const BOARD: Ipv4Address = Ipv4Address::new(10, 0, 0, 1);

/// Two stacks with a wire between them, and a router on the second.
#[derive(Clone, Copy)]
pub(crate) struct Wired {
    pub(crate) stack: Stack<'static>,
    pub(crate) host: Stack<'static>,
    pub(crate) router: &'static Router,
    pub(crate) wire: &'static Faults,
}

pub(crate) type Random = Box<dyn FnMut(&mut [u8])>;

/// A board without a session, and its router.
pub(crate) struct Board<T: Dial = TcpSocket<'static>> {
    pub(crate) pool: &'static Pool<SLOTS, T>,
    pub(crate) router: &'static Router,
    pub(crate) wire: &'static Faults,
    pub(crate) host: Stack<'static>,
    pub(crate) timeouts: Timeouts,
}

pub(crate) struct Bench<T: Dial = TcpSocket<'static>> {
    pub(crate) session: Session<T>,
    /// The task that runs the session's runner.
    pub(crate) runner: RefCell<Option<Task<()>>>,
    pub(crate) pool: &'static Pool<SLOTS, T>,
    pub(crate) router: &'static Router,
    pub(crate) wire: &'static Faults,
    pub(crate) host: Stack<'static>,
}

/// Runs a test with a session of that key, or of a transient one.
pub(crate) fn with_session<F>(key: Option<u8>, test: impl FnOnce(Bench) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    with_board(async move |board| test(board.session(key)).await);
}

/// The same with little patience for the router.
pub(crate) fn with_impatient_session<F>(test: impl FnOnce(Bench) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    with_board(async move |mut board| {
        board.timeouts.hello = Duration::from_millis(500);
        board.timeouts.naming = Duration::from_millis(1_000);
        test(board.session(Some(1))).await;
    });
}

/// Runs a test with a board that has no session yet.
pub(crate) fn with_board<F>(test: impl FnOnce(Board) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    with_wire(async move |wired| {
        let buffers = leak([const { Buffers::<1024, 1024, 1536>::NEW }; SLOTS]);
        test(Board::new(wired, Pool::new(wired.stack, buffers))).await;
    });
}

/// Runs a test with a board that has no pool yet.
pub(crate) fn with_wire<F>(test: impl FnOnce(Wired) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    tasks::run(Pace::Jumping, async {
        let (board, host) = (End::new(BOARD), End::new(HOST));
        let wired = Wired {
            stack: board.stack,
            host: host.stack,
            router: leak(Router::new()),
            wire: leak(Faults::default()),
        };
        wired.router.serve(wired.host);
        spawn(connect(board, host, wired.wire)).detach();
        test(wired).await;
    });
}

impl<T: Dial> Board<T> {
    pub(crate) fn new(wired: Wired, pool: Pool<SLOTS, T>) -> Self {
        Self {
            pool: leak(pool),
            router: wired.router,
            wire: wired.wire,
            host: wired.host,
            timeouts: Timeouts::DEFAULT,
        }
    }

    /// A session of that key, or of a transient one, with a task that runs it.
    pub(crate) fn session(&self, key: Option<u8>) -> Bench<T> {
        let (session, runner) = self.session_and_runner(key);
        let runner = spawn(async { panic!("the runner gave up: {}", runner.run().await) });
        Bench {
            session,
            runner: RefCell::new(Some(runner)),
            pool: self.pool,
            router: self.router,
            wire: self.wire,
            host: self.host,
        }
    }

    /// A session and what has to be run for it.
    pub(crate) fn session_and_runner(&self, key: Option<u8>) -> (Session<T>, Runner<Random, T>) {
        let key = match key {
            Some(seed) => SessionKey::Binary(private_key(seed).leak()),
            None => SessionKey::TRANSIENT,
        };
        let router = sam_embassy::Router {
            timeouts: self.timeouts,
            silence: Duration::from_millis(300),
            ..sam_embassy::Router::new((HOST, PORT))
        };
        Session::new(router, self.pool, leak(Shared::new()), key, random(1))
    }

    /// Waits until there is nothing of ours left at the router, nor a slot in use.
    pub(crate) async fn all_gone(&self) {
        let router = self.router;
        let gone = until(|| router.connections.get() + router.accepts.get() == 0);
        let gone = with_timeout(embassy_time::Duration::from_secs(4), gone).await;
        assert!(gone.is_ok(), "{} connections", router.connections.get());
        assert!(router.sessions.borrow().is_empty());
        assert_eq!(self.pool.free(), SLOTS);
    }
}

/// Bytes that look random.
pub(crate) fn random(seed: u8) -> Random {
    let mut state = u32::from(seed);
    Box::new(move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
    })
}

impl<T: Dial> Bench<T> {
    /// Waits until there is nothing left of any stream, here and at the router.
    pub(crate) async fn all_quiet(&self) {
        let router = self.router;
        let quiet = until(|| router.connections.get() == 1 && router.accepts.get() == 0);
        // Sooner than the router finds out by itself.
        let quiet = with_timeout(embassy_time::Duration::from_secs(4), quiet).await;
        assert!(quiet.is_ok(), "{} connections", router.connections.get());
        assert_eq!(self.pool.free(), SLOTS - 1);
    }

    pub(crate) async fn echo_stream(&self) -> Stream<T> {
        self.session
            .connect(&"echo.i2p".parse::<Address>().unwrap())
            .await
            .unwrap()
    }
}

/// Says something and hears it back.
pub(crate) async fn ping_pong(stream: &mut (impl Read + Write), said: &[u8]) {
    stream.write_all(said).await.unwrap();
    let mut heard = vec![0; said.len()];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, said);
}
