//! The site on a device, whatever its board: who the device is, its session, and the peers it
//! serves.

#![no_std]

mod identity;
pub mod settings;

use defmt::Display2Format;
use embassy_futures::join::join_array;
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embedded_storage::nor_flash::NorFlash;
use sam_embassy::{Buffers, Pool, Router, Session, Shared, State};
use site::Site;
use static_cell::{ConstStaticCell, StaticCell};

/// Peers that are served at once.
const VISITORS: usize = 3;
/// Slots of the pool: the session, and the peers.
const SLOTS: usize = 1 + VISITORS;
/// Sockets of the network stack: the pool's, and one for DHCP.
pub const SOCKETS: usize = SLOTS + 1;

static MEMORY: ConstStaticCell<[Buffers; SLOTS]> =
    ConstStaticCell::new([const { Buffers::NEW }; SLOTS]);
static POOL: StaticCell<Pool<SLOTS>> = StaticCell::new();
static SHARED: StaticCell<Shared> = StaticCell::new();
static SITE: StaticCell<Site> = StaticCell::new();

/// Waits for an address, then serves the site over I2P for ever.
///
/// The key lies in the last page of `flash`. `random` fills slices with numbers that nobody can
/// guess. `call_stack` says how many bytes of the call stack were in use at some moment, and how
/// many there are.
///
/// Returns if trying again is vain, after an error in the log.
///
/// # Panics
/// If it is called twice.
pub async fn run(
    stack: Stack<'static>,
    flash: impl NorFlash,
    random: impl FnMut(&mut [u8]),
    call_stack: fn() -> (usize, usize),
) {
    stack.wait_config_up().await;
    defmt::info!("address {}", stack.config_v4().map(|config| config.address));

    let pool = &*POOL.init_with(|| Pool::new(stack, MEMORY.take()));
    let router = Router::new(settings::ROUTER);
    let key = identity::key(&router, pool, flash).await;
    let shared = SHARED.init_with(Shared::new);
    let (session, runner) = Session::new(router, pool, shared, key, random);

    let site = &*SITE.init_with(|| Site::new(pool, call_stack));
    // sam-embassy logs the states; the address is for who wants to call.
    let tell = |state| {
        if let (State::Ready, Some(address)) = (state, session.address()) {
            defmt::info!("reachable as {}", Display2Format(&address));
        }
    };
    let serve = join_array([(); VISITORS].map(|()| site.serve(session)));
    if let Either::First(error) = select(site.keep(session, runner, tell), serve).await {
        defmt::error!("no session: {}", error);
    }
}
