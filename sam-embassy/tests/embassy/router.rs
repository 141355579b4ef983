//! A small router: sessions, names, a peer that echoes, and a switch.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};

use embassy_futures::join::join_array;
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::tcp::{Error, TcpSocket};
use embassy_time::Timer;
use embedded_io_async::Write;
use sam_core::bridge::{Bridge, Ending, Request};
use sam_core::io::asynch;
use sam_core::key::base64_encode;
use sam_core::operand::Name;
use sam_core::{
    Connection, DestinationText, Line, Peer, Reply, ResultCode, Secret, SessionKey, Status, Step,
    Value,
};

use crate::wire::leak;

pub(crate) const PORT: u16 = 7656;
const SOCKETS: usize = 10;

pub(crate) struct Router {
    is_up: Cell<bool>,
    /// IDs of living sessions.
    pub(crate) sessions: RefCell<BTreeSet<String>>,
    /// IDs of all sessions there ever were.
    pub(crate) created: RefCell<Vec<String>>,
    /// Connections, the control socket of a session among them.
    pub(crate) connections: Cell<usize>,
    /// Accepts that wait.
    pub(crate) accepts: Cell<usize>,
    /// Peers that will call, each with its first bytes.
    pub(crate) calls: RefCell<VecDeque<Vec<u8>>>,
    /// Answers to CREATE that come before OK does.
    pub(crate) refusals: RefCell<VecDeque<ResultCode>>,
    /// Whether streams are closed by the router first.
    pub(crate) closes_first: Cell<bool>,
    /// Whether it takes connections and bytes, and says nothing.
    pub(crate) is_dumb: Cell<bool>,
    /// Whether control sockets are cut while the router stays.
    pub(crate) cut: Cell<bool>,
}

impl Router {
    pub(crate) fn new() -> Self {
        Self {
            is_up: Cell::new(true),
            sessions: RefCell::default(),
            created: RefCell::default(),
            connections: Cell::new(0),
            accepts: Cell::new(0),
            calls: RefCell::default(),
            refusals: RefCell::default(),
            closes_first: Cell::new(false),
            is_dumb: Cell::new(false),
            cut: Cell::new(false),
        }
    }

    pub(crate) fn stop(&self) {
        self.is_up.set(false);
    }

    pub(crate) fn start(&self) {
        self.is_up.set(true);
    }

    pub(crate) async fn serve(&self, stack: Stack<'static>) {
        join_array([(); SOCKETS].map(|()| self.work(stack))).await;
    }

    async fn work(&self, stack: Stack<'static>) {
        let mut socket = TcpSocket::new(stack, leak([0; 2048]), leak([0; 2048]));
        loop {
            until(|| self.is_up.get()).await;
            let connection = async {
                if socket.accept(PORT).await.is_ok() {
                    let _open = Count::up(&self.connections);
                    self.talk(&mut socket).await;
                    socket.close();
                    let _ = socket.flush().await;
                }
            };
            select(connection, until(|| !self.is_up.get())).await;
            socket.abort();
            let _ = socket.flush().await;
        }
    }

    async fn talk(&self, socket: &mut TcpSocket<'static>) {
        if self.is_dumb.get() {
            socket.wait_read_ready().await;
            while !matches!(socket.read(&mut [0; 64]).await, Ok(0) | Err(_)) {}
            return;
        }
        let buffers = || vec![0; 2048];
        let mut connection = Connection::new(Bridge::default(), buffers(), buffers()).unwrap();
        let mut session = Living {
            router: self,
            id: None,
        };
        loop {
            let is_cut = until(|| self.cut.get() && session.id.is_some());
            let line = match select(asynch::next(&mut connection, socket), is_cut).await {
                Either::First(Ok(Some(line))) => line,
                Either::First(Ok(None)) => break,
                _ => return,
            };
            let waits = self.answer(&mut connection, line, &mut session);
            if waits && !self.call(&mut connection, socket).await {
                return;
            }
        }
        if connection.machine().ending() == Ending::Stream {
            let _ = self.echo(socket, connection.into_unread().as_slice()).await;
        }
    }

