//! Shows which SAM version the router speaks, and looks an address up if one is given.
//!
//! The least that speaks SAM: one socket, sam-core's machine for questions, its async driver, and
//! a deadline around each wait. The arguments are those of [`programs::settings::Settings`].

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::fmt;

use board::{Board, ExitCode, Stack, println};
use embassy_executor::Spawner;
use embassy_net::StackResources;
use embassy_net::tcp::{self, TcpSocket};
use embassy_time::{Duration, with_timeout};
use programs::network::{self, Unreachable};
use programs::settings::{BadArgument, Settings};
use sam_core::io::{IoError, asynch};
use sam_core::{Connection, Event, Greeting, Utility};
use static_cell::ConstStaticCell;

/// Bytes of the longest line to and from the router; a destination has 516 and more.
const LINE: usize = 1024;

/// Sockets: one for the router, one for DHCP.
static RESOURCES: ConstStaticCell<StackResources<2>> = ConstStaticCell::new(StackResources::new());

#[cortex_m_rt::entry]
fn main() -> ! {
    board::run(|spawner, board| spawner.spawn(version(spawner, board).expect("spawned once")))
}

#[embassy_executor::task]
async fn version(spawner: Spawner, board: Board) {
    let outcome = ask(spawner, board).await;
    println!("stack: {}", Stack::measure());
    let code = match outcome {
        Ok(()) => ExitCode::Success,
        Err(failure) => {
            println!("version: {}", failure);
            ExitCode::Failure
        }
    };
    board::exit(code)
}

async fn ask(spawner: Spawner, board: Board) -> Result<(), Failure> {
    let settings = Settings::from_arguments(board.arguments)?;
    let stack = network::start(spawner, board.ethernet, RESOURCES.take(), &settings);
    network::address(stack, &settings).await?;

    let (mut rx, mut tx) = ([0; LINE], [0; LINE]);
    let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
    network::dial(&mut socket, &settings).await?;

    let utility = Utility::new(Greeting::default(), settings.timeouts);
    let mut connection = Connection::new(utility, [0; LINE], [0; LINE])?;
    if let Event::Greeted(version) = event(&mut connection, &mut socket).await? {
        println!("{} speaks SAM {}", settings.router, version);
    }
    let Some(name) = &settings.lookup else {
        return Ok(());
    };
    connection.request(|utility, line| utility.ask()?.lookup(name, line))?;
    match event(&mut connection, &mut socket).await? {
        Event::Found(destination) => {
            println!("{} is {}", name, destination.as_str());
            Ok(())
        }
        _ => Err(Failure::NotFound),
    }
}

type Asking = Connection<Utility<'static>, [u8; LINE]>;

/// One wait, and what came of it.
async fn event<'c>(
    connection: &'c mut Asking,
    socket: &mut TcpSocket<'_>,
) -> Result<Event<'c>, Failure> {
    let patience = connection.timeout().map_or(Duration::MAX, |patience| {
        Duration::from_millis(patience.as_millis().into())
    });
    let line = with_timeout(patience, asynch::next(connection, socket)).await;
    let line = line.map_err(|_| Failure::NoAnswer)??;
    Ok(connection.event(line.ok_or(sam_core::Error::Closed)?)?)
}

/// Why there is nothing to show.
enum Failure {
    Argument(BadArgument),
    Network(Unreachable),
    NoAnswer,
    Connection(IoError<tcp::Error>),
    NotFound,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(error) => error.fmt(f),
            Self::Network(error) => error.fmt(f),
            Self::NoAnswer => f.write_str("the router does not answer; is that its SAM port?"),
            Self::Connection(error) => error.fmt(f),
            Self::NotFound => f.write_str("the router knows no such destination"),
        }
    }
}

impl From<BadArgument> for Failure {
    fn from(error: BadArgument) -> Self {
        Self::Argument(error)
    }
}

impl From<Unreachable> for Failure {
    fn from(error: Unreachable) -> Self {
        Self::Network(error)
    }
}

impl From<sam_core::Error> for Failure {
    fn from(error: sam_core::Error) -> Self {
        Self::Connection(IoError::Sam(error))
    }
}

impl From<IoError<tcp::Error>> for Failure {
    fn from(error: IoError<tcp::Error>) -> Self {
        Self::Connection(error)
    }
}
