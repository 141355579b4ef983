//! Who the device is: the key that it keeps over resets.

use core::fmt::Display;

use board::{Flash, println};
use embassy_time::{Duration, Timer};
#[cfg(feature = "datagrams")]
use key_store::SelfMade;
use key_store::{CompiledIn, FlashPage};
use sam_embassy::{Dial, KeyStore, LONGEST_KEY, Pool, Router, SessionKey};
use static_cell::ConstStaticCell;

#[cfg(feature = "datagrams")]
use crate::random;
use crate::settings::Settings;

/// The key of the file that `I2P_KEY_FILE` named when the program was built.
const COMPILED_IN: Option<&[u8]> = include!(concat!(env!("OUT_DIR"), "/key.rs"));

/// Where in the flash the key is.
const PAGE: u32 = 0;

/// The first and the longest pause before the key is asked for again.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The device's key: the one in the program, else the one in the flash, which the router makes on
/// the first boot. Without either, each session has a new address.
///
/// Waits for the router as long as it takes.
///
/// # Panics
/// If it is called twice; if the host cannot open the file that is the flash.
pub async fn key<const N: usize, T: Dial>(
    router: &Router,
    pool: &'static Pool<N, T>,
    settings: &Settings,
) -> SessionKey<'static> {
    if let Some(key) = COMPILED_IN {
        return kept(router, pool, CompiledIn(key)).await;
    }
    match flash(settings) {
        Some(flash) => kept(router, pool, FlashPage::new(flash, PAGE)).await,
        None => SessionKey::TRANSIENT,
    }
}

/// The same, but the device makes its first key itself.
///
/// # Panics
/// As [`key`].
#[cfg(feature = "datagrams")]
pub async fn own_key<const N: usize, T: Dial>(
    router: &Router,
    pool: &'static Pool<N, T>,
    settings: &Settings,
) -> SessionKey<'static> {
    if COMPILED_IN.is_some() {
        return key(router, pool, settings).await;
    }
    let Some(flash) = flash(settings) else {
        return SessionKey::TRANSIENT;
    };
    let page = FlashPage::new(flash, PAGE);
    kept(router, pool, SelfMade::new(page, random::fill)).await
}

/// The file that stands in for flash, if there is one.
fn flash(settings: &Settings) -> Option<Flash> {
    let Some(path) = settings.flash else {
        println!("no key is kept: each session has a new address");
        return None;
    };
    Some(Flash::open(path).expect("the host opens the file"))
}

/// The key in a store, where the router's first one is kept.
async fn kept<const N: usize, T: Dial, S: KeyStore<Error: Display>>(
    router: &Router,
    pool: &'static Pool<N, T>,
    mut store: S,
) -> SessionKey<'static> {
    static KEY: ConstStaticCell<[u8; LONGEST_KEY]> = ConstStaticCell::new([0; LONGEST_KEY]);

    let memory = KEY.take();
    let mut pause = PAUSE;
    let len = loop {
        match router.kept_key(pool, &mut store, memory).await {
            Ok(len) => break len,
            Err(error) => println!("no key yet: {}; trying again", error),
        }
        Timer::after(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    SessionKey::Binary(&memory[..len])
}
