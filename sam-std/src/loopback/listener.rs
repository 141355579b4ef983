//! The port of a bridge: lets clients in, and ends everything.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::client::Client;
use super::datagrams;
use super::door::Door;
use super::hub::Hub;
use super::transcript::Transcript;

/// How long to wait after a failure, most likely a want of descriptors, before trying again.
const PAUSE: Duration = Duration::from_millis(10);

/// The thread that listens. Dropping it ends the bridge.
pub(super) struct Listener {
    addr: SocketAddr,
    udp_addr: SocketAddr,
    hub: Arc<Hub>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub(super) fn start(port: u16, door: Door, hub: Arc<Hub>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let [addr, udp_addr] = [listener.local_addr()?, hub.udp.local_addr()?];
        let thread = {
            let hub = Arc::clone(&hub);
            let builder = thread::Builder::new().name("sam-loopback-listener".to_owned());
            builder.spawn(move || listen(&listener, &door, &hub))?
        };
        let listening = Self {
            addr,
            udp_addr,
            hub,
            thread: Some(thread),
        };
        datagrams::start(&listening.hub)?;
        Ok(listening)
    }

    pub(super) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(super) const fn udp_addr(&self) -> SocketAddr {
        self.udp_addr
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.clients.close();
        datagrams::wake(&self.hub.udp);
        if let Some(thread) = self.thread.take() {
            // Nothing but a connection wakes it.
            while !thread.is_finished() && TcpStream::connect(self.addr).is_err() {
                thread::sleep(PAUSE);
            }
            let _ = thread.join();
        }
        self.hub.threads.join();
    }
}

fn listen(listener: &TcpListener, door: &Door, hub: &Arc<Hub>) {
    for stream in listener.incoming() {
        if hub.clients.is_closed() {
            return;
        }
        // A client that cannot be served sees its connection closed.
        if stream.and_then(|stream| admit(stream, door, hub)).is_err() {
            thread::sleep(PAUSE);
        }
    }
}

fn admit(stream: TcpStream, door: &Door, hub: &Arc<Hub>) -> io::Result<()> {
    let track = hub.transcript.as_ref().map(Transcript::open);
    let track = track.unwrap_or_default();
    let socket = Arc::new(door.open(stream, track)?);
    let membership = hub.clients.join(&socket);
    let client = Client::new(Arc::clone(hub), socket)?;
    hub.threads.spawn("sam-loopback-client", move || {
        if membership.is_some() {
            // How a client ended is nobody's concern but its own.
            let _ = client.serve();
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};

    use super::super::LoopbackBridge;
    use super::*;

    #[test]
    fn no_thread_is_left_after_the_end() {
        let bridge = LoopbackBridge::start().unwrap();
        let hub = Arc::downgrade(&bridge.listener.hub);
        let clients: Vec<_> = (0..20)
            .map(|number| {
                let mut client = BufReader::new(TcpStream::connect(bridge.addr()).unwrap());
                let id = number / 2;
                let mut say = |line: String| {
                    client.get_mut().write_all(line.as_bytes()).unwrap();
                    client.read_line(&mut String::new()).unwrap();
                };
                say("HELLO VERSION\n".to_owned());
                if number % 2 == 0 {
                    say(format!(
                        "SESSION CREATE STYLE=STREAM ID={id} DESTINATION=TRANSIENT\n"
                    ));
                } else {
                    say(format!("STREAM ACCEPT ID={id}\n"));
                }
                client
            })
            .collect();
        bridge.stop();
        // Every thread owns the hub as long as it runs.
        assert_eq!(hub.strong_count(), 0);
        for mut client in clients {
            assert_eq!(client.read_line(&mut String::new()).unwrap_or(0), 0);
        }
    }
}
