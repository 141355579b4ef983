//! Somebody in between, who carries bytes and can do worse.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Carries connections to a server until it is told otherwise.
pub(crate) struct Relay {
    addr: SocketAddr,
    clients: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// Carries as much at a time as comes.
    pub(crate) fn to(server: SocketAddr) -> Self {
        Self::with(server, 16 * 1024, Duration::ZERO)
    }

    /// Carries byte after byte, with pauses.
    pub(crate) fn dripping(server: SocketAddr, pause: Duration) -> Self {
        Self::with(server, 1, pause)
    }

    fn with(server: SocketAddr, portion: usize, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let clients = Arc::<Mutex<Vec<TcpStream>>>::default();
        let known = Arc::clone(&clients);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(server).unwrap();
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                }
                known.lock().unwrap().push(client.try_clone().unwrap());
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || carry(&from, &to, portion, pause));
                thread::spawn(move || carry(&server, &client, portion, pause));
            }
        });
        Self { addr, clients }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Ends the connection to the client that came last.
    pub(crate) fn cut(&self) {
        let client = self.clients.lock().unwrap().pop().unwrap();
        client.shutdown(Shutdown::Both).unwrap();
    }
}

fn carry(mut from: &TcpStream, mut to: &TcpStream, portion: usize, pause: Duration) {
    let mut buffer = vec![0; portion];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..count]).is_err() {
            return;
        }
        thread::sleep(pause);
    }
    let _ = to.shutdown(Shutdown::Write);
}
