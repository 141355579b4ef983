//! UDP packets to the router and from it, and from nobody else.

use core::cell::Cell;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use embassy_net::IpEndpoint;
use embassy_net::udp::{SendError, UdpSocket};
use sam_core::error::Usage;

use super::count;
use crate::error::Error;
use crate::turn::Turn;

/// A UDP socket that takes packets from one address and port only.
///
/// A socket has room for one waker each way, so tasks take turns.
pub(super) struct Packets {
    /// There but while it is polled.
    socket: Cell<Option<UdpSocket<'static>>>,
    port: u16,
    router: IpEndpoint,
    foreign: Cell<u32>,
    sending: Turn,
    receiving: Turn,
}

impl Packets {
    /// Takes a socket, and binds it to any port unless it is bound.
    pub(super) fn new(mut socket: UdpSocket<'static>, router: IpEndpoint) -> Result<Self, Error> {
        if !socket.is_open() {
            socket.bind(0).map_err(|_| Error::Unreachable)?;
        }
        Ok(Self {
            port: socket.endpoint().port,
            socket: Cell::new(Some(socket)),
            router,
            foreign: Cell::new(0),
            sending: Turn::new(),
            receiving: Turn::new(),
        })
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// How many packets came from elsewhere.
    pub(super) const fn foreign(&self) -> u32 {
        self.foreign.get()
    }

    /// Waits for room and sends a packet of `len` bytes, which `fill` writes where it lies.
    pub(super) async fn send(&self, len: usize, fill: impl Fn(&mut [u8])) -> Result<(), Error> {
        let _turn = self.sending.take().await;
        let sent = poll_fn(|cx| {
            self.with(|socket| {
                let sending = socket.send_to_with(len, self.router, |packet| {
                    fill(packet);
                    (len, ())
                });
                pin!(sending).poll(cx)
            })
        });
        sent.await.map_err(|error| match error {
            SendError::PacketTooLarge => sam_core::Error::from(Usage::TooLong).into(),
            _ => Error::Unreachable,
        })
    }

    /// Shows packets of the router's to `read` where they lie, until it finds what it wants.
    pub(super) async fn recv<R>(&self, mut read: impl FnMut(&[u8]) -> Option<R>) -> R {
        let _turn = self.receiving.take().await;
        poll_fn(|cx| {
            loop {
                let polled = self.with(|socket| {
                    let receiving = socket.recv_from_with(|packet, from| {
                        if from.endpoint == self.router {
                            return read(packet);
                        }
                        count(&self.foreign);
                        None
                    });
                    pin!(receiving).poll(cx)
                });
                match polled {
                    Poll::Ready(Some(found)) => return Poll::Ready(found),
                    Poll::Ready(None) => {}
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }

    fn with<R>(&self, poll: impl FnOnce(&mut UdpSocket<'static>) -> Poll<R>) -> Poll<R> {
        let Some(mut socket) = self.socket.take() else {
            return Poll::Pending;
        };
        let polled = poll(&mut socket);
        self.socket.set(Some(socket));
        polled
    }
}
