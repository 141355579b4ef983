//! The site on a Raspberry Pi Pico W. Built, never run: see README.md in the folder above.
//!
//! The radio, a CYW43439, is wired on the board: GPIO23 power, GPIO24 data, GPIO25 select, GPIO29
//! clock.

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

mod radio;
mod random;

use core::panic::PanicInfo;

use cyw43::{Control, JoinOptions, NetDriver};
use cyw43_pio::{DEFAULT_CLOCK_DIVIDER, PioSpi};
use defmt_rtt as _;
use device::{SOCKETS, settings};
use embassy_executor::Spawner;
use embassy_net::{Runner, StackResources};
use embassy_rp::flash::Flash;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::peripherals::{DMA_CH0, PIO0};
use embassy_rp::pio::{self, Pio};
use embassy_rp::{bind_interrupts, dma};
use embassy_time::Timer;
use static_cell::{ConstStaticCell, StaticCell};

bind_interrupts!(struct Interrupts {
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>;
    PIO0_IRQ_0 => pio::InterruptHandler<PIO0>;
});

type Radio = cyw43::Runner<'static, cyw43::SpiBus<Output<'static>, PioSpi<'static, PIO0, 0>>>;

const FLASH_SIZE: usize = 2 * 1024 * 1024;

static RADIO: StaticCell<cyw43::State> = StaticCell::new();
static RESOURCES: ConstStaticCell<StackResources<SOCKETS>> =
    ConstStaticCell::new(StackResources::new());

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let p = embassy_rp::init(Default::default());
    if radio::is_missing() {
        defmt::error!("no radio firmware: see README");
        return;
    }
    defmt::info!("router {}", settings::ROUTER);

    let mut pio = Pio::new(p.PIO0, Interrupts);
    let power = Output::new(p.PIN_23, Level::Low);
    let bus = PioSpi::new(
        &mut pio.common,
        pio.sm0,
        DEFAULT_CLOCK_DIVIDER,
        pio.irq0,
        Output::new(p.PIN_25, Level::High),
        p.PIN_24,
        p.PIN_29,
        dma::Channel::new(p.DMA_CH0, Interrupts),
    );
    let state = RADIO.init_with(cyw43::State::new);
    let (device, mut control, radio) =
        cyw43::new(state, power, bus, radio::PROGRAM, radio::BOARD).await;
    spawner.spawn(run_radio(radio).expect("spawned once"));
    control.init(radio::REGULATIONS).await;

    let config = embassy_net::Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(device, config, RESOURCES.take(), random::number());
    spawner.spawn(run_network(runner).expect("spawned once"));
    spawner.spawn(join(control, stack).expect("spawned once"));

    let flash = Flash::<_, _, FLASH_SIZE>::new_blocking(p.FLASH);
    device::run(stack, flash, random::fill, call_stack).await;
}

#[embassy_executor::task]
async fn run_radio(radio: Radio) -> ! {
    radio.run().await
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, NetDriver<'static>>) -> ! {
    runner.run().await
}

/// Joins the Wi-Fi network, and again whenever it is lost.
#[embassy_executor::task]
async fn join(mut control: Control<'static>, stack: embassy_net::Stack<'static>) -> ! {
    loop {
        let options = match settings::WIFI_PASSWORD {
            "" => JoinOptions::new_open(),
            password => JoinOptions::new(password.as_bytes()),
        };
        match control.join(settings::WIFI_SSID, options).await {
            Ok(()) => {
                defmt::info!("joined {=str}", settings::WIFI_SSID);
                stack.wait_link_down().await;
                defmt::warn!("the Wi-Fi network is lost");
            }
            Err(error) => defmt::warn!("cannot join {=str}: {}", settings::WIFI_SSID, error),
        }
        Timer::after_secs(1).await;
    }
}

fn call_stack() -> (usize, usize) {
    let size = cortex_m_stack::stack_size();
    let used = size - cortex_m_stack::stack_painted();
    (used as usize, size as usize)
}

const CORE_HZ: u32 = 125_000_000;

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    // 0.1 s for the debug probe to fetch the log.
    cortex_m::asm::delay(CORE_HZ / 10);
    cortex_m::peripheral::SCB::sys_reset()
}
