//! What the programs are told when they start.

use core::fmt;
use core::str::FromStr;

use board::Arguments;
use embassy_net::{IpEndpoint, Ipv4Address, Ipv4Cidr, StaticConfigV4};
use embassy_time::Duration;
use sam_embassy::{Address, Router, Timeouts};

/// The arguments, understood.
///
/// | argument | is | if not given |
/// |---|---|---|
/// | `router=IP:PORT` | the router's SAM port | 10.0.2.2:7656, which in QEMU is the host's |
/// | `address=IP/BITS` | this board's address | asked for by DHCP |
/// | `gateway=IP` | the way out of the network | none |
/// | `patience=MS` | how long a wait for the network, a greeting or a name may last | 10 s, and sam-core's time-outs |
/// | `router-udp=PORT` | the router's UDP port, for datagrams | 7655 |
/// | `udp=PORT` | the board's UDP port, for datagrams | any that is free |
/// | `lookup=ADDRESS` | a host name or b32 to look up | nothing |
/// | `peer=ADDRESS` | a host name or b32 to ping, or to send readings to | nobody |
/// | `pings=NUMBER` | after how many pings the program ends | never |
/// | `every=MS` | how long to wait between pings, or readings | the program's choice |
/// | `time=SECONDS` | what time it is, in seconds since 1970 | unknown; a key that expires has expired |
/// | `flash=PATH` | the file of the host that stands in for flash; keeps the key | no key is kept |
pub struct Settings {
    /// The router's SAM port.
    pub router: IpEndpoint,
    /// This board's address, unless DHCP has to give one.
    pub address: Option<StaticConfigV4>,
    /// How long it may take to get an address, and to reach the router.
    pub patience: Duration,
    /// How long the router may take to answer.
    pub timeouts: Timeouts,
    /// The router's UDP port.
    pub router_udp: u16,
    /// The UDP port of this board, if not any.
    pub udp: Option<u16>,
    /// What to look up.
    pub lookup: Option<Address>,
    /// Whom to ping, or to send readings to.
    pub peer: Option<Address>,
    /// After how many pings to end.
    pub pings: Option<u32>,
    /// How long to wait between pings, or readings.
    pub every: Option<Duration>,
    /// What time it is, in seconds since 1970.
    pub time: Option<u32>,
    /// The file of the host that stands in for flash.
    pub flash: Option<&'static str>,
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
        let every = parsed::<u32>(arguments, "every")?;
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
            router_udp: parsed(arguments, "router-udp")?.unwrap_or(7655),
            udp: parsed(arguments, "udp")?,
            lookup: parsed(arguments, "lookup")?,
            peer: parsed(arguments, "peer")?,
            pings: parsed(arguments, "pings")?,
            every: every.map(|millis| Duration::from_millis(millis.into())),
            time: parsed(arguments, "time")?,
            flash: arguments.get("flash"),
        })
    }

    /// The router, with the patience there is with it.
    pub fn patient_router(&self) -> Router {
        Router {
            timeouts: self.timeouts,
            ..Router::new(self.router)
        }
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
