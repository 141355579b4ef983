//! A board whose router is sam-std's loopback bridge, behind a gateway; on the real clock.

use std::cell::RefCell;
use std::thread;

use embassy_futures::join::join;
use embassy_net::Stack;
use embassy_time::{Duration, with_timeout};
use sam_embassy::{Address, Buffers, Pool, Session, SessionKey, Shared, Stream};
#[cfg(feature = "control-datagrams")]
use sam_embassy::{ControlDatagramSocket, DatagramBuffers, Datagrams};
use sam_std::loopback::{Builder, LoopbackBridge};

use crate::bench::{BOARD, HOST, random};
use crate::clock::Pace;
use crate::dummies::private_key;
use crate::gateway::Gateway;
use crate::router::PORT;
use crate::tasks::{self, Task, spawn, until};
use crate::wire::{End, Faults, connect, leak};

/// Slots of the board's pool: two for sessions, six for streams.
pub(crate) const SLOTS: usize = 8;

pub(crate) struct Lan {
    pub(crate) pool: &'static Pool<SLOTS>,
    pub(crate) gateway: &'static Gateway,
    pub(crate) host: Stack<'static>,
    bridge: RefCell<Option<LoopbackBridge>>,
    runners: RefCell<Vec<Task<()>>>,
}

/// Runs a test beside a bridge.
pub(crate) fn with_bridge<F>(bridge: Builder, test: impl FnOnce(Lan) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    tasks::run(Pace::Real, async {
        let (board, host) = (End::new(BOARD), End::new(HOST));
        let buffers = leak([const { Buffers::<1024, 1024, 1536>::NEW }; SLOTS]);
        let lan = Lan {
            pool: leak(Pool::new(board.stack, buffers)),
            gateway: leak(Gateway::default()),
            host: host.stack,
            bridge: RefCell::default(),
            runners: RefCell::default(),
        };
        lan.gateway.serve(host.stack);
        spawn(connect(board, host, leak(Faults::default()))).detach();
        lan.start(bridge);
        let done = with_timeout(Duration::from_secs(60), test(lan)).await;
        done.expect("the test took longer than a minute");
    });
}

impl Lan {
    pub(crate) fn start(&self, bridge: Builder) {
        let bridge = bridge.start().unwrap();
        self.gateway.bridge.set(Some(bridge.addr()));
        self.bridge.replace(Some(bridge));
    }

    pub(crate) fn stop(&self) {
        self.gateway.bridge.set(None);
        drop(self.bridge.take());
    }

    pub(crate) fn router(&self) -> sam_embassy::Router {
        sam_embassy::Router::new((HOST, PORT))
    }

    /// A session that is online, and its address.
    pub(crate) async fn session(&self, seed: u8) -> (Session, Address) {
        let key = SessionKey::Binary(private_key(seed).leak());
        self.session_of(key, seed).await
    }

    pub(crate) async fn session_of(
        &self,
        key: SessionKey<'static>,
        seed: u8,
    ) -> (Session, Address) {
        let shared = leak(Shared::new());
        let (session, runner) = Session::new(self.router(), self.pool, shared, key, random(seed));
        let runner = spawn(async { panic!("the runner gave up: {}", runner.run().await) });
        self.runners.borrow_mut().push(runner);
        session.wait_ready().await.unwrap();
        (session, session.address().unwrap().into())
    }

    /// A session for datagrams on its own connection, and its socket.
    #[cfg(feature = "control-datagrams")]
    pub(crate) async fn datagrams(&self, seed: u8) -> (Session, ControlDatagramSocket) {
        let key = SessionKey::Binary(private_key(seed).leak());
        let shared = leak(Shared::new());
        let (session, runner) = Session::new(self.router(), self.pool, shared, key, random(seed));
        let memory = leak(DatagramBuffers::<8192, 8192>::new());
        let made = runner.with_control_datagrams(Datagrams::repliable(), memory);
        let (socket, runner) = made.unwrap();
        let runner = spawn(async { panic!("the runner gave up: {}", runner.run().await) });
        self.runners.borrow_mut().push(runner);
        session.wait_ready().await.unwrap();
        (session, socket)
    }

    pub(crate) fn end_sessions(&self) {
        self.runners.take();
    }

    /// A session of a program on a computer.
    pub(crate) fn peer(&self) -> sam_std::Session {
        let bridge = self.gateway.bridge.get().unwrap().to_string();
        let router = sam_std::Router::new(&bridge).unwrap();
        sam_std::Session::builder(&router)
            .transient()
            .create()
            .unwrap()
    }

    /// Waits until there is nothing left but that many sessions.
    pub(crate) async fn all_quiet(&self, sessions: usize) {
        let quiet = until(|| self.gateway.connections.get() == sessions);
        let quiet = with_timeout(Duration::from_secs(10), quiet).await;
        assert!(quiet.is_ok(), "{}", self.gateway.connections.get());
        assert_eq!(self.pool.free(), SLOTS - sessions);
    }
}

/// A bridge like any other.
pub(crate) fn builder() -> Builder {
    LoopbackBridge::builder()
}

/// Does something that blocks.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::spawn(work);
    until(|| thread.is_finished()).await;
    thread.join().unwrap()
}

/// A stream between two sessions, from both ends.
pub(crate) async fn meet(one: Session, address: &Address, other: Session) -> (Stream, Stream) {
    let (connected, accepted) = join(one.connect(address), other.accept()).await;
    (connected.unwrap(), accepted.unwrap())
}
