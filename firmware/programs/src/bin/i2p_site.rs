//! A web site on the board that is reachable only over I2P, and shows how the board is.
//!
//! Its key may be one that an identity, which is kept elsewhere, has signed for a while: the router,
//! and whoever opens the board, get no more than that. When it expires the site goes offline, so
//! the board must be told the time.
//!
//! It serves several peers at once and never ends, whatever happens to its router or its network.
//! The site itself is the crate `site`, which knows nothing of the board. The arguments are those
//! of [`programs::settings::Settings`].

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::fmt;

use board::{Board, ExitCode, Stack, println};
use embassy_executor::Spawner;
use embassy_net::StackResources;
use programs::random::Random;
use programs::session::Reporter;
use programs::settings::Settings;
use programs::{clock, identity, network, random};
use sam_embassy::{Buffers, Pool, Router, Runner, Session, Shared};
use site::Site;
use static_cell::{ConstStaticCell, StaticCell};

/// Peers that are served at once.
const VISITORS: usize = 3;
/// Slots: the session and the visitors.
const SLOTS: usize = 1 + VISITORS;

/// What is said is longer than what is heard, and both are short.
type Memory = [Buffers<512, 768>; SLOTS];

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new([const { Buffers::NEW }; SLOTS]);
static POOL: StaticCell<Pool<SLOTS>> = StaticCell::new();
static SHARED: StaticCell<Shared> = StaticCell::new();
static SITE: StaticCell<Site> = StaticCell::new();
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
        Err(error) => end(error),
    };
    if let Some(time) = settings.time {
        clock::set(time);
    }
    let stack = network::start(spawner, board.ethernet, RESOURCES.take(), &settings);
    spawner.spawn(network::report(stack).expect("spawned once"));
    stack.wait_config_up().await;

    let pool = &*POOL.init_with(|| Pool::new(stack, MEMORY.take()));
    let router = settings.patient_router();
    let key = identity::key(&router, pool, &settings).await;
    let shared = SHARED.init_with(Shared::new);
    let random = random::fill as Random;
    let (session, runner) = Session::new(router, pool, shared, key, random);
    let runner = match runner.with_clock(clock::now) {
        Ok(runner) => runner,
        Err(error) => end(error),
    };
    let site = &*SITE.init_with(|| Site::new(pool, stack_use));

    spawner.spawn(keep(session, runner, router, site).expect("spawned once"));
    for _ in 0..VISITORS {
        spawner.spawn(serve(session, site).expect("one for each visitor"));
    }
}

/// Keeps the session, for ever unless the key is none or the router is too old.
#[embassy_executor::task]
async fn keep(session: Session, runner: Runner<Random>, router: Router, site: &'static Site) {
    let mut reporter = Reporter::new(session, router.endpoint);
    let error = site
        .keep(session, runner, |state| reporter.tell(state))
        .await;
    end(error);
}

/// Serves one visitor after the other.
#[embassy_executor::task(pool_size = VISITORS)]
async fn serve(session: Session, site: &'static Site) {
    site.serve(session).await;
}

/// Bytes of the stack: used at some moment, and all.
fn stack_use() -> (usize, usize) {
    let stack = Stack::measure();
    (stack.used, stack.size)
}

/// Ends the program, which only happens if trying again would be in vain.
fn end(why: impl fmt::Display) -> ! {
    println!("i2p_site: {}", why);
    board::exit(ExitCode::Failure)
}
