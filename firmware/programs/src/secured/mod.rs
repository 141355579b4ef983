//! The secured hop: TLS 1.3 with a pre-shared key between a device and its router.
//!
//! SAM on a local network is in clear. stunnel in front of the router's SAM port, and this on the
//! device, keep everybody out who has not got the key: `docs/secured-hop.md` has the router's half.
//!
//! A [`Tunnel`] is a slot's transport in a [`Pool`](sam_embassy::Pool), and its [`Keeper`] runs in
//! a task. embedded-tls neither reads nor writes in a way that can be dropped half-way, and the
//! users of a pool drop both all the time; so a keeper owns the TLS connection, nothing interrupts
//! its records but the end of the connection, and pipes join it to the tunnel.

use core::fmt;

use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::Duration;

mod chance;
mod keeper;
mod link;
mod records;
mod tunnel;

pub use keeper::Keeper;
pub use tunnel::{Tunnel, TunnelReader, TunnelWriter};

use link::Link;

/// A silent connection asks the other end this often whether it is there,
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// and is given up after this.
const SILENCE: Duration = Duration::from_secs(45);

/// Bytes of the TCP windows from and to the router. They hold nothing but encrypted records.
const RX: usize = 1024;
const TX: usize = 640;
/// The longest record the router may send: 1 KiB of data, which the handshake asks for, and what
/// RFC 8446 grants encryption.
const RECORD: usize = 1024 + 256;
/// The longest record to the router: 512 bytes and what embedded-tls keeps for itself.
const OWN_RECORD: usize = 512 + embedded_tls::TLS_RECORD_OVERHEAD;

/// A key that device and router share, and the name by which the router finds it.
///
/// One for each device: whoever has it can use the router as the device can.
#[derive(Clone, Copy)]
pub struct Key {
    /// The name, as it stands before the colon in stunnel's `PSKsecrets`.
    pub identity: &'static str,
    /// 32 random bytes, which stand there in hexadecimal.
    pub secret: &'static [u8; 32],
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

/// The memory of one tunnel.
pub struct Memory {
    rx: [u8; RX],
    tx: [u8; TX],
    record: [u8; RECORD],
    own_record: [u8; OWN_RECORD],
    link: Link,
}

impl Memory {
    /// All zeros: lies in `.bss` and costs no flash.
    pub const fn new() -> Self {
        Self {
            rx: [0; RX],
            tx: [0; TX],
            record: [0; RECORD],
            own_record: [0; OWN_RECORD],
            link: Link::new(),
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

/// A tunnel and its keeper; takes one socket of the stack.
///
/// `random` fills slices with random bytes. They make the keys of the connections: whoever guesses
/// them reads everything, so a board has to take them from its TRNG.
///
/// # Panics
/// As embassy-net does if the stack has no room for a socket.
pub fn tunnel<R: FnMut(&mut [u8])>(
    stack: Stack<'static>,
    memory: &'static mut Memory,
    key: Key,
    random: R,
) -> (Tunnel, Keeper<R>) {
    let Memory {
        rx,
        tx,
        record,
        own_record,
        link,
    } = memory;
    let link = &*link;
    let mut socket = TcpSocket::new(stack, rx, tx);
    // A record is whole when it is written, and nobody waits for more to come.
    socket.set_nagle_enabled(false);
    socket.set_keep_alive(Some(KEEP_ALIVE));
    socket.set_timeout(Some(SILENCE));
    let keeper = Keeper {
        link,
        socket,
        record,
        own_record,
        key,
        random,
    };
    (Tunnel { link }, keeper)
}
