//! The subsessions of a PRIMARY session: which of them a stream is for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::lock::lock;
use super::session::Session;

/// The subsessions for streams, by the port they listen on.
#[derive(Default)]
pub(super) struct Subsessions(Mutex<BTreeMap<u16, Arc<Session>>>);

impl Subsessions {
    /// Adds one; `false` if another one listens on its port.
    pub(super) fn add(&self, port: u16, session: &Arc<Session>) -> bool {
        let mut listening = lock(&self.0);
        let is_free = !listening.contains_key(&port);
        if is_free {
            listening.insert(port, Arc::clone(session));
        }
        is_free
    }

    /// Takes one out.
    pub(super) fn remove(&self, id: &[u8]) -> Option<Arc<Session>> {
        let mut listening = lock(&self.0);
        let found = listening.iter().find(|(_, session)| session.id == id);
        let port = *found?.0;
        listening.remove(&port)
    }

    /// The one that gets streams to a port: port 0 gets what nobody else listens for.
    pub(super) fn at(&self, port: u16) -> Option<Arc<Session>> {
        let listening = lock(&self.0);
        listening.get(&port).or_else(|| listening.get(&0)).cloned()
    }

    /// Takes all out.
    pub(super) fn drain(&self) -> Vec<Arc<Session>> {
        std::mem::take(&mut *lock(&self.0)).into_values().collect()
    }
}
