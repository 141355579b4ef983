//! What a session's runner and the socket for its datagrams hand each other.

use core::cell::Cell;

use embassy_futures::select::{Either, select};
use sam_core::client::Told;
use sam_core::error::Malformed;
use sam_core::header::CountedSend;
use sam_core::io::{IoError, asynch};
use sam_core::{Connection, ControlDatagrams, Line};

use super::count;
use super::inbox::{Inbox, Loss};
use super::outbox::{self, Outbox};
use super::received::{Dropped, Received};
use crate::dial::Dial;
use crate::error::Error;
use crate::waiting::Waiting;

/// Datagrams both ways; the runner never waits for the socket.
pub(crate) struct Exchange {
    inbox: Cell<Option<Inbox>>,
    /// There but while it is being sent.
    outbox: Cell<Option<Outbox>>,
    malformed: Cell<u32>,
    missed: Cell<u32>,
    waiting: Waiting,
}

impl Exchange {
    /// Without memory for datagrams.
    pub(super) const fn new() -> Self {
        Self {
            inbox: Cell::new(None),
            outbox: Cell::new(None),
            malformed: Cell::new(0),
            missed: Cell::new(0),
            waiting: Waiting::new(),
        }
    }

    pub(super) fn open(&self, inbox: Inbox, outbox: Outbox) {
        self.inbox.set(Some(inbox));
        self.outbox.set(Some(outbox));
    }

    // The socket's side.

    /// Waits for room, and puts a datagram there.
    pub(super) fn post<'a>(
        &'a self,
        send: CountedSend<'a>,
        payload: &'a [u8],
    ) -> impl Future<Output = Result<(), Error>> {
        self.waiting.until(move || {
            let mut outbox = self.outbox.take()?;
            let put = outbox.is_empty().then(|| outbox.put(&send, payload));
            self.outbox.set(Some(outbox));
            if let Some(Ok(())) = put {
                self.waiting.wake();
            }
            Some(put?.map_err(Error::from))
        })
    }

    /// Waits for a datagram.
    pub(super) fn receive<'a>(
        &'a self,
        out: &'a mut [u8],
    ) -> impl Future<Output = Result<Received, Error>> {
        self.waiting
            .until(|| self.with_inbox(|inbox| inbox.take(out)).flatten())
    }

    pub(super) const fn dropped(&self) -> Dropped {
        Dropped {
            foreign: 0,
            malformed: self.malformed.get(),
            missed: self.missed.get(),
        }
    }

    // The runner's side.

    /// Forgets what the end of the last connection has left half-done.
    pub(crate) fn restart(&self) {
        if self.with_inbox(Inbox::give_up) == Some(true) {
            count(&self.missed);
        }
        if let Some(mut outbox) = self.outbox.take() {
            outbox.give_up();
            self.outbox.set(Some(outbox));
        }
        self.waiting.wake();
    }

    /// Takes what a line announces.
    pub(crate) fn begin(&self, told: Told<'_>) {
        let begun = match told {
            Told::Datagram(header) => self.with_inbox(|inbox| inbox.begin(header)),
            _ => Some(Err(Loss::Malformed)),
        };
        match begun {
            Some(Ok(())) => {}
            Some(Err(Loss::Malformed)) => count(&self.malformed),
            Some(Err(Loss::Missed)) | None => count(&self.missed),
        }
    }

    /// Takes what has come of a payload.
    pub(crate) fn fill(&self, connection: &mut Connection<ControlDatagrams, &mut [u8]>) {
        self.with_inbox(|inbox| inbox.fill(connection));
        if connection.payload_due() == 0 {
            self.waiting.wake();
        }
    }

    /// Waits until there is something to send.
    async fn posted(&self) {
        let is_posted = || {
            let outbox = self.outbox.take()?;
            let is_empty = outbox.is_empty();
            self.outbox.set(Some(outbox));
            (!is_empty).then_some(())
        };
        self.waiting.until(is_posted).await;
    }

    fn with_inbox<R>(&self, act: impl FnOnce(&mut Inbox) -> R) -> Option<R> {
        let mut inbox = self.inbox.take()?;
        let result = act(&mut inbox);
        self.inbox.set(Some(inbox));
        Some(result)
    }
}

/// Sends what waits, and reads to the next event, or more of the payload that is due; `None` if
/// there is no event.
pub(crate) async fn next<T: Dial>(
    exchange: Option<&Exchange>,
    connection: &mut Connection<ControlDatagrams, &mut [u8]>,
    transport: &mut T,
) -> Result<Option<Line>, IoError<T::Error>> {
    let Some(exchange) = exchange else {
        return read(connection, transport).await;
    };
    if outbox::transmit(&exchange.outbox, connection, transport).await? {
        exchange.waiting.wake();
    }
    match select(read(connection, transport), exchange.posted()).await {
        Either::First(line) => line,
        Either::Second(()) => Ok(None),
    }
}

/// Reads to the next event, or some of the payload that is due into the room for lines.
async fn read<T: Dial>(
    connection: &mut Connection<ControlDatagrams, &mut [u8]>,
    transport: &mut T,
) -> Result<Option<Line>, IoError<T::Error>> {
    let line = asynch::next(connection, transport).await?;
    if line.is_some() {
        return Ok(line);
    }
    if connection.payload_due() == 0 {
        return Err(sam_core::Error::from(Malformed::Unexpected).into());
    }
    let room = connection.spare()?;
    let count = transport.read(room).await.map_err(IoError::Transport)?;
    connection.received(count)?;
    Ok(None)
}
