//! Somebody in between, who carries bytes and can do worse.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Carries connections to a server until it is told otherwise.
pub(crate) struct Relay {
    addr: SocketAddr,
    clients: Arc<Mutex<Vec<TcpStream>>>,
    pause: Arc<Pause>,
}

/// Between bytes, in microseconds; none is as much at a time as comes.
type Pause = AtomicU64;

impl Relay {
    /// Carries as much at a time as comes.
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let clients = Arc::<Mutex<Vec<TcpStream>>>::default();
        let known = Arc::clone(&clients);
        let pause = Arc::<Pause>::default();
        let paused = Arc::clone(&pause);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(server).unwrap();
                for stream in [&client, &server] {
                    stream.set_nodelay(true).unwrap();
                }
                known.lock().unwrap().push(client.try_clone().unwrap());
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (there, back) = (Arc::clone(&paused), Arc::clone(&paused));
                thread::spawn(move || carry(&from, &to, &there));
                thread::spawn(move || carry(&server, &client, &back));
            }
        });
        Self {
            addr,
            clients,
            pause,
        }
    }

    /// Carries byte after byte, with pauses; with none, as at first.
    pub(crate) fn drip(&self, pause: Duration) {
        let pause = pause.as_micros().try_into().unwrap();
        self.pause.store(pause, Ordering::SeqCst);
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

fn carry(mut from: &TcpStream, mut to: &TcpStream, pause: &Pause) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            let pause = pause.load(Ordering::SeqCst);
            let (now, later) = rest.split_at(if pause == 0 { rest.len() } else { 1 });
            if to.write_all(now).is_err() {
                return;
            }
            rest = later;
            thread::sleep(Duration::from_micros(pause));
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
