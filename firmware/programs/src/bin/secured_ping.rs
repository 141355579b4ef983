//! Answers peers that say "ping", and pings a peer if it is told one, through the secured hop.
//!
//! Between this board and its router nobody hears or changes anything: see [`programs::secured`]
//! and `docs/secured-hop.md`. Otherwise it is a small `ping_pong`. The arguments are those of
//! [`programs::settings::Settings`], `router` being where stunnel listens, and two more:
//!
//! | argument | is | if not given |
//! |---|---|---|
//! | `secret=PATH` | the file of the host with the 32 bytes of the key, in place of flash | required |
//! | `name=NAME` | the name that the key has at the router | sensor1 |

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::fmt;

use board::{Arguments, Board, ExitCode, Flash, Stack, println};
use embassy_executor::Spawner;
use embassy_net::{IpEndpoint, StackResources};
use embassy_time::{Duration, Instant, Timer, with_timeout};
use embedded_io_async::{Read, ReadExactError, Write};
use embedded_storage::nor_flash::ReadNorFlash;
use programs::random::Random;
use programs::secured::{Keeper, Key, Memory, Tunnel, tunnel};
use programs::session::Reporter;
use programs::settings::Settings;
use programs::{network, random};
use sam_embassy::{Address, Dial, Error, Lines, Pool, Runner, Session, SessionKey, Shared, Stream};
use static_cell::{ConstStaticCell, StaticCell};

/// Slots: the session, a visitor, and the peer that is pinged.
const SLOTS: usize = 3;
/// Bytes of the longest line; the router's answer with a new key has 970.
const LINE: usize = 1280;

/// A peer that says nothing for so long is let go.
const IDLE: Duration = Duration::from_secs(60);
/// The pause between pings.
const EVERY: Duration = Duration::from_secs(5);

static MEMORY: ConstStaticCell<[Memory; SLOTS]> =
    ConstStaticCell::new([const { Memory::new() }; SLOTS]);
static LINES: ConstStaticCell<[Lines<LINE>; SLOTS]> =
    ConstStaticCell::new([const { Lines::NEW }; SLOTS]);
static POOL: StaticCell<Pool<SLOTS, Tunnel>> = StaticCell::new();
static SHARED: StaticCell<Shared> = StaticCell::new();
static SECRET: ConstStaticCell<[u8; 32]> = ConstStaticCell::new([0; 32]);
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
    let Some(key) = key(board.arguments) else {
        end(ExitCode::Failure, "there is no secret");
    };
    let stack = network::start(spawner, board.ethernet, RESOURCES.take(), &settings);
    spawner.spawn(network::report(stack).expect("spawned once"));
    stack.wait_config_up().await;

    let mut tunnels = MEMORY.take().each_mut().map(|memory| {
        let (tunnel, keeper) = tunnel(stack, memory, key, random::fill as Random);
        spawner.spawn(keep_tunnel(keeper).expect("one for each tunnel"));
        tunnel
    });
    let [first, ..] = &mut tunnels;
    try_out(first, settings.router).await;

    let pool = &*POOL.init_with(|| Pool::with_transports(tunnels, LINES.take()));
    let shared = SHARED.init_with(Shared::new);
    let random = random::fill as Random;
    let router = settings.patient_router();
    let (session, runner) = Session::new(router, pool, shared, SessionKey::TRANSIENT, random);
    spawner.spawn(keep(session, runner, router.endpoint).expect("spawned once"));
    spawner.spawn(serve(session).expect("spawned once"));
    if let Some(peer) = settings.peer.clone() {
        spawner.spawn(call(session, settings, peer).expect("spawned once"));
    }
}

/// The key, out of what stands in for flash.
fn key(arguments: Arguments) -> Option<Key> {
    let secret = SECRET.take();
    let mut flash = Flash::open(arguments.get("secret")?).ok()?;
    flash.read(0, secret).ok()?;
    Some(Key {
        identity: arguments.get("name").unwrap_or("sensor1"),
        secret,
    })
}

/// Tells what is wrong with the hop, if something is, before a session tries it for ever.
async fn try_out(tunnel: &mut Tunnel, router: IpEndpoint) {
    loop {
        let began = Instant::now();
        match tunnel.dial(router).await {
            Ok(()) => break println!("secured after {} ms", began.elapsed().as_millis()),
            Err(error) => println!("{}: {}; trying again", router, error),
        }
        Timer::after_secs(2).await;
    }
    tunnel.abort();
}

#[embassy_executor::task(pool_size = SLOTS)]
async fn keep_tunnel(keeper: Keeper<Random>) -> ! {
    keeper.run().await
}

/// Keeps the session, for ever unless the router is too old.
#[embassy_executor::task]
async fn keep(session: Session<Tunnel>, runner: Runner<Random, Tunnel>, router: IpEndpoint) {
    let mut reporter = Reporter::new(session, router);
    let error = site::watch(session, runner, |state| reporter.tell(state)).await;
    end(ExitCode::Failure, error);
}

/// Serves one visitor after the other.
#[embassy_executor::task]
async fn serve(session: Session<Tunnel>) {
    while let Ok(mut stream) = session.accept().await {
        match answer(&mut stream).await {
            Ok(()) => println!("the visitor has left"),
            Err(error) => println!("the visitor: {}", error),
        }
        let _ = stream.close().await;
    }
}

/// Answers pings until the visitor says something else, or nothing more.
async fn answer(stream: &mut Stream<Tunnel>) -> Result<(), Error> {
    let mut word = [0; 5];
    loop {
        match with_timeout(IDLE, stream.read_exact(&mut word)).await {
            Ok(Ok(())) if word == *b"ping\n" => stream.write_all(b"pong\n").await?,
            Ok(Err(ReadExactError::Other(error))) => return Err(error),
            _ => return Ok(()),
        }
    }
}

/// Pings a peer, and ends when it has been pinged as often as was asked.
#[embassy_executor::task]
async fn call(session: Session<Tunnel>, settings: Settings, peer: Address) {
    loop {
        match ping(session, &settings, &peer).await {
            Ok(()) => end(ExitCode::Success, Stack::measure()),
            Err(error) => println!("{}: {}; trying again", peer, error),
        }
        Timer::after(settings.every.unwrap_or(EVERY)).await;
    }
}

async fn ping(session: Session<Tunnel>, settings: &Settings, peer: &Address) -> Result<(), Error> {
    let mut stream = session.connect(peer).await?;
    println!("connected to {}", peer);
    let mut pings = 0;
    while settings.pings != Some(pings) {
        let began = Instant::now();
        stream.write_all(b"ping\n").await?;
        let mut word = [0; 5];
        let read = with_timeout(IDLE, stream.read_exact(&mut word)).await;
        if read != Ok(Ok(())) || word != *b"pong\n" {
            return Err(Error::Reset);
        }
        println!("pong after {} ms", began.elapsed().as_millis());
        pings += 1;
        Timer::after(settings.every.unwrap_or(EVERY)).await;
    }
    stream.close().await
}

/// Ends the program, which only happens if trying again would be in vain, or if it was told to.
fn end(code: ExitCode, why: impl fmt::Display) -> ! {
    println!("secured_ping: {}", why);
    board::exit(code)
}
