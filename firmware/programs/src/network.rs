//! The way into the network: an address, and a connection to the router.

use board::{Ethernet, println};
use embassy_executor::Spawner;
use embassy_net::tcp::TcpSocket;
use embassy_net::{Config, Runner, Stack, StackResources};
use embassy_time::{Duration, Instant, with_timeout};

use crate::random;
use crate::settings::Settings;

/// After this, a program that waits for an address says so.
const PATIENCE: Duration = Duration::from_secs(3);

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

/// Starts the network stack, which asks for an address until it gets one.
///
/// `resources` has a socket for each that the program uses, and one for DHCP.
pub fn start<const N: usize>(
    spawner: Spawner,
    ethernet: &'static mut Ethernet,
    resources: &'static mut StackResources<N>,
    settings: &Settings,
) -> Stack<'static> {
    let config = match &settings.address {
        Some(address) => Config::ipv4_static(address.clone()),
        None => Config::dhcpv4(Default::default()),
    };
    let (stack, runner) = embassy_net::new(ethernet, config, resources, seed());
    spawner.spawn(run(runner).expect("the network is started once"));
    stack
}

/// Waits for an address.
///
/// # Errors
/// [`Unreachable::NoAddress`] after the patience of `settings`.
pub async fn address(stack: Stack<'static>, settings: &Settings) -> Result<(), Unreachable> {
    with_timeout(settings.patience, stack.wait_config_up())
        .await
        .map_err(|_| Unreachable::NoAddress)?;
    say_address(stack);
    Ok(())
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

/// Says when there is an address, and when there is none.
#[embassy_executor::task]
pub async fn report(stack: Stack<'static>) -> ! {
    loop {
        if with_timeout(PATIENCE, stack.wait_config_up())
            .await
            .is_err()
        {
            println!("no address yet: is the cable plugged in, does DHCP answer?");
            stack.wait_config_up().await;
        }
        say_address(stack);
        stack.wait_config_down().await;
        println!("the network is down");
    }
}

fn say_address(stack: Stack<'static>) {
    if let Some(config) = stack.config_v4() {
        let millis = Instant::now().as_millis();
        println!("address {} after {} ms", config.address, millis);
    }
}

/// What embassy-net begins its numbers with: random ones, but always the same local port.
///
/// A router does not notice that a device was reset, and refuses the new session while it keeps
/// the old one. It learns of the reset when a connection comes from the same port as the old one.
fn seed() -> u64 {
    /// The ports that embassy-net takes in turn; the seed modulo this is the first.
    const PORTS: u64 = 65_535 - 1_025;
    let number = random::number();
    number - number % PORTS
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
