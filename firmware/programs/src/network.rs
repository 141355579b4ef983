//! The way into the network: an address, and a connection to the router.

use board::Ethernet;
use embassy_executor::Spawner;
use embassy_net::tcp::TcpSocket;
use embassy_net::{Config, Runner, Stack, StackResources};
use embassy_time::with_timeout;
use static_cell::StaticCell;

use crate::settings::Settings;

/// Sockets: one for DHCP, one for the router.
const SOCKETS: usize = 2;

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// DHCP gave no address in time.
    NoAddress,
    /// Nobody listens at the router's address, or it broke off.
    Refused,
    /// Nobody answers at the router's address.
    Silent,
}

/// Starts the network stack and waits for an address.
///
/// # Errors
/// [`Unreachable::NoAddress`] after the patience of `settings`.
pub async fn start(
    spawner: Spawner,
    ethernet: &'static mut Ethernet,
    settings: &Settings,
) -> Result<Stack<'static>, Unreachable> {
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();

    let config = match &settings.address {
        Some(address) => Config::ipv4_static(address.clone()),
        None => Config::dhcpv4(Default::default()),
    };
    let resources = RESOURCES.init(StackResources::new());
    let (stack, runner) = embassy_net::new(ethernet, config, resources, settings.seed);
    spawner.spawn(run(runner).expect("the network is started once"));
    with_timeout(settings.patience, stack.wait_config_up())
        .await
        .map_err(|_| Unreachable::NoAddress)?;
    Ok(stack)
}

/// Connects a socket to the router's SAM port.
///
/// # Errors
/// [`Unreachable::Refused`], or [`Unreachable::Silent`] after the patience of `settings`.
pub async fn dial(socket: &mut TcpSocket<'_>, settings: &Settings) -> Result<(), Unreachable> {
    with_timeout(settings.patience, socket.connect(settings.router))
        .await
        .map_err(|_| Unreachable::Silent)?
        .map_err(|_| Unreachable::Refused)
}

#[embassy_executor::task]
async fn run(mut runner: Runner<'static, &'static mut Ethernet>) -> ! {
    runner.run().await
}

impl core::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::NoAddress => "no address by DHCP",
            Self::Refused => "nothing listens there",
            Self::Silent => "nobody answers there",
        })
    }
}
