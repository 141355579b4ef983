//! The site on an ESP32-C3. Built, never run: see README.md in the folder above.
//!
//! The radio is part of the chip and takes no pins.

#![no_std]
#![no_main]
#![forbid(unsafe_code)]

use core::panic::PanicInfo;

use device::{SOCKETS, settings};
use embassy_executor::Spawner;
use embassy_net::{Runner, StackResources};
use embassy_time::Timer;
use esp_bootloader_esp_idf::esp_app_desc;
use esp_bootloader_esp_idf::partitions::{
    FlashStorage, PARTITION_TABLE_MAX_LEN, PartitionEntry, PartitionTable, read_partition_table,
};
use esp_hal::delay::Delay;
use esp_hal::rng::Rng;
use esp_hal::timer::timg::TimerGroup;
use esp_println as _;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{AuthenticationMethodConfig, Config, ControllerConfig};
use esp_radio::wifi::{Interface, WifiController, WifiError};
use static_cell::ConstStaticCell;

esp_app_desc!();

static RESOURCES: ConstStaticCell<StackResources<SOCKETS>> =
    ConstStaticCell::new(StackResources::new());

#[esp_hal::main]
async fn main(spawner: Spawner) {
    let p = esp_hal::init(esp_hal::Config::default());
    // The radio's driver takes 47 to 57 KiB, says its documentation; nothing of ours allocates.
    // The first part is what the boot loader used before.
    esp_alloc::heap_allocator!(#[esp_hal::ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: 16 * 1024);
    esp_rtos::start(TimerGroup::new(p.TIMG0).timer0, p.FROM_CPU_INTR0);
    defmt::info!("router {}", settings::ROUTER);

    let config = ControllerConfig::default().with_initial_config(station().expect("checked"));
    let radio = WifiController::new(p.WIFI, config).expect("the radio starts");
    spawner.spawn(join(radio).expect("spawned once"));

    // True random numbers, as long as the radio is on.
    let random = Rng::new();
    let mut seed = [0; 8];
    random.read(&mut seed);
    let seed = u64::from_ne_bytes(seed);
    let config = embassy_net::Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(Interface::station(), config, RESOURCES.take(), seed);
    spawner.spawn(run_network(runner).expect("spawned once"));

    let mut flash = FlashStorage::new(p.FLASH);
    let mut partition = key_partition(&mut flash).as_flash_region(&mut flash);
    let flash = partition.as_nor_flash().expect("flash encryption is off");
    device::run(stack, flash, |out| random.read(out), call_stack).await;
}

/// Where `partitions.csv` has room for the key.
fn key_partition(flash: &mut FlashStorage<'_>) -> PartitionEntry {
    let mut table = [0; PARTITION_TABLE_MAX_LEN];
    let table = read_partition_table(flash, &mut table);
    let mut entries = table.iter().flat_map(PartitionTable::iter);
    let key = entries.find(|entry| entry.label_as_str() == "key");
    key.expect("partitions.csv was flashed")
}

/// The Wi-Fi network of the settings.
fn station() -> Result<Config, WifiError> {
    let authentication = if settings::WIFI_PASSWORD.is_empty() {
        AuthenticationMethodConfig::Open
    } else {
        AuthenticationMethodConfig::Wpa2Personal(settings::WIFI_PASSWORD.try_into()?)
    };
    let station = StationConfig::default()
        .with_ssid(settings::WIFI_SSID.try_into()?)
        .with_authentication(authentication);
    Ok(Config::Station(station))
}

/// Joins the Wi-Fi network, and again whenever it is lost.
#[embassy_executor::task]
async fn join(mut radio: WifiController<'static>) -> ! {
    loop {
        match radio.connect_async().await {
            Ok(_) => {
                defmt::info!("joined {=str}", settings::WIFI_SSID);
                let _ = radio.wait_for_disconnect_async().await;
                defmt::warn!("the Wi-Fi network is lost");
            }
            Err(error) => defmt::warn!("cannot join {=str}: {}", settings::WIFI_SSID, error),
        }
        Timer::after_secs(1).await;
    }
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, Interface>) -> ! {
    runner.run().await
}

/// Nothing measures it on this board.
fn call_stack() -> (usize, usize) {
    (0, 0)
}

#[panic_handler]
fn panic(info: &PanicInfo) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    Delay::new().delay_millis(100); // for the log to leave
    esp_hal::system::software_reset()
}
