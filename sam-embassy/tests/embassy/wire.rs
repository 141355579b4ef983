//! Two stacks and the wire between them.

use std::cell::Cell;

use embassy_futures::join::join5;
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Stack, StackResources, StaticConfigV4};
use embassy_net_driver_channel as channel;
use embassy_net_driver_channel::driver::{HardwareAddress, LinkState};
use embassy_time::Timer;

use crate::router::until;

const MTU: usize = 1500;
const SOCKETS: usize = 16;

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
    /// A stack with the address 10.0.0.`host`.
    pub(crate) fn new(host: u8) -> Self {
        let state = leak(channel::State::<MTU, 8, 8>::new());
        let (pins, device) = channel::new(state, HardwareAddress::Ip);
        let config = Config::ipv4_static(StaticConfigV4 {
            address: Ipv4Cidr::new(Ipv4Address::new(10, 0, 0, host), 24),
            gateway: None,
            dns_servers: Default::default(),
        });
        let resources = leak(StackResources::<SOCKETS>::new());
        let (stack, net) = embassy_net::new(device, config, resources, host.into());
        Self { stack, net, pins }
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
    pub(crate) loss: Cell<usize>,
    packets: Cell<usize>,
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
        carry(left_out, right_in, faults),
        carry(right_out, left_in, faults),
        plug,
    )
    .await;
}

async fn carry(
    mut from: channel::TxRunner<'_, MTU>,
    mut to: channel::RxRunner<'_, MTU>,
    faults: &Faults,
) {
    loop {
        let packet = from.tx_buf().await;
        if faults.latency.get() > 0 {
            Timer::after_millis(faults.latency.get()).await;
        }
        let number = faults.packets.get() + 1;
        faults.packets.set(number);
        let loss = faults.loss.get();
        if !faults.is_cut.get() && (loss == 0 || !number.is_multiple_of(loss)) {
            let room = to.rx_buf().await;
            room[..packet.len()].copy_from_slice(packet);
            to.rx_done(packet.len());
        }
        from.tx_done();
    }
}
