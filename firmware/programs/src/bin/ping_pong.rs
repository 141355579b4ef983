//! Answers peers that say "ping", and pings a peer if it is told one.
//!
//! What a firmware of your own could start from: it has an address that survives resets, serves
//! several peers at once and calls one itself. It never ends, whatever happens to its router or
//! its network: it says so and tries again. The arguments are those of
//! [`programs::settings::Settings`].
//!
//! Peers say words of five bytes: `ping` and a newline, and hear `pong`; `stat`, and hear a line of
//! numbers; `quit`, and the board closes the stream. Anything else ends it, too.

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::cell::Cell;
use core::fmt;

use board::{Board, ExitCode, Stack, println};
use embassy_executor::Spawner;
use embassy_net::StackResources;
use embassy_time::{Duration, Instant, TimeoutError, Timer, with_timeout};
use embedded_io_async::{Read, ReadExactError, Write};
use heapless::{String, format};
use programs::random::Random;
use programs::session::Reporter;
use programs::settings::Settings;
use programs::{identity, network, random};
use sam_embassy::{Address, Buffers, Error, Pool, Router, Runner, Session, Shared, Stream};
use static_cell::{ConstStaticCell, StaticCell};

/// Peers that are served at once.
const VISITORS: usize = 3;
/// Slots: the session, the visitors, and the peer that is pinged.
const SLOTS: usize = 1 + VISITORS + 1;

/// A peer that says nothing, or takes nothing, for so long is let go. A round trip over I2P takes
/// seconds, sometimes many.
const PATIENCE: Duration = Duration::from_secs(60);

/// The pause between pings.
const EVERY: Duration = Duration::from_secs(5);

type Word = [u8; 5];

static MEMORY: ConstStaticCell<[Buffers; SLOTS]> =
    ConstStaticCell::new([const { Buffers::NEW }; SLOTS]);
static POOL: StaticCell<Pool<SLOTS>> = StaticCell::new();
static SHARED: StaticCell<Shared> = StaticCell::new();
static COUNTERS: StaticCell<Counters> = StaticCell::new();
/// One more, for DHCP.
static RESOURCES: ConstStaticCell<StackResources<{ SLOTS + 1 }>> =
    ConstStaticCell::new(StackResources::new());

#[cortex_m_rt::entry]
fn main() -> ! {
    board::run(|spawner, board| spawner.spawn(start(spawner, board).expect("spawned once")))
}

#[embassy_executor::task]
async fn start(spawner: Spawner, board: Board) {
    let settings = match Settings::from_arguments(board.arguments) {
        Ok(settings) => settings,
        Err(error) => end(ExitCode::Failure, error),
    };
    let stack = network::start(spawner, board.ethernet, RESOURCES.take(), &settings);
    spawner.spawn(network::report(stack).expect("spawned once"));
    stack.wait_config_up().await;

    let pool = &*POOL.init_with(|| Pool::new(stack, MEMORY.take()));
    let router = settings.patient_router();
    let key = identity::key(&router, pool, &settings).await;
    let shared = SHARED.init_with(Shared::new);
    let random = random::fill as Random;
    let (session, runner) = Session::new(router, pool, shared, key, random);
    let counters = &*COUNTERS.init_with(|| Counters::new(pool));

    spawner.spawn(keep(session, runner, router).expect("spawned once"));
    for number in 1..=VISITORS {
        spawner.spawn(serve(session, counters, number).expect("one for each visitor"));
    }
    if let Some(peer) = settings.peer.clone() {
        spawner.spawn(call(session, counters, settings, peer).expect("spawned once"));
    }
}

/// Keeps the session, for ever unless the key is none or the router is too old.
#[embassy_executor::task]
async fn keep(session: Session, runner: Runner<Random>, router: Router) {
    let mut reporter = Reporter::new(session, router.endpoint);
    let error = site::watch(session, runner, |state| reporter.tell(state)).await;
    end(ExitCode::Failure, error);
}

/// Serves one visitor after the other.
#[embassy_executor::task(pool_size = VISITORS)]
async fn serve(session: Session, counters: &'static Counters, number: usize) {
    while let Ok(mut stream) = session.accept().await {
        count(&counters.visits);
        match stream.peer() {
            Some(peer) => println!("visitor {}: {}", number, peer),
            None => println!("visitor {}: nobody knows who", number),
        }
        match answer(&mut stream, counters).await {
            Ok(()) => println!("visitor {}: has left", number),
            Err(error) => println!("visitor {}: {}", number, error),
        }
        // Sends what is left; a drop would abort.
        let _ = with_timeout(PATIENCE, stream.close()).await;
    }
}

