//! Sessions and lookups.

use sam_core::ResultCode;
use sam_embassy::{
    Address, Destination, Error, SessionOption, SessionOptions, Shared, State, Stream, Tunnels,
};

use crate::bench::{SLOTS, with_board, with_session};
use crate::dummies::{destination_text, private_key};
use crate::tasks::spawn;

#[test]
fn a_session_has_the_address_of_its_key() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        assert_eq!(bench.session.state(), State::Ready);
        let key = private_key(1);
        let address = Destination::new(&key[..391]).unwrap().hash();
        assert_eq!(bench.session.address(), Some(address));
        assert_eq!(bench.pool.free(), SLOTS - 1);
    });
}

#[test]
fn a_transient_session_knows_its_address() {
    with_session(None, async |bench| {
        bench.session.wait_ready().await.unwrap();
        assert!(bench.session.address().is_some());
    });
}

#[test]
fn lookups_need_no_slot_and_take_turns() {
    with_session(Some(1), async |bench| {
        let known: Address = "echo.i2p".parse().unwrap();
        let unknown: Address = "nobody.i2p".parse().unwrap();
        let (mut one, mut two, mut three) = ([0; 512], [0; 512], [0; 390]);
        let (found, missing, too_long) = embassy_futures::join::join3(
            bench.session.lookup(&known, &mut one),
            bench.session.lookup(&unknown, &mut two),
            bench.session.lookup(&known, &mut three),
        )
        .await;
        assert_eq!(found.unwrap().to_string(), destination_text());
        let not_found = sam_core::Error::Refused(ResultCode::KeyNotFound);
        assert_eq!(missing.unwrap_err(), Error::Sam(not_found));
        let full = sam_core::error::Full::Output;
        assert_eq!(too_long.unwrap_err(), Error::Sam(full.into()));
        assert_eq!(bench.pool.free(), SLOTS - 1);
    });
}

#[test]
fn options_reach_the_router() {
    const OPTIONS: SessionOptions<'static> = SessionOptions {
        others: &[
            Tunnels::Inbound.nickname("sensor"),
            SessionOption::reduce_on_idle(true),
            SessionOption::other("i2p.streaming.profile", "2"),
        ],
        ..SessionOptions::DEFAULT
    };
    with_board(async |board| {
        let (session, runner) = board.session_and_runner(Some(1));
        let _runner = spawn(runner.with_options(OPTIONS).run());
        session.wait_ready().await.unwrap();
        let heard = board.router.options.borrow().clone();
        let expected = [
            "inbound.quantity=3",
            "outbound.quantity=3",
            "i2cp.leaseSetEncType=4",
            "inbound.nickname=sensor",
            "i2cp.reduceOnIdle=true",
            "i2p.streaming.profile=2",
        ];
        assert_eq!(heard, expected);
    });
}

#[test]
fn options_that_cannot_be_sent_end_the_runner() {
    const OPTIONS: SessionOptions<'static> = SessionOptions {
        others: &[SessionOption::tags_to_send(0)],
        ..SessionOptions::DEFAULT
    };
    with_board(async |board| {
        let (_session, runner) = board.session_and_runner(Some(1));
        let error = runner.with_options(OPTIONS).run().await;
        assert_eq!(error, sam_core::error::Usage::OutOfRange.into());
        assert!(board.router.created.borrow().is_empty());
    });
}

#[test]
fn without_its_runner_a_session_is_closed() {
    with_board(async |board| {
        let (session, runner) = board.session_and_runner(Some(1));
        drop(runner);
        assert_eq!(session.state(), State::Closed);
        let address: Address = "echo.i2p".parse().unwrap();
        assert_eq!(session.wait_ready().await, Err(Error::Closed));
        assert_eq!(session.accept().await.err(), Some(Error::Closed));
        assert_eq!(session.connect(&address).await.err(), Some(Error::Closed));
        let found = session.lookup(&address, &mut []).await;
        assert_eq!(found.err(), Some(Error::Closed));
        board.all_gone().await;
    });
}

#[test]
fn what_a_session_costs() {
    with_board(async |board| {
        let (session, runner) = board.session_and_runner(Some(1));
        let address: Address = "echo.i2p".parse().unwrap();
        let table = [
            ("Shared", size_of::<Shared>(), 1024),
            ("Session", size_of_val(&session), 64),
            ("Stream", size_of::<Stream>(), 160),
            ("run", size_of_val(&runner.run()), 1536),
            ("accept", size_of_val(&session.accept()), 1536),
            ("connect", size_of_val(&session.connect(&address)), 1536),
            (
                "lookup",
                size_of_val(&session.lookup(&address, &mut [])),
                512,
            ),
            ("forward", size_of_val(&session.forward(1)), 1280),
            (
                "accept_forwarded",
                size_of_val(&session.accept_forwarded(1)),
                1024,
            ),
        ];
        println!("bytes on a computer: {table:?}");
        for (what, size, most) in table {
            assert!(size <= most, "{what}: {size} B, more than {most} B");
        }
    });
}
