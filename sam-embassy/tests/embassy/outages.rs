//! A wire that is slow, loses packets, or is unplugged for a while.

use embassy_futures::join::{join, join3};
use embassy_time::{Duration, Instant, Timer, with_timeout};
use embedded_io_async::{Read, Write};
use sam_embassy::{Error, State, Stream};

use crate::bench::{Bench, SLOTS, ping_pong, with_board, with_session};
use crate::tasks::{spawn, until};

/// What a router that echoes is told: nothing in it repeats soon.
fn payload(len: u32) -> Vec<u8> {
    (0..len)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// Sends bytes both ways at once, and checks every one.
async fn echo(stream: &mut Stream, said: &[u8]) {
    let mut heard = vec![0; said.len()];
    let (mut reader, mut writer) = stream.split();
    let (wrote, read) = join(writer.write_all(said), reader.read_exact(&mut heard)).await;
    wrote.unwrap();
    read.unwrap();
    assert!(heard == said);
}

/// Waits for the router to give up connections whose end it has not heard of.
async fn all_forgotten(bench: &Bench) {
    let forgotten = until(|| bench.router.connections.get() == 1);
    let forgotten = with_timeout(Duration::from_secs(100), forgotten).await;
    assert!(forgotten.is_ok(), "{}", bench.router.connections.get());
    bench.all_quiet().await;
}

#[test]
fn a_slow_wire_that_loses_every_seventh_packet_loses_no_byte() {
    with_session(Some(1), async |bench| {
        let mut stream = bench.echo_stream().await;
        bench.wire.latency.set(20);
        bench.wire.loss.set(7);
        echo(&mut stream, &payload(64 * 1024)).await;
        assert!(bench.wire.lost.get() > 20, "{}", bench.wire.lost.get());
        stream.close().await.unwrap();
        bench.wire.loss.set(0);
        bench.all_quiet().await;
    });
}

#[test]
fn a_stream_outlives_short_outages_whole() {
    with_session(Some(1), async |bench| {
        let mut stream = bench.echo_stream().await;
        bench.wire.latency.set(5);
        bench.wire.loss.set(50);
        let said = payload(64 * 1024);
        let outages = async {
            for seconds in [1, 4, 10] {
                Timer::after_millis(300).await;
                bench.wire.cut_for(Duration::from_secs(seconds)).await;
            }
        };
        join(echo(&mut stream, &said), outages).await;
        // The session may have been given up meanwhile: its router was silent for long.
        bench.wire.loss.set(0);
        bench.session.wait_ready().await.unwrap();
        drop(stream);
        all_forgotten(&bench).await;
    });
}

#[test]
fn every_verb_on_a_slow_wire_that_loses_packets() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.wire.latency.set(20);
        bench.wire.loss.set(7);
        for _ in 0..10 {
            bench.router.calls.borrow_mut().push_back(b"ping".to_vec());
            let mut first = [0; 4];
            let mut stream = bench.session.accept().await.unwrap();
            stream.read_exact(&mut first).await.unwrap();
            assert_eq!(&first, b"ping");
            ping_pong(&mut stream, &payload(3_000)).await;
            stream.close().await.unwrap();
            ping_pong(&mut connect(&bench).await, b"ping").await;
        }
        bench.wire.loss.set(0);
        bench.all_quiet().await;
    });
}

/// Tries until it works, as a program does.
async fn connect(bench: &Bench) -> Stream {
    let name = "echo.i2p".parse::<sam_embassy::Address>().unwrap();
    loop {
        match bench.session.connect(&name).await {
            Ok(stream) => return stream,
            Err(Error::Unreachable | Error::Reset | Error::TimedOut | Error::SessionLost) => {}
            Err(error) => panic!("{error}"),
        }
        Timer::after_millis(200).await;
    }
}

