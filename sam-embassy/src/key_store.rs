//! Where a program's identity survives a reset.

use core::fmt;
use core::future::Future;

use sam_core::error::Malformed;
use sam_core::key::PrivateKey;
use sam_core::{Connection, Event, Greeting, SignatureType, Utility};

use crate::dial::Dial;
use crate::error::Error;
use crate::pool::Pool;
use crate::router::{Router, bounded, next};

/// The longest private key that can be read, in bytes; Ed25519 needs 679 at the most.
pub const LONGEST_KEY: usize = 1024;

/// Keeps the private key that is a program's identity: in a page of flash, in a secure element,
/// in the program itself.
///
/// Whoever reads the key *is* the program to its peers.
pub trait KeyStore {
    /// What can go wrong.
    type Error;

    /// Reads the key into `out`, of [`LONGEST_KEY`] bytes; returns its length, or `None` if none
    /// has been kept yet.
    ///
    /// A key that was not kept whole, because the power failed, has not been kept.
    ///
    /// # Errors
    /// The store cannot be read.
    fn load(&mut self, out: &mut [u8]) -> impl Future<Output = Result<Option<usize>, Self::Error>>;

    /// Keeps a key in binary, at most [`LONGEST_KEY`] bytes; it outlasts a reset when this
    /// returns.
    ///
    /// # Errors
    /// The store cannot be written.
    fn store(&mut self, key: &[u8]) -> impl Future<Output = Result<(), Self::Error>>;
}

/// Why a program has no identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum IdentityError<E> {
    /// The router made no key; try again.
    Router(Error),
    /// The store failed.
    Store(E),
    /// The store took a key and does not have it.
    NotKept,
}

impl Router {
    /// Reads the key in the store into `memory`; on the first boot one that the router makes, kept
    /// before it is used. Returns the key's length.
    ///
    /// Tries once. Takes a slot of the pool, if it asks the router. The key is as it was kept:
    /// whether it is one shows when the session is created.
    ///
    /// # Errors
    /// [`IdentityError`]. Nothing is lost by trying again.
    pub async fn kept_key<const N: usize, T: Dial, S: KeyStore>(
        &self,
        pool: &'static Pool<N, T>,
        store: &mut S,
        memory: &mut [u8; LONGEST_KEY],
    ) -> Result<usize, IdentityError<S::Error>> {
        if let Some(len) = load(store, memory).await? {
            return Ok(len);
        }
        let key = self.generate_key(pool, &mut memory[..]).await;
        let key = key.map_err(IdentityError::Router)?;
        let kept = store.store(key.as_bytes()).await;
        kept.map_err(IdentityError::Store)?;
        drop(key); // overwrites `memory`
        load(store, memory).await?.ok_or(IdentityError::NotKept)
    }

    /// Has the router make a key, with Ed25519; `storage` has at least 679 bytes.
    ///
    /// Takes a slot of the pool meanwhile. The router knows the key, as it does in any case when a
    /// session is created with it.
    ///
    /// # Errors
    /// [`Error::Sam`] with a refusal, or with [`Full`](sam_core::Error::Full) if `storage` is too
    /// short; [`Error::Unreachable`], [`Error::NotTrusted`], [`Error::Reset`], [`Error::TimedOut`].
    pub async fn generate_key<'s, const N: usize, T: Dial>(
        &self,
        pool: &'static Pool<N, T>,
        storage: &'s mut [u8],
    ) -> Result<PrivateKey<&'s mut [u8]>, Error> {
        let mut lease = pool.lender().dial(self.endpoint).await?;
        let (transport, heard, said) = lease.parts()?;
        let utility = Utility::new(Greeting::default(), self.timeouts);
        let mut connection = Connection::new(utility, heard, said)?;
        bounded(next(&mut connection, transport).await)?; // greeted
        connection.request(|utility, tx| utility.ask()?.generate(SignatureType::ED25519, tx))?;
        let line = bounded(next(&mut connection, transport).await)?;
        let line = line.ok_or(sam_core::Error::Closed)?;
        match connection.event(line)? {
            Event::Generated { private, .. } => {
                let text = private.expose().as_bytes().ok_or(UNEXPECTED)?;
                let key = PrivateKey::from_base64(text, storage);
                Ok(key.map_err(|_| UNEXPECTED)?)
            }
            Event::NotGenerated(status) | Event::Status(status) => {
                status.into_result()?;
                Err(UNEXPECTED.into())
            }
            _ => Err(UNEXPECTED.into()),
        }
    }
}

const UNEXPECTED: sam_core::Error = sam_core::Error::Peer(Malformed::Unexpected);

async fn load<S: KeyStore>(
    store: &mut S,
    memory: &mut [u8; LONGEST_KEY],
) -> Result<Option<usize>, IdentityError<S::Error>> {
    let loaded = store.load(memory).await;
    let len = loaded.map_err(IdentityError::Store)?;
    Ok(len.filter(|len| *len <= memory.len()))
}

impl<E: fmt::Display> fmt::Display for IdentityError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Router(error) => write!(f, "the router made no key: {error}"),
            Self::Store(error) => error.fmt(f),
            Self::NotKept => f.write_str("the key store does not keep what it takes"),
        }
    }
}

impl<E: core::error::Error> core::error::Error for IdentityError<E> {}
