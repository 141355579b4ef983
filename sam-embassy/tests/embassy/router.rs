//! A small router: sessions, names, a peer that echoes, and a switch.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;

use embassy_futures::select::{Either, Either3, select, select3};
use embassy_net::Stack;
use embassy_net::tcp::{Error, TcpSocket};
use embassy_time::Duration;
use embedded_io_async::{Read, Write};
use sam_core::bridge::{Bridge, Ending};
use sam_core::io::asynch;
use sam_core::{Connection, DestinationText, Peer, ResultCode, Step, Style, Version, Versions};

use crate::answers::{Living, Next};
use crate::count::Count;
use crate::dummies::destination_text;
use crate::manner::{Manner, Mannered};
use crate::tasks::{spawn, until};
use crate::wire::leak;

pub(crate) const PORT: u16 = 7656;
const SOCKETS: usize = 10;

/// Style, and where datagrams go, of a session.
type Receiver = (Style, Option<IpAddr>, Option<u16>);

pub(crate) struct Router {
    is_up: Cell<bool>,
    /// IDs of living sessions.
    pub(crate) sessions: RefCell<BTreeSet<String>>,
    /// IDs of all sessions there ever were.
    pub(crate) created: RefCell<Vec<String>>,
    /// The options of the last one.
    pub(crate) options: RefCell<Vec<String>>,
    /// Connections, the control socket of a session among them.
    pub(crate) connections: Cell<usize>,
    /// Accepts that wait.
    pub(crate) accepts: Cell<usize>,
    /// Forwards that are kept.
    pub(crate) forwards: Cell<usize>,
    /// Where the last one leads to.
    pub(crate) forwarded_port: Cell<u16>,
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
    /// Whether it does not tell the key of a session, as i2pd 2.45.1 with offline ones.
    pub(crate) keeps_keys: Cell<bool>,
    /// Keys it has made.
    pub(crate) generated: Cell<u8>,
    /// The highest version it speaks.
    pub(crate) newest: Cell<Version>,
    /// The sessions there were for datagrams.
    pub(crate) for_datagrams: RefCell<Vec<Receiver>>,
    /// Datagrams that came on the connections of sessions: line and payload.
    pub(crate) sent: RefCell<VecDeque<(String, Vec<u8>)>>,
    /// Bytes that will be said on the connection of a session.
    pub(crate) deliveries: RefCell<VecDeque<Vec<u8>>>,
    /// How it speaks.
    pub(crate) manner: Manner,
}

impl Router {
    pub(crate) fn new() -> Self {
        Self {
            is_up: Cell::new(true),
            sessions: RefCell::default(),
            created: RefCell::default(),
            options: RefCell::default(),
            connections: Cell::new(0),
            accepts: Cell::new(0),
            forwards: Cell::new(0),
            forwarded_port: Cell::new(0),
            calls: RefCell::default(),
            refusals: RefCell::default(),
            closes_first: Cell::new(false),
            is_dumb: Cell::new(false),
            cut: Cell::new(false),
            keeps_keys: Cell::new(false),
            generated: Cell::new(0),
            newest: Cell::new(Version::V3_3),
            for_datagrams: RefCell::default(),
            sent: RefCell::default(),
            deliveries: RefCell::default(),
            manner: Manner::default(),
        }
    }

    pub(crate) fn stop(&self) {
        self.is_up.set(false);
    }

    pub(crate) fn start(&self) {
        self.is_up.set(true);
    }

    pub(crate) fn serve(&'static self, stack: Stack<'static>) {
        for _ in 0..SOCKETS {
            spawn(self.work(stack)).detach();
        }
    }

    async fn work(&self, stack: Stack<'static>) {
        let mut socket = TcpSocket::new(stack, leak([0; 2048]), leak([0; 2048]));
        // What is left of a client whose RST was lost does not stay for ever.
        socket.set_keep_alive(Some(Duration::from_secs(5)));
        socket.set_timeout(Some(Duration::from_secs(60)));
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
        let manner = &self.manner;
        let socket = &mut Mannered { socket, manner };
        let mut forwarding = None;
        let buffers = || vec![0; 8192];
        let bridge = Bridge::new(Versions {
            min: Version::V3_0,
            max: self.newest.get(),
        });
        let mut connection = Connection::new(bridge, buffers(), buffers()).unwrap();
        let mut session = Living::new(self);
        loop {
            let is_cut = until(|| self.cut.get() && session.has_begun());
            let is_due = until(|| session.has_begun() && !self.deliveries.borrow().is_empty());
            let heard = select3(asynch::next(&mut connection, socket), is_due, is_cut);
            let line = match heard.await {
                Either3::First(Ok(Some(line))) => line,
                Either3::First(Ok(None)) => break,
                Either3::Second(()) => {
                    // Behind a line that has begun to leave.
                    let mut said = connection.pending().to_vec();
                    connection.transmitted(said.len()).unwrap();
                    said.extend(self.deliveries.borrow_mut().pop_front().unwrap());
                    if socket.write_all(&said).await.is_err() {
                        return;
                    }
                    continue;
                }
                _ => return,
            };
            match self.answer(&mut connection, line, &mut session) {
                Next::Read => {}
                Next::Payload => {
                    let line = String::from_utf8(connection.last_line().to_vec()).unwrap();
                    let mut payload = vec![0; connection.payload_due()];
                    let mut came = 0;
                    while came < payload.len() {
                        let some = &mut payload[came..];
                        match asynch::payload(&mut connection, socket, some).await {
                            Ok(count) => came += count,
                            Err(_) => return,
                        }
                    }
                    self.sent.borrow_mut().push_back((line, payload));
                }
                Next::Call if self.call(&mut connection, socket).await => {}
                Next::Call => return,
                Next::Forward => forwarding = Some(Count::up(&self.forwards)),
            }
        }
        drop(forwarding);
        if connection.machine().ending() == Ending::Stream {
            let _ = self.echo(socket, connection.into_unread().as_slice()).await;
        }
    }

    /// Waits until a peer calls, and hands its line over in one segment with its first bytes;
    /// returns whether the client has stayed.
    async fn call(
        &self,
        connection: &mut Connection<Bridge, Vec<u8>>,
        socket: &mut Mannered<'_>,
    ) -> bool {
        let _waiting = Count::up(&self.accepts);
        let data = match select(asynch::next(connection, socket), self.next_call()).await {
            Either::First(_) => return false,
            Either::Second(data) => data,
        };
        while let Ok(Step::Transmit) = connection.step() {
            let Ok(sent) = socket.write(connection.pending()).await else {
                return false;
            };
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
        bytes.extend(data);
        socket.write_all(&bytes).await.is_ok()
    }

    async fn next_call(&self) -> Vec<u8> {
        loop {
            if let Some(data) = self.calls.borrow_mut().pop_front() {
                return data;
            }
            until(|| !self.calls.borrow().is_empty()).await;
        }
    }

    /// Sends back what comes, once if it closes first.
    async fn echo(&self, socket: &mut Mannered<'_>, first: &[u8]) -> Result<(), Error> {
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
