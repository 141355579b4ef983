//! A session, where those who connect to it meet those who accept for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use sam_core::key::{DestinationHash, EncryptedAddress};
use sam_core::{ResultCode, Status};

use super::acceptor::Acceptor;
use super::connector::{Connector, Offer};
use super::datagrams::Inbox;
use super::forward::Forward;
use super::group::Group;
use super::lock::lock;
use super::socket::Socket;
use super::subsessions::{Listen, Subsessions};

/// What a session is for.
pub(super) enum Carries {
    Streams,
    Datagrams(Inbox),
    /// Nothing itself.
    Subsessions,
}

/// A session, as long as its control socket is open.
pub(super) struct Session {
    pub(super) id: Vec<u8>,
    /// In base64.
    pub(super) destination: Arc<str>,
    pub(super) hash: DestinationHash,
    /// Its only address, if its lease set is encrypted.
    pub(super) encrypted: Option<EncryptedAddress>,
    pub(super) control: Arc<Socket>,
    /// What ends with the session.
    pub(super) group: Arc<Group>,
    /// `None` for streams.
    pub(super) inbox: Option<Inbox>,
    /// Of a PRIMARY session, which has no streams itself.
    pub(super) subsessions: Option<Subsessions>,
    queues: Mutex<Queues>,
}

/// Never both: whoever could be served is served at once.
#[derive(Default)]
struct Queues {
    parked: VecDeque<Arc<Connector>>,
    acceptors: VecDeque<Arc<Acceptor>>,
    forward: Option<Arc<Forward>>,
}

impl Session {
    pub(super) fn new(
        id: Vec<u8>,
        destination: Arc<str>,
        hash: DestinationHash,
        encrypted: Option<EncryptedAddress>,
        control: Arc<Socket>,
        carries: Carries,
    ) -> Self {
        let (inbox, subsessions) = match carries {
            Carries::Streams => (None, None),
            Carries::Datagrams(inbox) => (Some(inbox), None),
            Carries::Subsessions => (None, Some(Subsessions::default())),
        };
        Self {
            id,
            destination,
            hash,
            encrypted,
            control,
            group: Arc::default(),
            inbox,
            subsessions,
            queues: Mutex::default(),
        }
    }

    /// One inside this one.
    pub(super) fn inside(&self, id: Vec<u8>, carries: Carries) -> Self {
        Self::new(
            id,
            Arc::clone(&self.destination),
            self.hash,
            None,
            Arc::clone(&self.control),
            carries,
        )
    }

    pub(super) const fn carries_streams(&self) -> bool {
        self.inbox.is_none() && self.subsessions.is_none()
    }

    /// Who takes this, streams or datagrams: this session, or one inside it.
    pub(super) fn listening(self: Arc<Self>, wanted: Listen) -> Option<Arc<Self>> {
        match &self.subsessions {
            Some(inside) => inside.at(wanted),
            None => Some(self),
        }
    }

    /// Who sends datagrams, raw or not, on the control socket: this session, or the latest one
    /// inside it.
    pub(super) fn sending(self: &Arc<Self>, is_raw: bool) -> Option<Arc<Self>> {
        match &self.subsessions {
            Some(inside) => inside.latest(is_raw),
            None => Some(Arc::clone(self)).filter(|session| session.sends(is_raw)),
        }
    }

    /// Whether it is for datagrams, raw or not.
    pub(super) fn sends(&self, is_raw: bool) -> bool {
        let inbox = self.inbox.as_ref();
        inbox.is_some_and(|inbox| inbox.is_raw() == is_raw)
    }

