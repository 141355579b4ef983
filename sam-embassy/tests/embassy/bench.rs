//! A board with a session, a router at the other end of its wire, and a test that uses both.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use embassy_futures::join::join;
use embassy_futures::select::{Either3, select3};
use embassy_net::Ipv4Address;
use embassy_time::with_timeout;
use embedded_io_async::{Read, Write};
use sam_core::time::Duration;
use sam_embassy::{Address, Buffers, Pool, Session, SessionKey, Shared, Stream, Timeouts};

use crate::router::{PORT, Router, private_key, until};
use crate::wire::{End, Faults, connect, leak};

/// Slots of the board's pool: one for the session, two for streams.
pub(crate) const SLOTS: usize = 3;

pub(crate) struct Bench {
    pub(crate) session: Session,
    pub(crate) pool: &'static Pool<SLOTS>,
    pub(crate) router: &'static Router,
    pub(crate) wire: &'static Faults,
}

/// Runs a test with a session of that key, or of a transient one.
pub(crate) fn with_session<F>(key: Option<u8>, test: impl FnOnce(Bench) -> F)
where
    F: Future<Output = ()>,
{
    with_patience(key, Timeouts::DEFAULT, test);
}

/// The same with little patience for the router.
pub(crate) fn with_impatient_session<F>(test: impl FnOnce(Bench) -> F)
where
    F: Future<Output = ()>,
{
    let timeouts = Timeouts {
        hello: Duration::from_millis(500),
        naming: Duration::from_millis(1_000),
        ..Timeouts::DEFAULT
    };
    with_patience(Some(1), timeouts, test);
}

fn with_patience<F>(key: Option<u8>, timeouts: Timeouts, test: impl FnOnce(Bench) -> F)
where
    F: Future<Output = ()>,
{
    let (board, host) = (End::new(1), End::new(2));
    let buffers = leak([const { Buffers::<1024, 1024, 1536>::NEW }; SLOTS]);
    let pool = leak(Pool::new(board.stack, buffers));
    let (router, wire) = (leak(Router::new()), leak(Faults::default()));
    let key = match key {
        Some(seed) => SessionKey::Binary(private_key(seed).leak()),
        None => SessionKey::TRANSIENT,
    };
    let endpoint = (Ipv4Address::new(10, 0, 0, 2), PORT);
    let at = sam_embassy::Router {
        timeouts,
        silence: Duration::from_millis(300),
        ..sam_embassy::Router::new(endpoint)
    };
    let (session, runner) = Session::new(at, pool, leak(Shared::new()), key, random());
    let bench = Bench {
        session,
        pool,
        router,
        wire,
    };
    let host_stack = host.stack;
    let outside = join(connect(board, host, wire), router.serve(host_stack));
    let test = with_timeout(embassy_time::Duration::from_secs(60), test(bench));
    match futures_executor::block_on(select3(outside, runner.run(), test)) {
        Either3::First(_) => unreachable!("they run for ever"),
        Either3::Second(error) => panic!("the runner gave up: {error}"),
        Either3::Third(done) => done.expect("the test took longer than a minute"),
    }
}

fn random() -> impl FnMut(&mut [u8]) {
    let mut state = 1_u32;
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
    }
}

impl Bench {
    /// Waits until there is nothing left of any stream, here and at the router.
    pub(crate) async fn all_quiet(&self) {
        let router = self.router;
        let quiet = until(|| router.connections.get() == 1 && router.accepts.get() == 0);
        let quiet = with_timeout(embassy_time::Duration::from_secs(10), quiet).await;
        assert!(quiet.is_ok(), "{} connections", router.connections.get());
        assert_eq!(self.pool.free(), SLOTS - 1);
    }

    pub(crate) async fn echo_stream(&self) -> Stream {
        self.session
            .connect(&"echo.i2p".parse::<Address>().unwrap())
            .await
            .unwrap()
    }
}

/// Says something and hears it back.
pub(crate) async fn ping_pong(stream: &mut Stream, said: &[u8]) {
    stream.write_all(said).await.unwrap();
    let mut heard = vec![0; said.len()];
    stream.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, said);
}

/// Polls a future so many times and drops it; returns what it came to, if it did.
pub(crate) async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let left = Cell::new(times);
    std::future::poll_fn(|cx| {
        if left.get() == 0 {
            return Poll::Ready(None);
        }
        left.set(left.get() - 1);
        match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            // One more poll is due to see that none is left.
            Poll::Pending if left.get() == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
