//! Two stacks and the wire between them.

use std::cell::{Cell, RefCell};

use embassy_futures::join::{join, join5};
use embassy_futures::select::{Either, select};
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Stack, StackResources, StaticConfigV4};
use embassy_net_driver_channel as channel;
use embassy_net_driver_channel::driver::{HardwareAddress, LinkState};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::channel::Channel;
use embassy_time::{Duration, Instant, Timer};

use crate::tasks::until;

const MTU: usize = 1500;
const SOCKETS: usize = 16;
/// Packets that are on the wire at a time, each way.
const UNDERWAY: usize = 64;

type Pins = channel::Runner<'static, MTU>;
type Net = embassy_net::Runner<'static, channel::Device<'static, MTU>>;

/// An end of the wire.
pub(crate) struct End {
    pub(crate) stack: Stack<'static>,
    net: Net,
    pins: Pins,
}

pub(crate) fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

impl End {
    /// A stack with that address.
    pub(crate) fn new(address: Ipv4Address) -> Self {
        let state = leak(channel::State::<MTU, 8, 8>::new());
        let (pins, device) = channel::new(state, HardwareAddress::Ip);
        let config = Config::ipv4_static(at(address));
        let resources = leak(StackResources::<SOCKETS>::new());
        let (stack, net) = embassy_net::new(device, config, resources, address.to_bits().into());
        Self { stack, net, pins }
    }
}

/// What a stack has to know to have that address.
pub(crate) fn at(address: Ipv4Address) -> StaticConfigV4 {
    StaticConfigV4 {
        address: Ipv4Cidr::new(address, 24),
        gateway: None,
        dns_servers: Default::default(),
    }
}

/// What is wrong with the wire.
#[derive(Default)]
pub(crate) struct Faults {
    /// Whether it is unplugged.
    pub(crate) is_cut: Cell<bool>,
    /// How long a packet takes, in milliseconds.
    pub(crate) latency: Cell<u64>,
    /// Of how many packets one is lost; 0 is none.
    pub(crate) loss: Cell<u32>,
    /// Packets that were lost.
    pub(crate) lost: Cell<usize>,
    /// Packets that nobody sent; they get to the left end.
    pub(crate) strays: RefCell<Vec<Vec<u8>>>,
    chance: Cell<u32>,
}

impl Faults {
    /// Unplugs it for a while.
    pub(crate) async fn cut_for(&self, time: Duration) {
        self.is_cut.set(true);
        Timer::after(time).await;
        self.is_cut.set(false);
    }

    /// Whether the next packet is lost: by chance, but the same in every run.
    fn takes_one(&self) -> bool {
        let chance = self.chance.get();
        self.chance
            .set(chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let is_bad_luck = (chance >> 16).checked_rem(self.loss.get()) == Some(0);
        let is_lost = self.is_cut.get() || is_bad_luck;
        self.lost.set(self.lost.get() + usize::from(is_lost));
        is_lost
    }
}

/// Carries packets both ways, for ever.
pub(crate) async fn connect(mut left: End, mut right: End, faults: &Faults) {
    let (left_link, left_in, left_out) = left.pins.split();
    let (right_link, right_in, right_out) = right.pins.split();
    right_link.set_link_state(LinkState::Up);
    let plug = async {
        loop {
            left_link.set_link_state(LinkState::Up);
            until(|| faults.is_cut.get()).await;
            left_link.set_link_state(LinkState::Down);
            until(|| !faults.is_cut.get()).await;
        }
    };
    join5(
        left.net.run(),
        right.net.run(),
        carry(left_out, right_in, faults, &RefCell::default()),
        carry(right_out, left_in, faults, &faults.strays),
        plug,
    )
    .await;
}

async fn carry(
    mut from: channel::TxRunner<'_, MTU>,
    mut to: channel::RxRunner<'_, MTU>,
    faults: &Faults,
    strays: &RefCell<Vec<Vec<u8>>>,
) {
    let underway = Channel::<NoopRawMutex, (Instant, Vec<u8>), UNDERWAY>::new();
    let take = async {
        loop {
            let is_stray = until(|| !strays.borrow().is_empty());
            let packet = match select(from.tx_buf(), is_stray).await {
                Either::First(packet) => Some(packet.to_vec()),
                Either::Second(()) => None,
            };
            let packet = packet
                .inspect(|_| from.tx_done())
                .unwrap_or_else(|| strays.borrow_mut().remove(0));
            let arrival = Instant::now() + Duration::from_millis(faults.latency.get());
            underway.send((arrival, packet)).await;
        }
    };
    let give = async {
        loop {
            let (arrival, packet) = underway.receive().await;
            Timer::at(arrival).await;
            if !faults.takes_one() {
                to.rx_buf().await[..packet.len()].copy_from_slice(&packet);
                to.rx_done(packet.len());
            }
        }
    };
    join(take, give).await;
}
