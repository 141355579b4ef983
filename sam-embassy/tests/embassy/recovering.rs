//! Losses, refusals and restarts.

use embassy_futures::join::join;
use embassy_time::{Duration, Instant, Timer, with_timeout};
use sam_core::ResultCode;
use sam_embassy::{Address, Error, State};

use crate::bench::{SLOTS, ping_pong, with_board, with_impatient_session, with_session};
use crate::tasks::until;

#[test]
fn a_restarted_router_gets_the_session_back_and_accepts_go_on() {
    with_session(Some(1), async |bench| {
        let router = bench.router;
        bench.session.wait_ready().await.unwrap();
        let address = bench.session.address();
        let restart = async {
            until(|| router.accepts.get() == 1).await;
            router.stop();
            until(|| bench.session.state() != State::Ready).await;
            Timer::after_millis(1500).await;
            assert_eq!(bench.session.address(), None);
            router.start();
            let began = Instant::now();
            bench.session.wait_ready().await.unwrap();
            assert!(
                began.elapsed() < Duration::from_secs(2),
                "{:?}",
                began.elapsed()
            );
            router.calls.borrow_mut().push_back(b"ping".to_vec());
        };
        let (stream, ()) = join(bench.session.accept(), restart).await;
        drop(stream.unwrap());
        assert_eq!(bench.session.address(), address);
        let ids = router.created.borrow().clone();
        assert_eq!(ids.len(), 2);
        assert_ne!(ids[0], ids[1]);
        bench.all_quiet().await;
    });
}

#[test]
fn a_router_that_lives_on_is_given_time_before_the_key_is_used_again() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let began = Instant::now();
        bench.router.cut.set(true);
        until(|| bench.session.state() != State::Ready).await;
        bench.router.cut.set(false);
        bench.session.wait_ready().await.unwrap();
        assert!(began.elapsed() >= Duration::from_secs(5));
    });
}

#[test]
fn verbs_in_progress_are_told_of_the_loss() {
    with_session(Some(1), async |bench| {
        let mut out = [0; 512];
        bench.session.wait_ready().await.unwrap();
        let name: Address = "slow.i2p".parse().unwrap();
        let (lost, ()) = join(bench.session.lookup(&name, &mut out), async {
            Timer::after_millis(100).await;
            bench.router.stop();
        })
        .await;
        assert_eq!(lost.unwrap_err(), Error::SessionLost);
        bench.router.start();
        bench.session.wait_ready().await.unwrap();
        bench.all_quiet().await;
    });
}

#[test]
fn an_id_the_router_forgot_leads_to_a_new_session() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.router.sessions.borrow_mut().clear();
        let stream = bench
            .session
            .connect(&"echo.i2p".parse::<Address>().unwrap())
            .await;
        assert_eq!(stream.err(), Some(Error::SessionLost));
        drop(bench.echo_stream().await);
        assert_eq!(bench.router.created.borrow().len(), 2);
    });
}

#[test]
fn a_duplicate_is_tried_again() {
    with_session(Some(1), async |bench| {
        let refusals = [ResultCode::DuplicatedDest, ResultCode::DuplicatedId];
        bench.router.refusals.borrow_mut().extend(refusals);
        assert_eq!(bench.session.last_error(), None);
        bench.session.wait_ready().await.unwrap();
        let last = sam_core::Error::Refused(ResultCode::DuplicatedId);
        assert_eq!(bench.session.last_error(), Some(Error::Sam(last)));
        assert_eq!(bench.pool.free(), SLOTS - 1);
    });
}

#[test]
fn an_invalid_key_is_not() {
    with_board(async |board| {
        let (session, runner) = board.session_and_runner(Some(1));
        let refused = ResultCode::InvalidKey;
        board.router.refusals.borrow_mut().push_back(refused);
        assert_eq!(runner.run().await, sam_core::Error::Refused(refused));
        assert_eq!(session.state(), State::Closed);
        board.all_gone().await;
    });
}

#[test]
fn a_router_that_never_answers_is_dialled_again() {
    with_impatient_session(async |bench| {
        bench.router.is_dumb.set(true);
        Timer::after_secs(2).await;
        assert!(matches!(
            bench.session.state(),
            State::Connecting | State::Waiting
        ));
        bench.router.is_dumb.set(false);
        bench.session.wait_ready().await.unwrap();
    });
}

#[test]
fn a_router_that_hangs_is_noticed() {
    with_impatient_session(async |bench| {
        bench.session.wait_ready().await.unwrap();
        Timer::after_secs(1).await; // several probes
        assert_eq!(bench.session.state(), State::Ready);
        bench.router.is_dumb.set(true);
        Timer::after_secs(2).await;
        assert_ne!(bench.session.state(), State::Ready);
    });
}

#[test]
fn a_lookup_that_takes_too_long_is_given_up_and_the_session_goes_on() {
    with_impatient_session(async |bench| {
        let address: Address = "slow.i2p".parse().unwrap();
        let mut out = [0; 512];
        let slow = bench.session.lookup(&address, &mut out).await;
        assert_eq!(slow.unwrap_err(), Error::TimedOut);
        assert_eq!(bench.session.state(), State::Ready);
    });
}

#[test]
fn a_link_that_was_down_comes_back() {
    with_impatient_session(async |bench| {
        bench.wire.is_cut.set(true);
        Timer::after_secs(4).await;
        assert_ne!(bench.session.state(), State::Ready);
        bench.wire.is_cut.set(false);
        bench.session.wait_ready().await.unwrap();
        bench.wire.is_cut.set(true);
        // A stream cannot be had, nor can its slot's RST leave; neither is for ever.
        let stream = with_timeout(Duration::from_secs(1), bench.echo_stream()).await;
        assert!(stream.is_err());
        Timer::after_secs(2).await;
        bench.wire.is_cut.set(false);
        drop(bench.echo_stream().await);
        bench.all_quiet().await;
    });
}

#[test]
fn a_bad_wire_costs_time_only() {
    with_session(Some(1), async |bench| {
        bench.wire.latency.set(3);
        bench.wire.loss.set(13);
        for _ in 0..3 {
            let mut stream = bench.echo_stream().await;
            ping_pong(&mut stream, &[7; 5_000]).await;
            stream.close().await.unwrap();
        }
        bench.wire.loss.set(0);
        bench.all_quiet().await;
    });
}
