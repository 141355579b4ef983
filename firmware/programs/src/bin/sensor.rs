//! Sends readings to one destination, and takes commands from that one alone: as datagrams.
//!
//! The device makes its own identity, before it has a router, and keeps it over resets. A reading
//! leaves every second; what is read here is the board itself. It never ends, whatever happens to
//! its router or its network: it says so and tries again. The arguments are those of
//! [`programs::settings::Settings`], `peer` among them.
//!
//! A reading is a line of numbers, each behind its name. Commands are `read`, which asks for a
//! reading at once, and `every MS`, the pause between readings from 100 ms to an hour. Datagrams
//! can get lost or come twice, and whoever has one can send it again: so a command says how
//! things shall be, and does no harm if it is repeated.

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::cell::Cell;
use core::fmt;

use board::{Board, ExitCode, Stack, println};
use embassy_executor::Spawner;
use embassy_net::StackResources;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::signal::Signal;
use embassy_time::{Duration, Instant, Timer, with_timeout};
use heapless::{String, format};
use programs::random::Random;
use programs::session::Reporter;
use programs::settings::Settings;
use programs::{identity, network, random};
use sam_embassy::{
    Address, Buffers, DatagramSocket, Datagrams, Destination, Dropped, Error, Pool, Router, Runner,
    Session, Shared,
};
use static_cell::{ConstStaticCell, StaticCell};

/// Only the session needs a slot.
const SLOTS: usize = 1;
/// Packets the socket has room for, each way, and their bytes.
const PACKETS: usize = 2;
const ROOM: usize = PACKETS * DatagramSocket::LONGEST_PACKET;

const EVERY: Duration = Duration::from_secs(1);
const MOST_OFTEN: Duration = Duration::from_millis(100);
const LEAST_OFTEN: Duration = Duration::from_secs(3600);
/// The pause before the peer is looked up again.
const PAUSE: Duration = Duration::from_secs(2);

/// The longest command has 12 bytes.
const LONGEST_COMMAND: usize = 16;

type Peer = Destination<&'static [u8]>;

static MEMORY: ConstStaticCell<[Buffers; SLOTS]> =
    ConstStaticCell::new([const { Buffers::NEW }; SLOTS]);
static POOL: StaticCell<Pool<SLOTS>> = StaticCell::new();
static SHARED: StaticCell<Shared> = StaticCell::new();
/// Of the socket, for each way.
static BYTES: ConstStaticCell<[[u8; ROOM]; 2]> = ConstStaticCell::new([[0; ROOM]; 2]);
static META: ConstStaticCell<[[PacketMetadata; PACKETS]; 2]> =
    ConstStaticCell::new([[PacketMetadata::EMPTY; PACKETS]; 2]);
static SOCKET: StaticCell<DatagramSocket> = StaticCell::new();
static PEER: ConstStaticCell<[u8; 512]> = ConstStaticCell::new([0; 512]);
static ORDERS: StaticCell<Orders> = StaticCell::new();
/// The session, its datagrams, and one more for DHCP.
static RESOURCES: ConstStaticCell<StackResources<{ SLOTS + 2 }>> =
    ConstStaticCell::new(StackResources::new());

#[cortex_m_rt::entry]
fn main() -> ! {
    board::run(|spawner, board| spawner.spawn(start(spawner, board).expect("spawned once")))
}

#[embassy_executor::task]
async fn start(spawner: Spawner, board: Board) {
    let settings = match Settings::from_arguments(board.arguments) {
        Ok(settings) => settings,
        Err(error) => fail(error),
    };
    let Some(peer) = settings.peer.clone() else {
        fail("the argument peer is missing: whom to send readings to");
    };
    let stack = network::start(spawner, board.ethernet, RESOURCES.take(), &settings);
    spawner.spawn(network::report(stack).expect("spawned once"));
    stack.wait_config_up().await;

    let pool = &*POOL.init_with(|| Pool::new(stack, MEMORY.take()));
    let router = settings.patient_router();
    let key = identity::own_key(&router, pool, &settings).await;
    let shared = SHARED.init_with(Shared::new);
    let random = random::fill as Random;
    let (session, runner) = Session::new(router, pool, shared, key, random);
    let udp = udp(stack, &settings);
    // With RAW nobody would know whose commands they are: anybody could give them.
    let datagrams = Datagrams::repliable().router_port(settings.router_udp);
    let (socket, runner) = match runner.with_datagrams(datagrams, udp) {
        Ok(made) => made,
        Err(error) => fail(error),
    };
    let socket = &*SOCKET.init(socket);
    let orders = &*ORDERS.init_with(|| Orders::new(settings.every.unwrap_or(EVERY)));

    spawner.spawn(keep(session, runner, router).expect("spawned once"));
    let peer = look_up(session, &peer).await;
    spawner.spawn(report(socket, orders, peer).expect("spawned once"));
    spawner.spawn(obey(socket, orders, peer).expect("spawned once"));
}