/// Answers a visitor until it leaves.
async fn answer(stream: &mut Stream, counters: &Counters) -> Result<(), Failure> {
    while with_timeout(PATIENCE, answer_word(stream, counters)).await?? {}
    Ok(())
}

/// Hears a word and answers it; returns whether there may be another one.
async fn answer_word(stream: &mut Stream, counters: &Counters) -> Result<bool, Failure> {
    let mut word = Word::default();
    match stream.read_exact(&mut word).await {
        Ok(()) => {}
        Err(ReadExactError::UnexpectedEof) => return Ok(false),
        Err(ReadExactError::Other(error)) => return Err(error.into()),
    }
    match &word {
        b"ping\n" => {
            stream.write_all(b"pong\n").await?;
            count(&counters.answered);
        }
        b"stat\n" => {
            let numbers: String<128> = format!("{counters}\n").unwrap_or_default();
            stream.write_all(numbers.as_bytes()).await?;
        }
        b"quit\n" => return Ok(false),
        _ => return Err(Failure::Nonsense),
    }
    Ok(true)
}

/// Pings a peer again and again; looks it up anew when the stream is lost.
#[embassy_executor::task]
async fn call(session: Session, counters: &'static Counters, settings: Settings, peer: Address) {
    loop {
        if let Err(error) = ping(session, counters, &settings, &peer).await {
            println!("{}: {}; trying again", peer, error);
        }
        Timer::after(settings.every.unwrap_or(EVERY)).await;
    }
}

/// Opens a stream to the peer and pings it until that fails.
async fn ping(
    session: Session,
    counters: &Counters,
    settings: &Settings,
    peer: &Address,
) -> Result<(), Failure> {
    let mut stream = connect(session, peer).await?;
    println!("connected to {}", peer);
    loop {
        let began = Instant::now();
        with_timeout(PATIENCE, ping_once(&mut stream)).await??;
        println!("pong after {} ms", began.elapsed().as_millis());
        count(&counters.pinged);
        if settings
            .pings
            .is_some_and(|pings| counters.pinged.get() >= pings)
        {
            let _ = with_timeout(PATIENCE, stream.close()).await;
            end(ExitCode::Success, counters);
        }
        Timer::after(settings.every.unwrap_or(EVERY)).await;
    }
}

/// One ping and its answer.
async fn ping_once(stream: &mut Stream) -> Result<(), Failure> {
    stream.write_all(b"ping\n").await?;
    let mut word = Word::default();
    stream.read_exact(&mut word).await?;
    (word == *b"pong\n").then_some(()).ok_or(Failure::Nonsense)
}

/// Looks the peer up and connects to it.
async fn connect(session: Session, peer: &Address) -> Result<Stream, Error> {
    let mut memory = [0; 512];
    let destination = session.lookup(peer, &mut memory).await?;
    session.connect(&destination).await
}

/// What happened since the start.
struct Counters {
    visits: Cell<u32>,
    answered: Cell<u32>,
    pinged: Cell<u32>,
    pool: &'static Pool<SLOTS>,
}

impl Counters {
    const fn new(pool: &'static Pool<SLOTS>) -> Self {
        Self {
            visits: Cell::new(0),
            answered: Cell::new(0),
            pinged: Cell::new(0),
            pool,
        }
    }
}

fn count(counter: &Cell<u32>) {
    counter.set(counter.get().wrapping_add(1));
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            visits,
            answered,
            pinged,
            pool,
        } = self;
        write!(f, "visits {} answered {} ", visits.get(), answered.get())?;
        write!(f, "pinged {} free-slots {} ", pinged.get(), pool.free())?;
        write!(f, "stack {}", Stack::measure())
    }
}

/// Ends the program, which only happens if trying again would be in vain, or if it was told to.
fn end(code: ExitCode, why: impl fmt::Display) -> ! {
    println!("ping_pong: {}", why);
    board::exit(code)
}

/// Why a stream is of no use any more.
enum Failure {
    Router(Error),
    Ended,
    Silent,
    Nonsense,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Router(error) => error.fmt(f),
            Self::Ended => f.write_str("the peer has closed the stream"),
            Self::Silent => f.write_str("the peer took too long"),
            Self::Nonsense => f.write_str("the peer says something else"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Router(error)
    }
}

impl From<TimeoutError> for Failure {
    fn from(_: TimeoutError) -> Self {
        Self::Silent
    }
}

impl From<ReadExactError<Error>> for Failure {
    fn from(error: ReadExactError<Error>) -> Self {
        match error {
            ReadExactError::UnexpectedEof => Self::Ended,
            ReadExactError::Other(error) => Self::Router(error),
        }
    }
}
