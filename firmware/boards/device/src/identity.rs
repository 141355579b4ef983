//! Who the device is: the key in its flash.

use defmt::Display2Format;
use embassy_time::{Duration, Timer};
use embedded_storage::nor_flash::NorFlash;
use key_store::FlashPage;
use sam_embassy::{LONGEST_KEY, Pool, Router, SessionKey};
use static_cell::ConstStaticCell;

/// The first and the longest pause before the key is asked for again.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The key in the last page of `flash`; on the first boot one that the router makes, which is kept
/// there.
///
/// Waits for the router as long as it takes.
pub(crate) async fn key<const N: usize>(
    router: &Router,
    pool: &'static Pool<N>,
    flash: impl NorFlash,
) -> SessionKey<'static> {
    static KEY: ConstStaticCell<[u8; LONGEST_KEY]> = ConstStaticCell::new([0; LONGEST_KEY]);

    let mut store = last_page(flash);
    let memory = KEY.take();
    let mut pause = PAUSE;
    let len = loop {
        match router.kept_key(pool, &mut store, memory).await {
            Ok(len) => break len,
            Err(error) => defmt::warn!("no key yet: {}; trying again", Display2Format(&error)),
        }
        Timer::after(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    SessionKey::Binary(&memory[..len])
}

/// The page that the linker script or the partition table keeps the program out of.
fn last_page<F: NorFlash>(flash: F) -> FlashPage<F> {
    let at = flash.capacity() - F::ERASE_SIZE;
    FlashPage::new(flash, at as u32)
}
