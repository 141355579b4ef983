//! Sessions and lookups.

use embassy_net::Ipv4Address;
use sam_core::ResultCode;
use sam_embassy::{
    Address, Buffers, Destination, Error, Pool, Router, Session, SessionKey, Shared, State, Stream,
};

use crate::bench::{SLOTS, with_session};
use crate::router::{destination_text, private_key};
use crate::wire::{End, leak};

#[test]
fn a_session_has_the_address_of_its_key() {
    with_session(Some(1), async |bench| {
        bench.session.wait_ready().await.unwrap();
        assert_eq!(bench.session.state(), State::Ready);
        let key = private_key(1);
        let address = Destination::new(&key[..391]).unwrap().hash();
        assert_eq!(bench.session.address(), Some(address));
        assert_eq!(bench.pool.free(), SLOTS - 1);
    });
}

#[test]
fn a_transient_session_knows_its_address() {
    with_session(None, async |bench| {
        bench.session.wait_ready().await.unwrap();
        assert!(bench.session.address().is_some());
    });
}

#[test]
fn lookups_need_no_slot_and_take_turns() {
    with_session(Some(1), async |bench| {
        let known: Address = "echo.i2p".parse().unwrap();
        let unknown: Address = "nobody.i2p".parse().unwrap();
        let (mut one, mut two, mut three) = ([0; 512], [0; 512], [0; 390]);
        let (found, missing, too_long) = embassy_futures::join::join3(
            bench.session.lookup(&known, &mut one),
            bench.session.lookup(&unknown, &mut two),
            bench.session.lookup(&known, &mut three),
        )
        .await;
        assert_eq!(found.unwrap().to_string(), destination_text());
        let not_found = sam_core::Error::Refused(ResultCode::KeyNotFound);
        assert_eq!(missing.unwrap_err(), Error::Sam(not_found));
        let full = sam_core::error::Full::Output;
        assert_eq!(too_long.unwrap_err(), Error::Sam(full.into()));
        assert_eq!(bench.pool.free(), SLOTS - 1);
    });
}

#[test]
fn without_its_runner_a_session_is_closed() {
    let buffers = leak([const { Buffers::<64, 64, 64>::NEW }; 1]);
    let pool = leak(Pool::new(End::new(1).stack, buffers));
    let router = Router::new((Ipv4Address::new(10, 0, 0, 2), 7656));
    let (key, shared) = (SessionKey::TRANSIENT, leak(Shared::new()));
    let (session, runner) = Session::new(router, pool, shared, key, |_: &mut [u8]| {});
    drop(runner);
    assert_eq!(session.state(), State::Closed);
    futures_executor::block_on(async {
        let address: Address = "echo.i2p".parse().unwrap();
        assert_eq!(session.wait_ready().await, Err(Error::Closed));
        assert_eq!(session.accept().await.err(), Some(Error::Closed));
        assert_eq!(session.connect(&address).await.err(), Some(Error::Closed));
        let found = session.lookup(&address, &mut []).await;
        assert_eq!(found.err(), Some(Error::Closed));
    });
    assert_eq!(pool.free(), 1);
}

#[test]
fn what_a_session_costs() {
    assert!(size_of::<Shared>() <= 1024, "{}", size_of::<Shared>());
    with_session(Some(1), async |bench| {
        let address: Address = "echo.i2p".parse().unwrap();
        let sizes = [
            size_of_val(&bench.session.accept()),
            size_of_val(&bench.session.connect(&address)),
            size_of_val(&bench.session.lookup(&address, &mut [])),
            size_of::<Stream>(),
        ];
        println!(
            "Shared {}, accept, connect, lookup, Stream {sizes:?}",
            size_of::<Shared>()
        );
        assert!(sizes.iter().all(|size| *size <= 2048), "{sizes:?}");
    });
}
