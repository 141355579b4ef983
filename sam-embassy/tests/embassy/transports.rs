//! A transport of the program's own, and all verbs through it.

use std::cell::Cell;

use embassy_net::IpEndpoint;
use embassy_net::tcp::{self, TcpReader, TcpSocket, TcpWriter};
use embassy_time::{Duration, Timer, with_timeout};
use embedded_io_async::{ErrorType, Read, ReadReady, Write};
use sam_embassy::{Address, Dial, Error, Lines, Pool, State};

use crate::bench::{Bench, Board, SLOTS, Wired, ping_pong, with_wire};
use crate::manner::disguise;
use crate::polled::{Polled, polled};
use crate::tasks::until;
use crate::wire::leak;

/// What no byte is itself behind.
const MASK: u8 = 0xA5;

/// A TCP socket in disguise.
pub(crate) struct Masked {
    socket: TcpSocket<'static>,
    seen: &'static Seen,
}

/// What the transports were told to do.
#[derive(Default)]
pub(crate) struct Seen {
    is_distrusted: Cell<bool>,
    dials: Cell<usize>,
    splits: Cell<usize>,
    closes: Cell<usize>,
    aborts: Cell<usize>,
}

impl Seen {
    #[cfg(any(feature = "control-datagrams", feature = "udp"))]
    pub(crate) fn dials(&self) -> usize {
        self.dials.get()
    }
}

fn count(cell: &Cell<usize>) {
    cell.set(cell.get() + 1);
}

pub(crate) struct MaskedReader<'s>(TcpReader<'s>);

pub(crate) struct MaskedWriter<'s>(TcpWriter<'s>);

impl ErrorType for Masked {
    type Error = tcp::Error;
}

impl ErrorType for MaskedReader<'_> {
    type Error = tcp::Error;
}

impl ErrorType for MaskedWriter<'_> {
    type Error = tcp::Error;
}

/// Reads, and takes the mask off.
async fn read(
    from: &mut impl Read<Error = tcp::Error>,
    out: &mut [u8],
) -> Result<usize, tcp::Error> {
    let count = from.read(out).await?;
    disguise(&mut out[..count], MASK);
    Ok(count)
}

/// Writes some of the bytes with the mask on.
async fn write(to: &mut impl Write<Error = tcp::Error>, bytes: &[u8]) -> Result<usize, tcp::Error> {
    let mut some = bytes[..bytes.len().min(100)].to_vec();
    disguise(&mut some, MASK);
    to.write(&some).await
}

impl Read for Masked {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, tcp::Error> {
        read(&mut self.socket, out).await
    }
}

impl Read for MaskedReader<'_> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, tcp::Error> {
        read(&mut self.0, out).await
    }
}

impl ReadReady for Masked {
    fn read_ready(&mut self) -> Result<bool, tcp::Error> {
        self.socket.read_ready()
    }
}

impl ReadReady for MaskedReader<'_> {
    fn read_ready(&mut self) -> Result<bool, tcp::Error> {
        self.0.read_ready()
    }
}

impl Write for Masked {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, tcp::Error> {
        write(&mut self.socket, bytes).await
    }

    async fn flush(&mut self) -> Result<(), tcp::Error> {
        self.socket.flush().await
    }
}

impl Write for MaskedWriter<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, tcp::Error> {
        write(&mut self.0, bytes).await
    }

    async fn flush(&mut self) -> Result<(), tcp::Error> {
        self.0.flush().await
    }
}

impl Dial for Masked {
    type ReadHalf<'s> = MaskedReader<'s>;
    type WriteHalf<'s> = MaskedWriter<'s>;

    async fn dial(&mut self, router: IpEndpoint) -> Result<(), Error> {
        count(&self.seen.dials);
        Dial::dial(&mut self.socket, router).await?;
        match self.seen.is_distrusted.get() {
            true => Err(Error::NotTrusted),
            false => Ok(()),
        }
    }

    fn split(&mut self) -> (MaskedReader<'_>, MaskedWriter<'_>) {
        count(&self.seen.splits);
        let (reader, writer) = self.socket.split();
        (MaskedReader(reader), MaskedWriter(writer))
    }

    async fn close(&mut self) -> Result<(), tcp::Error> {
        count(&self.seen.closes);
        Dial::close(&mut self.socket).await
    }

    fn abort(&mut self) {
        count(&self.seen.aborts);
        self.socket.abort();
    }
}

/// A board whose transports are masked, as its router is.
pub(crate) fn masked(wired: Wired) -> (Board<Masked>, &'static Seen) {
    wired.router.manner.mask.set(MASK);
    let seen: &Seen = leak(Seen::default());
    let transports = [(); SLOTS].map(|()| Masked {
        socket: TcpSocket::new(wired.stack, leak([0; 1024]), leak([0; 1024])),
        seen,
    });
    let lines = leak([const { Lines::<1536>::NEW }; SLOTS]);
    (
        Board::new(wired, Pool::with_transports(transports, lines)),
        seen,
    )
}

