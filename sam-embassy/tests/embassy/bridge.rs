//! The bridge everything else is tested with as the other end.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};

use embassy_futures::join::{join, join3};
use embedded_io_async::{Read, Write};
use sam_core::ResultCode;
use sam_embassy::{Address, Destination, Error, KeyStore, LONGEST_KEY, SessionKey, State};

use crate::dummies::private_key;
use crate::gateway::listener;
use crate::lan::{blocking, builder, meet, with_bridge};
use crate::tasks::{spawn, until};
use crate::wire::leak;

/// The key that a program keeps in memory.
#[derive(Default)]
struct Memory(Option<Vec<u8>>);

impl KeyStore for Memory {
    type Error = Infallible;

    async fn load(&mut self, out: &mut [u8]) -> Result<Option<usize>, Infallible> {
        Ok(self.0.as_ref().map(|key| {
            out[..key.len()].copy_from_slice(key);
            key.len()
        }))
    }

    async fn store(&mut self, key: &[u8]) -> Result<(), Infallible> {
        self.0 = Some(key.to_vec());
        Ok(())
    }
}

#[test]
fn an_identity_that_the_bridge_made_outlasts_a_reset_of_the_board() {
    with_bridge(builder(), async |lan| {
        let mut store = Memory::default();
        let (router, mut addresses) = (lan.router(), Vec::new());
        for seed in [1, 2] {
            let memory = leak([0; LONGEST_KEY]);
            let made = router.kept_key(lan.pool, &mut store, memory).await;
            let key = SessionKey::Binary(&memory[..made.unwrap()]);
            let (_, address) = lan.session_of(key, seed).await;
            addresses.push(address);
            lan.end_sessions();
            lan.all_quiet(0).await;
        }
        assert_eq!(addresses[0], addresses[1]);
    });
}

#[test]
fn names_are_looked_up() {
    let key = private_key(1);
    let destination = Destination::new(&key[..391]).unwrap();
    let named = builder().host_name("board.i2p".parse().unwrap(), &destination);
    with_bridge(named, async |lan| {
        let (session, address) = lan.session(1).await;
        let mut out = [0; 512];
        for known in [address, "board.i2p".parse().unwrap()] {
            let found = session.lookup(&known, &mut out).await.unwrap();
            assert_eq!(found.as_bytes(), &private_key(1)[..391]);
        }
        let unknown: Address = "nobody.i2p".parse().unwrap();
        let missing = session.lookup(&unknown, &mut out).await.unwrap_err();
        let not_found = sam_core::Error::Refused(ResultCode::KeyNotFound);
        assert_eq!(missing, Error::Sam(not_found));
        lan.all_quiet(1).await;
    });
}

#[test]
fn a_bridge_that_was_gone_gets_both_sessions_back() {
    with_bridge(builder(), async |lan| {
        let (one, own) = lan.session(1).await;
        let (other, address) = lan.session(2).await;
        let (mut connected, accepted) = meet(one, &address, other).await;
        let waiting = spawn(async move { other.accept().await });
        lan.stop();
        until(|| one.state() != State::Ready && other.state() != State::Ready).await;
        assert!(!matches!(connected.read(&mut [0; 8]).await, Ok(1..)));
        drop((connected, accepted));
        // Both have seen that no router is there, so none is given time to forget them.
        until(|| lan.gateway.refused.get() >= 6).await;
        lan.start(builder());
        let (ready, too) = join(one.wait_ready(), other.wait_ready()).await;
        ready.unwrap();
        too.unwrap();
        assert_eq!(one.address().map(Address::from), Some(own));
        assert_eq!(other.address().map(Address::from), Some(address.clone()));
        let mut connected = one.connect(&address).await.unwrap();
        connected.write_all(b"ping").await.unwrap();
        let mut accepted = waiting.join().await.unwrap();
        let mut four = [0; 4];
        accepted.read_exact(&mut four).await.unwrap();
        assert_eq!(&four, b"ping");
        drop((connected, accepted));
        lan.all_quiet(2).await;
    });
}

#[test]
fn the_bridge_brings_peers_to_a_port() {
    with_bridge(builder(), async |lan| {
        let (session, address) = lan.session(1).await;
        let listener = listener();
        let port = listener.local_addr().unwrap().port();
        let forward = spawn(async move { session.forward(port).await });
        let peer = lan.peer();
        let caller = peer.address();
        let calling = blocking(move || {
            // Until the forward is active the bridge waits for an accept, as for a forward.
            let mut stream = peer.connect(&address).unwrap();
            stream.write_all(b"ping").unwrap();
            let mut answer = [0; 4];
            stream.read_exact(&mut answer).unwrap();
            answer
        });
        let serving = async {
            let mut stream = session.accept_forwarded(port).await.unwrap();
            assert_eq!(stream.peer().map(Address::from), Some(caller));
            let mut four = [0; 4];
            stream.read_exact(&mut four).await.unwrap();
            stream.write_all(&four).await.unwrap();
            stream.close().await.unwrap();
        };
        let bringing = lan.gateway.bring(listener, lan.host);
        let (answer, (), ()) = join3(calling, serving, bringing).await;
        assert_eq!(&answer, b"ping");
        drop(forward);
        lan.all_quiet(1).await;
    });
}

#[cfg(feature = "control-datagrams")]
#[test]
fn datagrams_of_all_sizes_pass_the_bridge_both_ways() {
    with_bridge(builder(), async |lan| {
        let (one, here) = lan.datagrams(1).await;
        let (_, there) = lan.datagrams(2).await;
        let (own, mut out) = (private_key(1), [0; 512]);
        let peer = Address::Hash(Destination::new(&private_key(2)[..391]).unwrap().hash());
        let peer = one.lookup(&peer, &mut out).await.unwrap();
        for len in [1, 1000, 7600] {
            let said: Vec<u8> = (0..len).map(|place| (place % 251) as u8).collect();
            let mut heard = vec![0; len];
            here.send_to(&said, &peer).await.unwrap();
            let received = there.recv(&mut heard).await.unwrap();
            assert!(received.len == len && heard == said, "{len}");
            let source = received.source.unwrap();
            assert_eq!(source.as_bytes(), &own[..391]);
            there.send_to(&heard, &source).await.unwrap();
            heard.fill(0);
            assert_eq!(here.recv(&mut heard).await.unwrap().len, len);
            assert!(heard == said, "{len}");
        }
        lan.all_quiet(2).await;
    });
}
