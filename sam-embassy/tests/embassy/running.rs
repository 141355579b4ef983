//! Runners that are dropped: the session ends at the router, and its verbs with `Closed`.

use embassy_time::{Duration, Timer, with_timeout};
use sam_embassy::{Address, Error, Session, State};

use crate::bench::{SLOTS, with_board, with_session};
use crate::polled::{Polled, polled};
use crate::tasks::{Task, spawn, until};

/// Verbs that wait, each in a task of its own.
struct Waiting {
    ready: Task<Result<(), Error>>,
    accept: Task<Option<Error>>,
    connect: Task<Option<Error>>,
    lookup: Task<Option<Error>>,
}

impl Waiting {
    fn new(session: Session) -> Self {
        let name = "slow.i2p".parse::<Address>().unwrap();
        let same = name.clone();
        Self {
            ready: spawn(async move { session.wait_ready().await }),
            accept: spawn(async move { session.accept().await.err() }),
            connect: spawn(async move { session.connect(&name).await.err() }),
            lookup: spawn(async move { session.lookup(&same, &mut [0; 512]).await.err() }),
        }
    }

    /// Waits for all of them to say that the session is closed.
    async fn all_closed(self) {
        let all = async {
            assert!(matches!(
                self.ready.join().await,
                Ok(()) | Err(Error::Closed)
            ));
            assert_eq!(self.accept.join().await, Some(Error::Closed));
            assert_eq!(self.connect.join().await, Some(Error::Closed));
            assert_eq!(self.lookup.join().await, Some(Error::Closed));
        };
        let at_once = with_timeout(Duration::from_millis(1), all).await;
        assert!(at_once.is_ok(), "a verb still waits");
    }
}

#[test]
fn a_runner_dropped_at_every_await_before_the_session_is_online() {
    with_board(async |board| {
        board.wire.latency.set(3);
        board.router.manner.portion.set(50);
        for polls in 1.. {
            let (session, runner) = board.session_and_runner(Some(1));
            let waiting = Waiting::new(session);
            // It never waits for ever: after a silence it asks the router for a sign of life.
            let run = polled(polls, runner.run()).await;
            assert!(matches!(run, Polled::Dropped), "{run:?}");
            let was_online = waiting.ready.is_done();
            assert_eq!(session.state(), State::Closed);
            waiting.all_closed().await;
            board.all_gone().await;
            if was_online {
                assert!(polls > 20, "only {polls} polls");
                break;
            }
        }
    });
}

#[test]
fn a_runner_dropped_at_every_await_of_a_session_at_work() {
    with_board(async |board| {
        board.wire.latency.set(3);
        board.router.manner.portion.set(300);
        for millis in (0..1_400).step_by(23) {
            let (session, runner) = board.session_and_runner(Some(1));
            let runner = spawn(runner.run());
            session.wait_ready().await.unwrap();
            let waiting = Waiting::new(session);
            Timer::after_millis(millis).await;
            drop(runner);
            waiting.all_closed().await;
            board.all_gone().await;
        }
    });
}

#[test]
fn a_runner_dropped_while_it_tries_again_leaves_nothing() {
    with_board(async |board| {
        for millis in (0..3_000).step_by(37) {
            let (session, runner) = board.session_and_runner(Some(1));
            let runner = spawn(runner.run());
            session.wait_ready().await.unwrap();
            let waiting = Waiting::new(session);
            board.router.stop();
            until(|| session.state() != State::Ready).await;
            let restart = async {
                Timer::after_millis(1_000).await;
                board.router.start();
            };
            let restart = spawn(restart);
            Timer::after_millis(millis).await;
            drop(runner);
            let _ = waiting;
            restart.join().await;
            assert_eq!(session.state(), State::Closed);
            board.all_gone().await;
        }
    });
}

#[test]
fn a_running_runner_that_is_dropped_ends_the_session_and_wakes_who_waits() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let waiting = Waiting::new(bench.session);
        until(|| bench.router.accepts.get() == 1).await;
        assert_eq!(bench.pool.free(), SLOTS - 3);
        drop(bench.runner.take());
        waiting.all_closed().await;
        until(|| bench.router.sessions.borrow().is_empty()).await;
        until(|| bench.router.connections.get() == 0).await;
        assert_eq!(bench.pool.free(), SLOTS);
    });
}

#[test]
fn twenty_tasks_can_wait_for_a_session() {
    with_board(async |board| {
        board.router.stop();
        let (session, runner) = board.session_and_runner(Some(1));
        let _runner = spawn(runner.run());
        let tasks = [(); 20].map(|()| spawn(async move { session.wait_ready().await }));
        Timer::after_secs(1).await;
        board.router.start();
        for task in tasks {
            assert_eq!(task.join().await, Ok(()));
        }
    });
}
