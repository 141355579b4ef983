//! A board that is none: it has a network, a clock and an executor for any target, so that programs
//! link for it and can be measured. They are never run.
//!
//! [`without_sam`](../without_sam) is a device that answers what peers say, calls a peer and says
//! something, over TCP; [`with_sam`](../with_sam) does the same over I2P. What the one is larger
//! than the other is what SAM costs.

#![no_std]

use core::cell::RefCell;
use core::hint::black_box;
use core::panic::PanicInfo;
use core::ptr;
use core::task::{Context, Waker};

use critical_section::{Mutex, RawRestoreState};
use embassy_executor::Spawner;
use embassy_executor::raw::Executor;
use embassy_net::{Config, Stack, StackResources};
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_time_queue_utils::Queue;
use static_cell::StaticCell;

/// Sockets of either program: two for peers that call, one to call a peer, and one more.
///
/// With SAM the one more is the session's; without, nobody has it, so that both programs have
/// socket slots of the same size.
pub const SOCKETS: usize = 4;
/// Bytes of a socket's window.
pub const WINDOW: usize = 1024;

/// Runs a program for ever.
pub fn run(init: impl FnOnce(Spawner, Stack<'static>)) -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();

    let executor: &'static Executor = EXECUTOR.init(Executor::new(ptr::null_mut()));
    let config = Config::ipv4_static(embassy_net::StaticConfigV4 {
        address: embassy_net::Ipv4Cidr::new(anything(), 24),
        gateway: Some(anything()),
        dns_servers: Default::default(),
    });
    let resources = RESOURCES.init(StackResources::new());
    let (stack, runner) = embassy_net::new(Nowhere, config, resources, black_box(0));
    let spawner = executor.spawner();
    if let Ok(task) = network(runner) {
        spawner.spawn(task);
    }
    init(spawner, stack);
    loop {
        // SAFETY: the only place that polls, and not reached from within a task.
        unsafe { executor.poll() };
    }
}

/// An address that the compiler does not know.
pub fn anything() -> embassy_net::Ipv4Address {
    embassy_net::Ipv4Address::from_bits(black_box(0x0a00_0202))
}

#[embassy_executor::task]
async fn network(mut runner: embassy_net::Runner<'static, Nowhere>) -> ! {
    runner.run().await
}

/// An Ethernet of which the compiler knows nothing.
struct Nowhere;

struct Frame([u8; 64]);

impl Driver for Nowhere {
    type RxToken<'a> = Frame;
    type TxToken<'a> = Frame;

    fn receive(&mut self, _: &mut Context<'_>) -> Option<(Frame, Frame)> {
        black_box(Some((Frame([0; 64]), Frame([0; 64]))))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Frame> {
        black_box(Some(Frame([0; 64])))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        black_box(LinkState::Up)
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet([2, 0, 0, 0, 0, 1])
    }
}

impl RxToken for Frame {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, take: F) -> R {
        take(black_box(&mut self.0))
    }
}

impl TxToken for Frame {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, len: usize, fill: F) -> R {
        let result = fill(self.0.get_mut(..len).unwrap_or_default());
        black_box(&self.0);
        result
    }
}

/// A clock that the compiler cannot foresee.
struct Clock(Mutex<RefCell<Queue>>);

impl embassy_time_driver::Driver for Clock {
    fn now(&self) -> u64 {
        black_box(0)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|cs| {
            let mut queue = self.0.borrow_ref_mut(cs);
            queue.schedule_wake(at, waker);
            black_box(queue.next_expiration(self.now()));
        });
    }
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock(Mutex::new(RefCell::new(Queue::new()))));

/// Nothing interrupts a program that does not run.
struct Undisturbed;

critical_section::set_impl!(Undisturbed);

// SAFETY: there is one thread and no interrupt.
unsafe impl critical_section::Impl for Undisturbed {
    unsafe fn acquire() -> RawRestoreState {
        black_box(false)
    }

    unsafe fn release(_: RawRestoreState) {}
}

// SAFETY: the name and the signature that embassy-executor calls when a task is woken.
#[unsafe(export_name = "__pender")]
fn on_wake(_: *mut ()) {
    black_box(());
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        black_box(());
    }
}
