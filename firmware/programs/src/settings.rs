//! What the programs are told when they start.

use core::fmt;
use core::str::FromStr;

use board::Arguments;
use embassy_net::{IpEndpoint, Ipv4Address, Ipv4Cidr, StaticConfigV4};
use embassy_time::Duration;
use sam_core::{Address, Timeouts};

/// The arguments, understood.
///
/// | argument | is | if not given |
/// |---|---|---|
/// | `router=IP:PORT` | the router's SAM port | 10.0.2.2:7656, which in QEMU is the host's |
/// | `address=IP/BITS` | this board's address | asked for by DHCP |
/// | `gateway=IP` | the way out of the network | none |
/// | `patience=MS` | how long any wait may last | 10 s, and sam-core's time-outs |
/// | `lookup=ADDRESS` | a host name or b32 to look up | nothing |
/// | `seed=NUMBER` | chance, for a board without | 0 |
pub struct Settings {
    /// The router's SAM port.
    pub router: IpEndpoint,
    /// This board's address, unless DHCP has to give one.
    pub address: Option<StaticConfigV4>,
    /// How long it may take to get an address, and to reach the router.
    pub patience: Duration,
    /// How long the router may take to answer.
    pub timeouts: Timeouts,
    /// What to look up.
    pub lookup: Option<Address>,
    /// Where port and sequence numbers start: another number after every reset.
    pub seed: u64,
}

/// An argument that makes no sense: its name.
#[derive(Debug)]
pub struct BadArgument(&'static str);

impl Settings {
    /// Reads the arguments.
    ///
    /// # Errors
    /// [`BadArgument`] for the first that makes no sense.
    pub fn from_arguments(arguments: Arguments) -> Result<Self, BadArgument> {
        let patience = parsed::<u32>(arguments, "patience")?;
        let gateway = parsed::<Ipv4Address>(arguments, "gateway")?;
        let address = parsed::<Ipv4Cidr>(arguments, "address")?;
        Ok(Self {
            router: parsed(arguments, "router")?.unwrap_or(HOST),
            address: address.map(|address| StaticConfigV4 {
                address,
                gateway,
                dns_servers: Default::default(),
            }),
            patience: Duration::from_millis(patience.unwrap_or(10_000).into()),
            timeouts: patience.map_or(Timeouts::DEFAULT, never_above),
            lookup: parsed(arguments, "lookup")?,
            seed: parsed(arguments, "seed")?.unwrap_or(0),
        })
    }
}

/// The SAM port of the machine that runs QEMU.
const HOST: IpEndpoint = IpEndpoint::new(
    embassy_net::IpAddress::Ipv4(Ipv4Address::new(10, 0, 2, 2)),
    7656,
);

/// What a program that only asks things waits for, bounded.
fn never_above(millis: u32) -> Timeouts {
    let most = sam_core::time::Duration::from_millis(millis);
    Timeouts {
        hello: Timeouts::DEFAULT.hello.min(most),
        naming: Timeouts::DEFAULT.naming.min(most),
        ..Timeouts::DEFAULT
    }
}

fn parsed<T: FromStr>(arguments: Arguments, name: &'static str) -> Result<Option<T>, BadArgument> {
    let value = arguments.get(name).map(str::parse).transpose();
    value.map_err(|_| BadArgument(name))
}

impl fmt::Display for BadArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the argument {} makes no sense", self.0)
    }
}
