//! The machine between the wire and the ports of this computer: it hands bytes on, both ways.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::task::Poll;

use embassy_futures::poll_once;
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, Timer, with_timeout};

use crate::bench::BOARD;
use crate::count::Count;
use crate::router::PORT;
use crate::tasks::spawn;
use crate::wire::leak;

const SOCKETS: usize = 14;
/// Nobody wakes a task when something happens to a socket of this computer.
const PAUSE: Duration = Duration::from_micros(200);

#[derive(Default)]
pub(crate) struct Gateway {
    /// Where the bridge is, unless it is gone.
    pub(crate) bridge: Cell<Option<SocketAddr>>,
    pub(crate) connections: Cell<usize>,
    /// Connections that came while it was gone.
    pub(crate) refused: Cell<usize>,
}

impl Gateway {
    /// Takes connections to the SAM port of a stack.
    pub(crate) fn serve(&'static self, stack: Stack<'static>) {
        for _ in 0..SOCKETS {
            spawn(self.work(stack)).detach();
        }
    }

    async fn work(&self, stack: Stack<'static>) {
        let mut socket = socket(stack);
        loop {
            if socket.accept(PORT).await.is_ok() {
                let _open = Count::up(&self.connections);
                match self.bridge.get().map(TcpStream::connect) {
                    Some(outside) => relay(&mut socket, outside.unwrap()).await,
                    None => self.refused.set(self.refused.get() + 1),
                }
            }
            socket.abort();
            let _ = socket.flush().await;
        }
    }

    /// Hands the next connection to a port of this computer on to the same port of the board.
    pub(crate) async fn bring(&self, listener: TcpListener, stack: Stack<'static>) {
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let outside = loop {
            match listener.accept() {
                Ok((outside, _)) => break outside,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    Timer::after(PAUSE).await;
                }
                Err(error) => panic!("{error}"),
            }
        };
        let mut socket = socket(stack);
        socket.connect((BOARD, port)).await.unwrap();
        relay(&mut socket, outside).await;
    }
}

/// A port of this computer that is free.
pub(crate) fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

fn socket(stack: Stack<'static>) -> TcpSocket<'static> {
    TcpSocket::new(stack, leak([0; 4096]), leak([0; 4096]))
}

/// Hands bytes and ends on until both directions have ended, or one has failed.
async fn relay(inside: &mut TcpSocket<'static>, mut outside: TcpStream) {
    outside.set_nonblocking(true).unwrap();
    outside.set_nodelay(true).unwrap();
    let (mut up, mut down) = (Way::default(), Way::default());
    while !(up.has_ended && down.has_ended) {
        let moved = carry_up(&mut up, inside, &mut outside)
            .and_then(|up| Ok(carry_down(&mut down, inside, &mut outside)? || up));
        match moved {
            Ok(true) => {}
            Ok(false) => Timer::after(PAUSE).await,
            Err(_) => return,
        }
        // The stack has to come to its turn.
        embassy_futures::yield_now().await;
    }
    let _ = with_timeout(Duration::from_secs(2), inside.flush()).await;
}

/// One direction.
#[derive(Default)]
struct Way {
    /// Read, and not written yet.
    bytes: Vec<u8>,
    has_ended: bool,
}

/// From the stack; returns whether anything has moved.
fn carry_up(
    way: &mut Way,
    inside: &mut TcpSocket<'static>,
    outside: &mut TcpStream,
) -> io::Result<bool> {
    if way.has_ended {
        return Ok(false);
    }
    if way.bytes.is_empty() {
        let mut some = [0; 2048];
        let count = match poll_once(inside.read(&mut some)) {
            Poll::Pending => return Ok(false),
            Poll::Ready(count) => count.map_err(|_| io::ErrorKind::ConnectionReset)?,
        };
        if count == 0 {
            way.has_ended = true;
            outside.shutdown(Shutdown::Write)?;
        }
        way.bytes.extend_from_slice(&some[..count]);
    }
    unless_blocked(outside.write(&way.bytes)).map(|count| way.has_moved(count))
}

/// To the stack; returns whether anything has moved.
fn carry_down(
    way: &mut Way,
    inside: &mut TcpSocket<'static>,
    outside: &mut TcpStream,
) -> io::Result<bool> {
    if way.has_ended {
        return Ok(false);
    }
    if way.bytes.is_empty() {
        let mut some = [0; 2048];
        match unless_blocked(outside.read(&mut some))? {
            None => return Ok(false),
            Some(0) => {
                way.has_ended = true;
                inside.close();
                return Ok(true);
            }
            Some(count) => way.bytes.extend_from_slice(&some[..count]),
        }
    }
    match poll_once(inside.write(&way.bytes)) {
        Poll::Pending => Ok(false),
        Poll::Ready(Ok(count)) => Ok(way.has_moved(Some(count))),
        Poll::Ready(Err(_)) => Err(io::ErrorKind::ConnectionReset.into()),
    }
}

impl Way {
    fn has_moved(&mut self, count: Option<usize>) -> bool {
        self.bytes.drain(..count.unwrap_or(0));
        count.is_some()
    }
}

fn unless_blocked(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