    /// Answers a request; returns whether it is an accept that waits now.
    fn answer(
        &self,
        connection: &mut Connection<Bridge, Vec<u8>>,
        line: Line,
        session: &mut Living<'_>,
    ) -> bool {
        let mut is_accept = false;
        let mut text = String::new();
        let is_known = |id: Value<'_>| self.sessions.borrow().contains(id.as_str().unwrap());
        let reply = match connection.event(line).unwrap() {
            Request::Create(create) => {
                let refusal = self.refusals.borrow_mut().pop_front();
                let status = refusal.map_or(Status::OK, Status::new);
                if refusal.is_none() {
                    session.start(create.id.as_str().unwrap());
                }
                text = match create.key {
                    SessionKey::Text(key) => key.expose().as_str().unwrap().into(),
                    _ => private_key_text(self.created.borrow().len() as u8),
                };
                let told = Secret::new(Value::new(text.as_bytes()));
                Reply::Session {
                    status,
                    destination: refusal.is_none().then_some(told),
                    id: None,
                }
            }
            Request::Connect(connect) => Reply::Stream(Status::new(
                match (is_known(connect.id), spelled(connect.destination).as_str()) {
                    (false, _) => ResultCode::InvalidId,
                    (true, "echo.i2p") => ResultCode::Ok,
                    (true, _) => ResultCode::CantReachPeer,
                },
            )),
            Request::Accept(accept) => {
                is_accept = is_known(accept.id);
                Reply::Stream(Status::new(match is_accept {
                    true => ResultCode::Ok,
                    false => ResultCode::InvalidId,
                }))
            }
            // The router is thinking.
            Request::Lookup(name) if spelled(name) == "slow.i2p" || self.is_dumb.get() => {
                return false;
            }
            Request::Lookup(name) => {
                let is_known = ["echo.i2p", "ME"].contains(&spelled(name).as_str());
                text = destination_text();
                Reply::Naming {
                    status: Status::new(match is_known {
                        true => ResultCode::Ok,
                        false => ResultCode::KeyNotFound,
                    }),
                    name: None,
                    value: is_known.then_some(Value::new(text.as_bytes())),
                }
            }
            other => panic!("{other:?}"),
        };
        let answered = connection.request(|bridge, tx| bridge.answer(&reply, tx));
        answered.unwrap();
        drop(text);
        is_accept
    }

    /// Waits until a peer calls, and hands its line over in one segment with its first bytes;
    /// returns whether the client has stayed.
    async fn call(
        &self,
        connection: &mut Connection<Bridge, Vec<u8>>,
        socket: &mut TcpSocket<'static>,
    ) -> bool {
        let _waiting = Count::up(&self.accepts);
        let calls = until(|| !self.calls.borrow().is_empty());
        if let Either::First(_) = select(asynch::next(connection, socket), calls).await {
            return false;
        }
        while let Ok(Step::Transmit) = connection.step() {
            let sent = socket.write(connection.pending()).await.unwrap();
            connection.transmitted(sent).unwrap();
        }
        let text = destination_text();
        let peer = Peer {
            destination: DestinationText::new(text.as_bytes()).unwrap(),
            ports: None,
        };
        let named = connection.request(|bridge, tx| bridge.peer(peer, tx));
        named.unwrap();
        let mut bytes = connection.pending().to_vec();
        connection.transmitted(bytes.len()).unwrap();
        let data = self.calls.borrow_mut().pop_front();
        bytes.extend(data.unwrap_or_default());
        socket.write_all(&bytes).await.is_ok()
    }

    /// Sends back what comes, once if it closes first.
    async fn echo(&self, socket: &mut TcpSocket<'static>, first: &[u8]) -> Result<(), Error> {
        socket.write_all(first).await?;
        let mut bytes = [0; 512];
        loop {
            let count = socket.read(&mut bytes).await?;
            if count == 0 {
                return Ok(());
            }
            socket.write_all(&bytes[..count]).await?;
            if self.closes_first.get() {
                return Ok(());
            }
        }
    }
}

/// A session that lives as long as this.
struct Living<'r> {
    router: &'r Router,
    id: Option<String>,
}

impl Living<'_> {
    fn start(&mut self, id: &str) {
        assert!(self.router.sessions.borrow_mut().insert(id.into()));
        self.router.created.borrow_mut().push(id.into());
        self.id = Some(id.into());
    }
}

impl Drop for Living<'_> {
    fn drop(&mut self) {
        if let Some(id) = &self.id {
            self.router.sessions.borrow_mut().remove(id);
        }
    }
}

/// Counts something as long as it lives.
struct Count<'c>(&'c Cell<usize>);

impl<'c> Count<'c> {
    fn up(cell: &'c Cell<usize>) -> Self {
        cell.set(cell.get() + 1);
        Self(cell)
    }
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Waits until something is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        Timer::after_millis(2).await;
    }
}

fn spelled(name: Name<'_>) -> String {
    match name {
        Name::Text(value) => value.as_str().unwrap().into(),
        Name::Me => "ME".into(),
        other => panic!("{other:?}"),
    }
}

/// A private key whose bytes mean nothing, but stand where they should.
pub(crate) fn private_key(seed: u8) -> Vec<u8> {
    let mut key = vec![seed; 384];
    key.extend([5, 0, 4, 0, 7, 0, 0]);
    key.resize(679, seed);
    key
}

fn private_key_text(seed: u8) -> String {
    let mut out = [0; 1024];
    base64_encode(&private_key(seed), &mut out).unwrap().into()
}

/// The destination of the peer that echoes.
pub(crate) fn destination_text() -> String {
    let mut out = [0; 1024];
    let key = private_key(200);
    base64_encode(&key[..391], &mut out).unwrap().into()
}