    /// Lines up a client that connects to this session.
    pub(super) fn park(
        &self,
        connector: &Arc<Connector>,
        backlog: usize,
    ) -> Result<(), Status<'static>> {
        let mut queues = lock(&self.queues);
        if queues.parked.len() >= backlog {
            let status = Status::new(ResultCode::CantReachPeer);
            return Err(status.with_message("the peer accepts too slowly"));
        }
        queues.parked.push_back(Arc::clone(connector));
        queues.serve();
        Ok(())
    }

    /// Lines up a client whose offer was stale, before all others.
    pub(super) fn park_again(&self, connector: &Arc<Connector>) {
        let mut queues = lock(&self.queues);
        queues.parked.push_front(Arc::clone(connector));
        queues.serve();
    }

    /// Takes a connecting client out, and gives what it was offered meanwhile to the next one.
    pub(super) fn leave(&self, connector: &Arc<Connector>) {
        let mut queues = lock(&self.queues);
        queues.parked.retain(|other| !Arc::ptr_eq(other, connector));
        if let Some(Offer::Acceptor(acceptor)) = connector.offers.close_and_take() {
            queues.accept_again(acceptor);
        }
    }

    /// Lines up a client that accepts for this session.
    pub(super) fn accept(&self, acceptor: &Arc<Acceptor>) -> Result<(), Status<'static>> {
        let mut queues = lock(&self.queues);
        if queues.live_forward().is_some() {
            return Err(already_accepting("the session forwards its streams"));
        }
        queues.acceptors.push_back(Arc::clone(acceptor));
        queues.serve();
        Ok(())
    }

    /// Lines up a client that was offered in vain, before all others.
    pub(super) fn accept_again(&self, acceptor: Arc<Acceptor>) {
        lock(&self.queues).accept_again(acceptor);
    }

    /// Takes an accepting client out; `false` if it has been offered to somebody.
    pub(super) fn withdraw(&self, acceptor: &Arc<Acceptor>) -> bool {
        let mut queues = lock(&self.queues);
        let waiting = queues.acceptors.len();
        queues
            .acceptors
            .retain(|other| !Arc::ptr_eq(other, acceptor));
        queues.acceptors.len() < waiting
    }

    /// Forwards all streams from now on, those first that wait already.
    pub(super) fn forward(&self, forward: &Arc<Forward>) -> Result<(), Status<'static>> {
        let mut queues = lock(&self.queues);
        queues.drop_gone_acceptors();
        if !queues.acceptors.is_empty() || queues.live_forward().is_some() {
            return Err(already_accepting("the session accepts already"));
        }
        queues.forward = Some(Arc::clone(forward));
        queues.serve();
        Ok(())
    }

    /// Ends forwarding.
    pub(super) fn end_forward(&self, forward: &Arc<Forward>) {
        let mut queues = lock(&self.queues);
        queues
            .forward
            .take_if(|active| Arc::ptr_eq(active, forward));
    }
}

impl Queues {
    /// Brings together whoever waits for each other.
    fn serve(&mut self) {
        while let Some(connector) = self.parked.pop_front() {
            let offer = if let Some(forward) = self.live_forward() {
                Offer::Forward(Arc::clone(forward))
            } else if let Some(acceptor) = self.acceptors.pop_front() {
                Offer::Acceptor(acceptor)
            } else {
                self.parked.push_front(connector);
                return;
            };
            if let Err(Offer::Acceptor(acceptor)) = connector.offers.put(offer) {
                self.acceptors.push_front(acceptor);
            }
        }
    }

    fn accept_again(&mut self, acceptor: Arc<Acceptor>) {
        // Its thread may have noticed the end already, when the client was not in the queue.
        if acceptor.is_gone() {
            return acceptor.dismiss();
        }
        self.acceptors.push_front(acceptor);
        self.serve();
    }

    /// The forward, unless its client is gone and its thread is only about to notice.
    fn live_forward(&mut self) -> Option<&Arc<Forward>> {
        self.forward.take_if(|forward| forward.is_gone());
        self.forward.as_ref()
    }

    fn drop_gone_acceptors(&mut self) {
        self.acceptors.retain(|acceptor| {
            let is_gone = acceptor.is_gone();
            if is_gone {
                acceptor.dismiss();
            }
            !is_gone
        });
    }
}

fn already_accepting(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::AlreadyAccepting).with_message(message)
}
