//! Identities that outlast a reset.

use embassy_time::{Duration, with_timeout};
use sam_embassy::{Error, IdentityError, KeyStore, LONGEST_KEY, Router, SessionKey};

use crate::bench::{Board, HOST, SLOTS, with_board};
use crate::dummies::private_key;
use crate::polled::{Polled, polled};
use crate::router::PORT;
use crate::tasks::until;
use crate::wire::leak;

/// A store that can be broken.
#[derive(Default)]
struct Store {
    key: Option<Vec<u8>>,
    is_unreadable: bool,
    is_full: bool,
    forgets: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Broken {
    Unreadable,
    Full,
}

impl KeyStore for Store {
    type Error = Broken;

    async fn load(&mut self, out: &mut [u8]) -> Result<Option<usize>, Broken> {
        if self.is_unreadable {
            return Err(Broken::Unreadable);
        }
        embassy_futures::yield_now().await;
        assert_eq!(out.len(), LONGEST_KEY);
        Ok(self.key.as_ref().map(|key| {
            out[..key.len()].copy_from_slice(key);
            key.len()
        }))
    }

    async fn store(&mut self, key: &[u8]) -> Result<(), Broken> {
        if self.is_full {
            return Err(Broken::Full);
        }
        embassy_futures::yield_now().await;
        if !self.forgets {
            self.key = Some(key.to_vec());
        }
        Ok(())
    }
}

async fn identity(
    board: &Board,
    store: &mut Store,
) -> Result<SessionKey<'static>, IdentityError<Broken>> {
    let (router, memory) = (Router::new((HOST, PORT)), leak([0; LONGEST_KEY]));
    let len = router.kept_key(board.pool, store, memory).await?;
    Ok(SessionKey::Binary(&memory[..len]))
}

#[track_caller]
fn assert_key(key: SessionKey<'_>, seed: u8) {
    assert!(matches!(key, SessionKey::Binary(bytes) if bytes == private_key(seed)));
}

#[test]
fn the_router_makes_a_key_once() {
    with_board(async |board| {
        let mut store = Store::default();
        for _ in 0..2 {
            assert_key(identity(&board, &mut store).await.unwrap(), 101);
        }
        assert_eq!(board.router.generated.get(), 1);
        assert_eq!(store.key, Some(private_key(101)));
        board.all_gone().await;
    });
}

#[test]
fn a_kept_key_needs_no_router() {
    with_board(async |board| {
        board.router.stop();
        let mut store = Store {
            key: Some(private_key(7)),
            ..Store::default()
        };
        assert_key(identity(&board, &mut store).await.unwrap(), 7);
    });
}

#[test]
fn no_key_is_used_that_is_not_kept() {
    let unreadable = Store {
        is_unreadable: true,
        ..Store::default()
    };
    let full = Store {
        is_full: true,
        ..Store::default()
    };
    let forgetful = Store {
        forgets: true,
        ..Store::default()
    };
    with_board(async move |board| {
        let table = [
            (unreadable, IdentityError::Store(Broken::Unreadable)),
            (full, IdentityError::Store(Broken::Full)),
            (forgetful, IdentityError::NotKept),
        ];
        for (mut store, error) in table {
            assert_eq!(identity(&board, &mut store).await.err(), Some(error));
            board.all_gone().await;
        }
    });
}

#[test]
fn without_a_router_there_is_no_first_key() {
    with_board(async |board| {
        board.router.stop();
        let mut store = Store::default();
        let limit = Duration::from_secs(10);
        let key = with_timeout(limit, identity(&board, &mut store))
            .await
            .unwrap();
        assert_eq!(key.err(), Some(IdentityError::Router(Error::Unreachable)));
        assert_eq!((store.key, board.pool.free()), (None, SLOTS));
    });
}

#[test]
fn a_first_boot_dropped_at_every_await_keeps_a_whole_key_or_none() {
    with_board(async |board| {
        board.wire.latency.set(3);
        board.router.manner.portion.set(60);
        for polls in 1.. {
            let mut store = Store::default();
            let key = polled(polls, identity(&board, &mut store)).await;
            until(|| board.router.connections.get() == 0).await;
            board.all_gone().await;
            let made = private_key(100 + board.router.generated.get());
            assert!(store.key.as_ref().is_none_or(|key| *key == made));
            if let Polled::Done(key) = key {
                key.unwrap();
                assert!(polls > 20, "only {polls} polls");
                break;
            }
        }
    });
}
