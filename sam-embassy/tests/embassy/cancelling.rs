//! Verbs dropped at every await leave nothing behind.

use sam_embassy::Address;

use crate::bench::{ping_pong, polled, with_session};
use crate::router::until;

#[test]
fn connects_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        for polls in 1.. {
            let stream = polled(polls, bench.echo_stream()).await;
            let is_through = stream.is_some();
            drop(stream);
            bench.all_quiet().await;
            if is_through {
                assert!(polls > 5, "only {polls} polls");
                break;
            }
        }
        let mut stream = bench.echo_stream().await;
        ping_pong(&mut stream, b"still there").await;
    });
}

#[test]
fn accepts_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        for polls in 1..40 {
            assert!(polled(polls, bench.session.accept()).await.is_none());
            bench.all_quiet().await;
        }
        let waiting = async {
            until(|| bench.router.accepts.get() == 1).await;
            bench.router.calls.borrow_mut().push_back(b"ping".to_vec());
        };
        let (stream, ()) = embassy_futures::join::join(bench.session.accept(), waiting).await;
        ping_pong_behind(stream.unwrap()).await;
        bench.all_quiet().await;
    });
}

async fn ping_pong_behind(mut stream: sam_embassy::Stream) {
    use embedded_io_async::Read;
    let mut first = [0; 4];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"ping");
    ping_pong(&mut stream, b"pong").await;
}

#[test]
fn lookups_dropped_at_every_await_answer_nobody_else() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let known: Address = "echo.i2p".parse().unwrap();
        let unknown: Address = "nobody.i2p".parse().unwrap();
        for polls in 1.. {
            let mut out = [0; 512];
            let found = polled(polls, bench.session.lookup(&known, &mut out)).await;
            let is_through = found.is_some();
            assert!(bench.session.lookup(&unknown, &mut [0; 512]).await.is_err());
            if is_through {
                break;
            }
        }
        bench.all_quiet().await;
    });
}

#[test]
fn closes_dropped_at_every_await() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        for polls in 1.. {
            let mut stream = bench.echo_stream().await;
            ping_pong(&mut stream, b"ping").await;
            let closed = polled(polls, stream.close()).await;
            bench.all_quiet().await;
            if closed.is_some() {
                break;
            }
        }
    });
}
