//! Somebody in the path: hears everything, and may change it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes connections on, and keeps what it heard.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What to do to the next bytes from the router.
#[derive(Clone, Copy)]
pub(crate) enum Meddling {
    /// Flips a bit of the byte at this place.
    Flip(usize),
    /// Says this instead.
    Say(&'static [u8]),
    /// Ends the connection in both directions.
    Cut,
}

#[derive(Default)]
struct State {
    heard: Vec<u8>,
    meddling: Option<Meddling>,
}

impl Relay {
    /// Passes what comes to `listener` on to where `dial` leads.
    pub(crate) fn start(
        listener: TcpListener,
        dial: impl Fn() -> io::Result<TcpStream> + Send + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                if let (Ok(client), Ok(router)) = (client, dial()) {
                    relay(client, router, &shared).unwrap();
                }
            }
        });
        Self { address, state }
    }

    /// Does this to the next bytes from a router.
    pub(crate) fn meddle(&self, meddling: Meddling) {
        self.state.lock().unwrap().meddling = Some(meddling);
    }

    /// Whether these bytes went by, either way.
    pub(crate) fn heard(&self, bytes: &[u8]) -> bool {
        let state = self.state.lock().unwrap();
        state.heard.windows(bytes.len()).any(|some| some == bytes)
    }

    /// What went by after these bytes, up to a space or the end of the line.
    pub(crate) fn word_after(&self, bytes: &[u8]) -> Option<String> {
        let state = self.state.lock().unwrap();
        let mut places = state.heard.windows(bytes.len());
        let begin = places.position(|some| some == bytes)? + bytes.len();
        let rest = &state.heard[begin..];
        let len = rest.iter().position(u8::is_ascii_whitespace)?;
        Some(String::from_utf8_lossy(&rest[..len]).into_owned())
    }

    /// How many bytes went by, both ways.
    pub(crate) fn count(&self) -> usize {
        self.state.lock().unwrap().heard.len()
    }
}

fn relay(client: TcpStream, router: TcpStream, state: &Arc<Mutex<State>>) -> io::Result<()> {
    let ways = [
        (client.try_clone()?, router.try_clone()?, false),
        (router, client, true),
    ];
    for (from, to, is_from_router) in ways {
        from.set_read_timeout(None)?;
        to.set_nodelay(true)?;
        let state = Arc::clone(state);
        thread::spawn(move || {
            pass(&from, &to, &state, is_from_router);
            // Ends are passed on, too.
            let _ = from.shutdown(Shutdown::Read);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}

fn pass(mut from: &TcpStream, mut to: &TcpStream, state: &Mutex<State>, is_from_router: bool) {
    let mut room = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut room) {
        let bytes = &mut room[..count];
        let mut state = state.lock().unwrap();
        state.heard.extend_from_slice(bytes);
        let meddling = if is_from_router {
            state.meddling.take()
        } else {
            None
        };
        drop(state);
        let said = match meddling {
            None => to.write_all(bytes),
            Some(Meddling::Flip(place)) => {
                let place = place.min(count - 1);
                bytes[place] ^= 1;
                to.write_all(bytes)
            }
            Some(Meddling::Say(other)) => to.write_all(other),
            Some(Meddling::Cut) => {
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
        };
        if said.is_err() {
            return;
        }
    }
}