fn with_masked_session<F>(test: impl FnOnce(Bench<Masked>, &'static Seen) -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    with_wire(async move |wired| {
        let (board, seen) = masked(wired);
        let bench = board.session(Some(1));
        bench.session.wait_ready().await.unwrap();
        test(bench, seen).await;
    });
}

#[test]
fn every_verb_goes_through_the_transport() {
    with_masked_session(async |bench, seen| {
        let known: Address = "echo.i2p".parse().unwrap();
        bench.session.lookup(&known, &mut [0; 512]).await.unwrap();
        ping_pong(&mut bench.echo_stream().await, &[1; 1_500]).await;
        bench.router.calls.borrow_mut().push_back(b"ping".to_vec());
        let mut stream = bench.session.accept().await.unwrap();
        assert!(stream.read_ready().unwrap());
        let mut first = [0; 4];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"ping");
        assert!(!stream.read_ready().unwrap());
        ping_pong(&mut stream, b"pong").await;
        stream.close().await.unwrap();
        bench.all_quiet().await;
        assert_eq!(
            (seen.dials.get(), seen.aborts.get(), seen.closes.get()),
            (3, 2, 1)
        );
    });
}

#[test]
fn without_its_disguise_a_router_is_not_understood() {
    with_masked_session(async |bench, _| {
        bench.router.manner.mask.set(0);
        let name: Address = "echo.i2p".parse().unwrap();
        let stream = with_timeout(Duration::from_secs(1), bench.session.connect(&name)).await;
        assert!(!matches!(stream, Ok(Ok(_))));
    });
}

#[test]
fn halves_are_those_of_the_transport() {
    with_masked_session(async |bench, seen| {
        let mut stream = bench.echo_stream().await;
        let said: Vec<u8> = (0..20_000_u32).map(|number| number as u8).collect();
        let mut heard = vec![0; said.len()];
        let (mut reader, mut writer) = stream.split();
        let (wrote, read) =
            embassy_futures::join::join(writer.write_all(&said), reader.read_exact(&mut heard))
                .await;
        wrote.unwrap();
        read.unwrap();
        assert!(heard == said);
        assert_eq!(seen.splits.get(), 1);
        stream.close().await.unwrap();
        bench.all_quiet().await;
    });
}

#[test]
fn unread_bytes_of_a_call_come_before_those_of_the_transport() {
    with_masked_session(async |bench, _| {
        bench.router.calls.borrow_mut().push_back(b"first".to_vec());
        let mut stream = bench.session.accept().await.unwrap();
        stream.write_all(b", second").await.unwrap();
        let (mut reader, _) = stream.split();
        assert!(reader.read_ready().unwrap());
        let mut all = [0; 13];
        reader.read_exact(&mut all).await.unwrap();
        assert_eq!(&all, b"first, second");
    });
}

#[test]
fn a_router_that_is_not_trusted_costs_no_slot_and_may_be_later() {
    with_wire(async |wired| {
        let (board, seen) = masked(wired);
        seen.is_distrusted.set(true);
        let bench = board.session(Some(1));
        Timer::after_secs(10).await;
        assert_ne!(bench.session.state(), State::Ready);
        assert!((3..30).contains(&seen.dials.get()), "{}", seen.dials.get());
        seen.is_distrusted.set(false);
        bench.session.wait_ready().await.unwrap();
        seen.is_distrusted.set(true);
        let name: Address = "echo.i2p".parse().unwrap();
        let stream = bench.session.connect(&name).await;
        assert_eq!(stream.err(), Some(Error::NotTrusted));
        bench.all_quiet().await;
        assert_eq!(seen.dials.get(), seen.aborts.get() + 1);
    });
}

#[test]
fn verbs_dropped_at_every_await_abort_the_transport() {
    with_masked_session(async |bench, seen| {
        bench.wire.latency.set(3);
        bench.router.manner.portion.set(11);
        let name: Address = "echo.i2p".parse().unwrap();
        for polls in 1.. {
            let stream = polled(polls, bench.session.connect(&name)).await;
            let is_through = matches!(stream, Polled::Done(_));
            drop(stream);
            bench.all_quiet().await;
            assert_eq!(seen.dials.get(), seen.aborts.get() + 1);
            if is_through {
                assert!(polls > 5, "only {polls} polls");
                break;
            }
        }
    });
}

#[test]
fn a_session_over_it_comes_back() {
    with_masked_session(async |bench, _| {
        bench.router.stop();
        until(|| bench.session.state() != State::Ready).await;
        bench.router.start();
        bench.session.wait_ready().await.unwrap();
        ping_pong(&mut bench.echo_stream().await, b"there again").await;
        bench.all_quiet().await;
    });
}
