//! Verbs dropped at every await leave nothing behind.

use embassy_futures::join::join;
use embassy_time::{Duration, with_timeout};
use sam_embassy::Address;

use crate::bench::{Bench, ping_pong, with_session};
use crate::polled::{Polled, polled};
use crate::tasks::until;

/// Makes many awaits of few: nothing arrives at once, and no line whole.
fn slow_down(bench: &Bench) {
    bench.wire.latency.set(3);
    bench.router.manner.portion.set(11);
}

#[test]
fn connects_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        slow_down(&bench);
        for polls in 1.. {
            match polled(polls, bench.echo_stream()).await {
                Polled::Dropped => bench.all_quiet().await,
                Polled::Done(mut stream) => {
                    assert!(polls > 5, "only {polls} polls");
                    ping_pong(&mut stream, b"still there").await;
                    break;
                }
                Polled::Idle => panic!("nothing wakes it"),
            }
        }
        bench.all_quiet().await;
    });
}

#[test]
fn connects_dropped_at_any_time() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        slow_down(&bench);
        for time in 0.. {
            let connect = with_timeout(Duration::from_millis(time), bench.echo_stream());
            if connect.await.is_ok() {
                assert!(time > 20, "after {time} ms");
                break;
            }
        }
        bench.all_quiet().await;
        ping_pong(&mut bench.echo_stream().await, b"still there").await;
    });
}

#[test]
fn accepts_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        slow_down(&bench);
        for polls in 1.. {
            match polled(polls, bench.session.accept()).await {
                Polled::Dropped => bench.all_quiet().await,
                Polled::Done(_) => panic!("nobody called"),
                Polled::Idle => {
                    assert!(polls > 5, "only {polls} polls");
                    break;
                }
            }
        }
        bench.all_quiet().await;
        accept_a_call(&bench).await;
    });
}

#[test]
fn accepts_dropped_while_somebody_calls() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        slow_down(&bench);
        bench.router.manner.portion.set(30);
        for polls in 1.. {
            let call = async {
                until(|| bench.router.accepts.get() == 1).await;
                bench.router.calls.borrow_mut().push_back(b"ping".to_vec());
            };
            let call = with_timeout(Duration::from_secs(1), call);
            let (accepted, _) = join(polled(polls, bench.session.accept()), call).await;
            bench.router.calls.borrow_mut().clear();
            let is_through = matches!(accepted, Polled::Done(_));
            drop(accepted);
            bench.all_quiet().await;
            if is_through {
                assert!(polls > 20, "only {polls} polls");
                break;
            }
        }
        accept_a_call(&bench).await;
    });
}

async fn accept_a_call(bench: &Bench) {
    bench.router.calls.borrow_mut().push_back(b"ping".to_vec());
    let mut stream = bench.session.accept().await.unwrap();
    let mut first = [0; 4];
    embedded_io_async::Read::read_exact(&mut stream, &mut first)
        .await
        .unwrap();
    assert_eq!(&first, b"ping");
    ping_pong(&mut stream, b"pong").await;
    drop(stream);
    bench.all_quiet().await;
}

#[test]
fn lookups_dropped_at_every_await_answer_nobody_else() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        slow_down(&bench);
        let known: Address = "echo.i2p".parse().unwrap();
        let unknown: Address = "nobody.i2p".parse().unwrap();
        for polls in 1.. {
            let mut out = [0; 512];
            let found = polled(polls, bench.session.lookup(&known, &mut out)).await;
            let is_through = matches!(found, Polled::Done(Ok(_)));
            assert!(bench.session.lookup(&unknown, &mut [0; 512]).await.is_err());
            if is_through {
                break;
            }
        }
        bench.all_quiet().await;
    });
}

#[test]
fn lookups_dropped_at_any_time_answer_nobody_else() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        slow_down(&bench);
        bench.router.manner.portion.set(50);
        let known: Address = "echo.i2p".parse().unwrap();
        let unknown: Address = "nobody.i2p".parse().unwrap();
        for time in (0..).step_by(7) {
            let mut out = [0; 512];
            let lookup = bench.session.lookup(&known, &mut out);
            let is_through = with_timeout(Duration::from_millis(time), lookup)
                .await
                .is_ok();
            assert!(bench.session.lookup(&unknown, &mut [0; 512]).await.is_err());
            if is_through {
                assert!(time > 50, "after {time} ms");
                break;
            }
        }
    });
}

#[test]
fn waits_for_a_session_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        slow_down(&bench);
        for polls in 1.. {
            if let Polled::Done(ready) = polled(polls, bench.session.wait_ready()).await {
                ready.unwrap();
                assert!(polls > 2, "only {polls} polls");
                break;
            }
        }
        bench.session.wait_ready().await.unwrap();
        bench.all_quiet().await;
    });
}

#[test]
fn closes_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.wire.latency.set(3);
        for polls in 1.. {
            let mut stream = bench.echo_stream().await;
            ping_pong(&mut stream, b"ping").await;
            let closed = polled(polls, stream.close()).await;
            bench.all_quiet().await;
            if let Polled::Done(closed) = closed {
                closed.unwrap();
                assert!(polls > 2, "only {polls} polls");
                break;
            }
        }
    });
}

#[test]
fn reads_and_writes_dropped_at_any_time_lose_nothing() {
    use embedded_io_async::{Read, Write};
    with_session(Some(1), async |bench| {
        let mut stream = bench.echo_stream().await;
        slow_down(&bench);
        let said: Vec<u8> = (0..10_000_u32).map(|number| (number / 7) as u8).collect();
        let (mut written, mut heard) = (0, Vec::new());
        for millis in (0..4).cycle() {
            let mut some = [0; 700];
            let limit = Duration::from_millis(millis);
            // No more under way than the buffers hold: nobody else reads meanwhile.
            let end = said.len().min(heard.len() + 1_000);
            if written < end {
                let write = stream.write(&said[written..end]);
                written += with_timeout(limit, write).await.map_or(0, Result::unwrap);
            }
            if let Ok(count) = with_timeout(limit, stream.read(&mut some)).await {
                heard.extend_from_slice(&some[..count.unwrap()]);
            }
            if heard.len() == said.len() {
                break;
            }
        }
        assert!(heard == said);
        drop(stream);
        bench.all_quiet().await;
    });
}
