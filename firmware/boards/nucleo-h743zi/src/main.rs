//! The site on an ST NUCLEO-H743ZI. Built, never run: see README.md in the folder above.
//!
//! The Ethernet socket's PHY, a LAN8742A, is wired on the board, on RMII: PA1 clock, PA7 carrier,
//! PC4 and PC5 receive, PG13 and PB13 send, PG11 send enable, PA2 and PC1 management.

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::panic::PanicInfo;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
use defmt_rtt as _;
use device::{SOCKETS, settings};
use embassy_executor::Spawner;
use embassy_net::{Runner, StackResources};
use embassy_stm32::eth::{Ethernet, GenericPhy, PacketQueue, Sma};
use embassy_stm32::flash::Flash;
use embassy_stm32::peripherals::{ETH, ETH_SMA, RNG};
use embassy_stm32::rng::Rng;
use embassy_stm32::{Config, bind_interrupts, eth, rcc, rng, uid};
use static_cell::ConstStaticCell;

bind_interrupts!(struct Interrupts {
    ETH => eth::InterruptHandler;
    RNG => rng::InterruptHandler<RNG>;
});

type Device = Ethernet<'static, ETH, GenericPhy<Sma<'static, ETH_SMA>>>;

/// Frames that wait to be sent or to be read, 1.5 KiB each.
static FRAMES: ConstStaticCell<PacketQueue<4, 4>> = ConstStaticCell::new(PacketQueue::new());
static RESOURCES: ConstStaticCell<StackResources<SOCKETS>> =
    ConstStaticCell::new(StackResources::new());

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let p = embassy_stm32::init(clocks());
    defmt::info!("router {}", settings::ROUTER);
    let mut random = Rng::new(p.RNG, Interrupts);
    let device = Ethernet::new(
        FRAMES.take(),
        p.ETH,
        Interrupts,
        p.PA1,
        p.PA7,
        p.PC4,
        p.PC5,
        p.PG13,
        p.PB13,
        p.PG11,
        mac_address(),
        p.ETH_SMA,
        p.PA2,
        p.PC1,
    );
    let config = embassy_net::Config::dhcpv4(Default::default());
    let seed = random.next_u64();
    let (stack, runner) = embassy_net::new(device, config, RESOURCES.take(), seed);
    spawner.spawn(run_network(runner).expect("spawned once"));

    let flash = Flash::new_blocking(p.FLASH);
    device::run(stack, flash, |out| random.fill_bytes(out), call_stack).await;
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, Device>) -> ! {
    runner.run().await
}

const CORE_HZ: u32 = 400_000_000;

/// 400 MHz from the internal oscillator; 48 MHz for the random number generator.
fn clocks() -> Config {
    use rcc::{AHBPrescaler, APBPrescaler, HSIPrescaler, Hsi48Config, Pll, PllDiv, PllMul};
    use rcc::{PllPreDiv, PllSource, Sysclk, VoltageScale};

    let mut config = Config::default();
    let rcc = &mut config.rcc;
    rcc.hsi = Some(HSIPrescaler::DIV1);
    rcc.hsi48 = Some(Hsi48Config::default());
    rcc.pll1 = Some(Pll {
        source: PllSource::HSI,
        prediv: PllPreDiv::DIV4,
        mul: PllMul::MUL50,
        fracn: None,
        divp: Some(PllDiv::DIV2),
        divq: None,
        divr: None,
    });
    rcc.sys = Sysclk::PLL1_P;
    rcc.ahb_pre = AHBPrescaler::DIV2;
    rcc.apb1_pre = APBPrescaler::DIV2;
    rcc.apb2_pre = APBPrescaler::DIV2;
    rcc.apb3_pre = APBPrescaler::DIV2;
    rcc.apb4_pre = APBPrescaler::DIV2;
    rcc.voltage_scale = VoltageScale::Scale1;
    config
}

/// A locally administered address, made of the chip's serial number.
fn mac_address() -> [u8; 6] {
    let hash = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC).checksum(&uid::uid());
    let [a, b, c, d] = hash.to_be_bytes();
    [0x02, 0x00, a, b, c, d]
}

fn call_stack() -> (usize, usize) {
    let size = cortex_m_stack::stack_size();
    let used = size - cortex_m_stack::stack_painted();
    (used as usize, size as usize)
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    // 0.1 s for the debug probe to fetch the log.
    cortex_m::asm::delay(CORE_HZ / 10);
    cortex_m::peripheral::SCB::sys_reset()
}
