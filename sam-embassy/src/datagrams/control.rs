//! Datagrams on the session's own connection.

use embassy_futures::select::{Either, select};
use sam_core::error::Usage;
use sam_core::header::CountedSend;
use sam_core::operand::Name;
use sam_core::{Create, Destination, Ports, Style, Version};

use super::exchange::Exchange;
use super::inbox::Inbox;
use super::outbox::Outbox;
use super::received::{Dropped, Received};
use super::settings::Datagrams;
use super::usage;
use crate::error::Error;
use crate::runner::Runner;
use crate::shared::Shared;

/// The memory of a [`ControlDatagramSocket`], `IN + OUT` bytes and up to 520 more.
///
/// `IN` holds datagrams that wait to be received, each with its source: 391 bytes for an Ed25519
/// destination, none for raw ones. `OUT` holds one that leaves, with its line: at most 600 bytes
/// with an Ed25519 destination, so 8192 are enough for all.
pub struct DatagramBuffers<const IN: usize, const OUT: usize> {
    received: [u8; IN],
    sent: [u8; OUT],
    exchange: Exchange,
}

impl<const IN: usize, const OUT: usize> DatagramBuffers<IN, OUT> {
    /// Nothing there yet.
    pub const fn new() -> Self {
        Self {
            received: [0; IN],
            sent: [0; OUT],
            exchange: Exchange::new(),
        }
    }
}

impl<const IN: usize, const OUT: usize> Default for DatagramBuffers<IN, OUT> {
    fn default() -> Self {
        Self::new()
    }
}

/// The datagrams of a session on its own connection, made by [`Runner::with_control_datagrams`].
///
/// Datagrams have up to [`Self::MAX_PAYLOAD`] bytes, come in order, and go through whatever secures
/// the connection. All verbs take `&self`. A verb that is dropped while it waits has sent nothing
/// and lost nothing. The socket goes on after losses of the session; who sends waits until it is
/// back.
///
/// The [`Runner`] reads datagrams into the [`DatagramBuffers`], at most eight, until somebody
/// receives them. What comes when there is no room is dropped and counted, so that PING and
/// lookups go on.
///
/// **i2pd 2.45.1 wants line and payload in one read**, or it answers nothing any more until the
/// session is made anew. On plain TCP that is sure only for what fits one segment: 1460 bytes,
/// about 900 of them payload, and no more than the `TX` of the slot's [`Buffers`](crate::Buffers).
/// Larger ones are for Java I2P, and for a secured hop that hands them on in one write. Datagrams
/// that come have no such limit.
pub struct ControlDatagramSocket {
    shared: &'static Shared,
    exchange: &'static Exchange,
    style: Style,
}

impl<R, T> Runner<R, T> {
    /// Makes sessions for datagrams instead of streams, on the session's own connection; returns
    /// their socket beside the runner.
    ///
    /// Works with all transports, and through NAT. Of the settings, the router's port is not used.
    /// emissary and go-sam-bridge do not do all of it.
    ///
    /// # Errors
    /// [`Error::Sam`] with [`Usage::NotNow`] for settings that the style does not have, or that are
    /// for UDP, and for a session whose datagrams come by UDP already; with [`Usage::OutOfRange`] for protocols of other styles.
    pub fn with_control_datagrams<const IN: usize, const OUT: usize>(
        mut self,
        settings: Datagrams,
        buffers: &'static mut DatagramBuffers<IN, OUT>,
    ) -> Result<(ControlDatagramSocket, Self), Error> {
        #[cfg(feature = "udp")]
        if self.datagrams.is_some() {
            return Err(usage(Usage::NotNow));
        }
        let style = settings.style;
        settings.parameters(None).validate(style).map_err(usage)?;
        let DatagramBuffers {
            received,
            sent,
            exchange,
        } = buffers;
        exchange.open(Inbox::new(received, style), Outbox::new(sent));
        let exchange = &*exchange;
        self.exchange = Some((settings, exchange));
        let socket = ControlDatagramSocket {
            shared: self.shared,
            exchange,
            style,
        };
        Ok((socket, self))
    }

    /// Asks for datagrams on this connection, if they are wanted.
    pub(crate) fn for_control_datagrams<'a>(
        &self,
        create: Create<'a>,
    ) -> Result<Create<'a>, Error> {
        let Some((settings, exchange)) = self.exchange else {
            return Ok(create);
        };
        exchange.restart();
        let create = create.datagrams(settings.style, settings.parameters(None));
        create.map_err(usage)
    }
}

impl ControlDatagramSocket {
    /// The longest datagram that is sent, in bytes.
    pub const MAX_PAYLOAD: usize = CountedSend::MAX_PAYLOAD;

    /// Sends a datagram of 1 to [`Self::MAX_PAYLOAD`] bytes.
    ///
    /// Waits while the session is not online, and until the one before has left. Takes whole
    /// destinations only, as most routers do; see [`Session::lookup`](crate::Session::lookup).
    ///
    /// # Errors
    /// [`Error::Sam`] with [`Usage::Empty`], with [`Usage::TooLarge`], and with
    /// [`Full::Transmit`](sam_core::error::Full::Transmit) if `OUT` of the [`DatagramBuffers`] does
    /// not hold line and payload. [`Error::SessionLost`]; [`Error::Closed`]. Nothing is sent then.
    /// That a datagram was lost is no error.
    pub async fn send_to<B: AsRef<[u8]>>(
        &self,
        payload: &[u8],
        to: &Destination<B>,
    ) -> Result<(), Error> {
        self.send(payload, to.borrowed(), None).await
    }

    /// Sends a datagram with I2CP ports.
    ///
    /// # Errors
    /// As [`Self::send_to`]; [`Usage::NeedsVersion`] from a router below 3.2.
    pub async fn send_to_with_ports<B: AsRef<[u8]>>(
        &self,
        payload: &[u8],
        to: &Destination<B>,
        ports: Ports,
    ) -> Result<(), Error> {
        self.send(payload, to.borrowed(), Some(ports)).await
    }

    /// Waits for a datagram and puts it into `out`; waits on while the session is lost.
    ///
    /// # Errors
    /// [`Error::Oversized`] for a datagram that is larger than `out` or, with its source, than `IN`
    /// of the [`DatagramBuffers`], and is lost; [`Error::Closed`].
    pub async fn recv(&self, out: &mut [u8]) -> Result<Received, Error> {
        match select(self.exchange.receive(out), self.shared.closed()).await {
            Either::First(received) => received,
            Either::Second(()) => Err(Error::Closed),
        }
    }

    /// How many datagrams were dropped because nobody could read them or there was no room.
    pub const fn dropped(&self) -> Dropped {
        self.exchange.dropped()
    }

    async fn send(
        &self,
        payload: &[u8],
        to: Destination<&[u8]>,
        ports: Option<Ports>,
    ) -> Result<(), Error> {
        let ticket = self.shared.ready().await?;
        if ports.is_some() && ticket.version() < Version::V3_2 {
            return Err(usage(Usage::NeedsVersion(Version::V3_2)));
        }
        let send = CountedSend {
            is_raw: self.style == Style::Raw,
            destination: Name::Target((&to).into()),
            size: payload.len(),
            ports,
            protocol: None,
        };
        let posted = self.exchange.post(send, payload);
        match select(posted, self.shared.lost(&ticket)).await {
            Either::First(posted) => posted,
            Either::Second(error) => Err(error),
        }
    }
}