#[test]
fn a_wire_unplugged_at_any_moment_of_a_connect() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.wire.latency.set(5);
        for before in (0..60).step_by(3) {
            bench.router.manner.portion.set(20);
            let outage = async {
                Timer::after_millis(before).await;
                bench.wire.cut_for(Duration::from_secs(before % 7)).await;
            };
            let (mut stream, ()) = join(connect(&bench), outage).await;
            bench.router.manner.portion.set(usize::MAX);
            echo(&mut stream, &payload(3_000)).await;
            drop(stream);
            bench.session.wait_ready().await.unwrap();
        }
        all_forgotten(&bench).await;
    });
}

#[test]
fn a_wire_unplugged_at_any_moment_of_an_accept() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        bench.wire.latency.set(5);
        bench.router.manner.portion.set(100);
        for before in (0..80).step_by(7) {
            let session = bench.session;
            let accept = spawn(async move { session.accept().await });
            Timer::after_millis(before).await;
            bench.wire.cut_for(Duration::from_secs(before % 13)).await;
            // An accept that the board has given up must not be the one that is called.
            bench.session.wait_ready().await.unwrap();
            Timer::after_secs(30).await;
            until(|| bench.router.accepts.get() == 1).await;
            bench.router.calls.borrow_mut().push_back(payload(500));
            let mut stream = accept.join().await.unwrap();
            let mut heard = [0; 500];
            stream.read_exact(&mut heard).await.unwrap();
            assert!(heard[..] == payload(500));
            drop(stream);
        }
        all_forgotten(&bench).await;
    });
}

#[test]
fn a_wire_unplugged_at_any_moment_of_a_create() {
    with_board(async |board| {
        board.wire.latency.set(5);
        board.router.manner.portion.set(100);
        for before in (0..160).step_by(4) {
            let (session, runner) = board.session_and_runner(Some(1));
            let runner = spawn(runner.run());
            Timer::after_millis(before).await;
            board
                .wire
                .cut_for(Duration::from_secs(1 + before % 11))
                .await;
            let limit = Duration::from_secs(90);
            let ready = with_timeout(limit, session.wait_ready()).await;
            assert_eq!(ready, Ok(Ok(())), "unplugged after {before} ms");
            Timer::after_secs(1).await;
            assert_eq!(session.state(), State::Ready);
            drop(runner);
            // What the router had of it before goes when it is asked for a sign of life.
            let gone = until(|| board.router.connections.get() == 0);
            assert!(with_timeout(Duration::from_secs(100), gone).await.is_ok());
            board.all_gone().await;
        }
    });
}

#[test]
fn a_wire_unplugged_for_long_ends_streams_and_the_session_comes_back() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        let address = bench.session.address();
        let (mut reading, mut writing) = (bench.echo_stream().await, bench.echo_stream().await);
        ping_pong(&mut reading, b"ping").await;
        bench.wire.is_cut.set(true);
        let began = Instant::now();
        let read = async { reading.read(&mut [0; 8]).await };
        let write = async { writing.write_all(&[7; 10_000]).await };
        let limit = Duration::from_secs(80);
        let (read, written, ()) = join3(
            with_timeout(limit, read),
            with_timeout(limit, write),
            until(|| bench.session.state() != State::Ready),
        )
        .await;
        assert_eq!(read, Ok(Err(Error::Reset)));
        assert_eq!(written, Ok(Err(Error::Reset)));
        let waited = began.elapsed().as_secs();
        assert!((40..=65).contains(&waited), "{waited} s");
        drop((reading, writing));
        Timer::after_secs(5).await;
        assert_eq!(bench.session.address(), None);
        bench.wire.is_cut.set(false);
        let again = Instant::now();
        bench.session.wait_ready().await.unwrap();
        assert!(
            again.elapsed() < Duration::from_secs(10),
            "{:?}",
            again.elapsed()
        );
        assert_eq!(bench.session.address(), address);
        ping_pong(&mut bench.echo_stream().await, b"there again").await;
        all_forgotten(&bench).await;
        assert_eq!(bench.pool.free(), SLOTS - 1);
    });
}

#[test]
fn idle_streams_live_on() {
    with_session(Some(1), async |bench| {
        let mut stream = bench.echo_stream().await;
        Timer::after_secs(120).await;
        ping_pong(&mut stream, b"still there").await;
        assert_eq!(bench.router.created.borrow().len(), 1);
    });
}