/// The socket for datagrams, at the port the arguments name.
fn udp(stack: embassy_net::Stack<'static>, settings: &Settings) -> UdpSocket<'static> {
    let [bytes_in, bytes_out] = BYTES.take();
    let [meta_in, meta_out] = META.take();
    let mut socket = UdpSocket::new(stack, meta_in, bytes_in, meta_out, bytes_out);
    if let Some(port) = settings.udp
        && socket.bind(port).is_err()
    {
        fail("the argument udp is no port");
    }
    socket
}

/// Keeps the session, for ever unless the key is none or the router is too old.
#[embassy_executor::task]
async fn keep(session: Session, runner: Runner<Random>, router: Router) {
    let mut reporter = Reporter::new(session, router.endpoint);
    let error = site::watch(session, runner, |state| reporter.tell(state)).await;
    fail(error);
}

/// Looks the peer up until it is found: datagrams go to whole destinations.
async fn look_up(session: Session, peer: &Address) -> Peer {
    let memory = PEER.take();
    let len = loop {
        match session.lookup(peer, memory).await {
            Ok(found) => break found.as_bytes().len(),
            Err(error) => println!("{}: {}; trying again", peer, error),
        }
        Timer::after(PAUSE).await;
    };
    println!("sends readings to {}", peer);
    Destination::new(&memory[..len]).expect("it was one")
}

/// Sends readings, as often as was ordered.
#[embassy_executor::task]
async fn report(socket: &'static DatagramSocket, orders: &'static Orders, peer: Peer) {
    for number in 0_u32.. {
        let (orders, dropped) = (orders, socket.dropped());
        let reading = Reading {
            number,
            orders,
            dropped,
        };
        let line: String<192> = format!("{reading}").unwrap_or_default();
        if let Err(error) = socket.send_to(line.as_bytes(), &peer).await {
            println!("reading {}: {}", number, error);
        }
        let _ = with_timeout(orders.every.get(), orders.at_once.wait()).await;
    }
}

/// Takes commands of the peer's; what others send is counted and nothing else.
#[embassy_executor::task]
async fn obey(socket: &'static DatagramSocket, orders: &'static Orders, peer: Peer) {
    loop {
        let mut command = [0; LONGEST_COMMAND];
        match socket.recv(&mut command).await {
            // The router has checked the signature.
            Ok(received)
                if received
                    .source
                    .as_ref()
                    .is_some_and(|source| *source == peer) =>
            {
                orders.take(&command[..received.len]);
            }
            Ok(_) => count(&orders.strangers),
            Err(Error::Oversized { .. }) => count(&orders.nonsense),
            Err(_) => return,
        }
    }
}

/// What was ordered, and how much was not.
struct Orders {
    every: Cell<Duration>,
    at_once: Signal<NoopRawMutex, ()>,
    obeyed: Cell<u32>,
    /// What others have sent.
    strangers: Cell<u32>,
    /// What is no command, or too long to be one.
    nonsense: Cell<u32>,
}

impl Orders {
    const fn new(every: Duration) -> Self {
        Self {
            every: Cell::new(every),
            at_once: Signal::new(),
            obeyed: Cell::new(0),
            strangers: Cell::new(0),
            nonsense: Cell::new(0),
        }
    }

    /// Takes a command; the next reading leaves at once and shows what it came to.
    fn take(&self, command: &[u8]) {
        match Command::parse(command) {
            Some(Command::Read) => {}
            Some(Command::Every(pause)) => self.every.set(pause),
            None => return count(&self.nonsense),
        }
        count(&self.obeyed);
        self.at_once.signal(());
    }
}

enum Command {
    Read,
    Every(Duration),
}

impl Command {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(bytes).ok()?.trim_end();
        if text == "read" {
            return Some(Self::Read);
        }
        let millis: u32 = text.strip_prefix("every ")?.parse().ok()?;
        let pause = Duration::from_millis(millis.into());
        (MOST_OFTEN..=LEAST_OFTEN)
            .contains(&pause)
            .then_some(Self::Every(pause))
    }
}

/// What a datagram says.
struct Reading<'o> {
    number: u32,
    orders: &'o Orders,
    dropped: Dropped,
}

impl fmt::Display for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Orders {
            every,
            obeyed,
            strangers,
            nonsense,
            ..
        } = self.orders;
        let Dropped {
            foreign, malformed, ..
        } = self.dropped;
        let uptime = Instant::now().as_millis();
        write!(f, "reading {} uptime {uptime} ", self.number)?;
        write!(f, "every {} ", every.get().as_millis())?;
        write!(f, "obeyed {} nonsense {} ", obeyed.get(), nonsense.get())?;
        write!(f, "strangers {} ", strangers.get())?;
        write!(f, "foreign {foreign} malformed {malformed} ")?;
        write!(f, "stack {}", Stack::measure())
    }
}

fn count(counter: &Cell<u32>) {
    counter.set(counter.get().wrapping_add(1));
}

/// Ends the program, which only happens if trying again would be in vain.
fn fail(why: impl fmt::Display) -> ! {
    println!("sensor: {}", why);
    board::exit(ExitCode::Failure)
}
