//! Keys that sign for their destination for a while only.

use embassy_time::Instant;
use sam_core::error::{KeyError, Usage};
use sam_embassy::{Address, Destination, Error, Session, SessionKey, Shared, State};

use crate::bench::{Board, HOST, random, with_board};
use crate::dummies::{delegated_key, private_key};
use crate::router::PORT;
use crate::tasks::{spawn, until};
use crate::wire::leak;

/// What time it is when the board starts.
const START: u64 = 1_700_000_000;

/// A minute later.
const END: u32 = START as u32 + 60;

const EXPIRED: sam_core::Error = sam_core::Error::Usage(Usage::Key(KeyError::Expired));

fn now() -> u64 {
    START + Instant::now().as_secs()
}

/// A session of that key, whose runner looks at the clock; and what the runner returns.
fn timed(
    board: &Board,
    key: Vec<u8>,
) -> Result<(Session, impl Future<Output = sam_core::Error> + use<>), KeyError> {
    let router = sam_embassy::Router {
        silence: sam_core::time::Duration::from_millis(300),
        ..sam_embassy::Router::new((HOST, PORT))
    };
    let (key, shared) = (SessionKey::Binary(key.leak()), leak(Shared::new()));
    let (session, runner) = Session::new(router, board.pool, shared, key, random(1));
    Ok((session, runner.with_clock(now)?.run()))
}

#[test]
fn an_expired_key_never_reaches_the_router() {
    with_board(async |board| {
        let (session, runner) = timed(&board, delegated_key(1, START as u32)).unwrap();
        assert_eq!(runner.await, EXPIRED);
        assert_eq!(session.state(), State::Closed);
        assert_eq!(session.last_error(), Some(Error::Sam(EXPIRED)));
        assert!(board.router.created.borrow().is_empty());
        assert_eq!(board.router.connections.get(), 0);
    });
}

#[test]
fn a_session_ends_soon_after_its_key() {
    with_board(async |board| {
        let (session, runner) = timed(&board, delegated_key(1, END)).unwrap();
        let runner = spawn(runner);
        session.wait_ready().await.unwrap();
        let echo: Address = "echo.i2p".parse().unwrap();
        drop(session.connect(&echo).await.unwrap());
        assert_eq!(runner.join().await, EXPIRED);
        assert_eq!(now(), u64::from(END));
        board.all_gone().await;
    });
}

#[test]
fn a_key_that_expires_while_the_router_is_away_does_not_come_back() {
    with_board(async |board| {
        let (session, runner) = timed(&board, delegated_key(1, END)).unwrap();
        let runner = spawn(runner);
        session.wait_ready().await.unwrap();
        board.router.stop();
        until(|| now() > u64::from(END)).await;
        board.router.start();
        assert_eq!(runner.join().await, EXPIRED);
        assert_eq!(board.router.created.borrow().len(), 1);
    });
}

#[test]
fn an_offline_signed_session_has_the_address_of_its_identity() {
    with_board(async |board| {
        board.router.keeps_keys.set(true);
        let (session, runner) = timed(&board, delegated_key(1, END)).unwrap();
        spawn(async { panic!("{}", runner.await) }).detach();
        session.wait_ready().await.unwrap();
        let identity = private_key(1);
        let identity = Destination::new(&identity[..391]).unwrap();
        assert_eq!(session.address(), Some(identity.hash()));
    });
}

#[test]
fn a_clock_says_nothing_about_a_whole_key() {
    with_board(async |board| {
        let (session, runner) = timed(&board, private_key(1)).unwrap();
        spawn(async { panic!("{}", runner.await) }).detach();
        session.wait_ready().await.unwrap();
    });
}

#[test]
fn what_is_no_key_is_told_at_once() {
    with_board(async |board| {
        let cut = delegated_key(1, END)[..800].to_vec();
        assert_eq!(timed(&board, cut).err(), Some(KeyError::Length));
    });
}
