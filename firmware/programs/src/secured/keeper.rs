//! The task that keeps a tunnel.

use embassy_futures::select::{Either, select};
use embassy_net::IpEndpoint;
use embassy_net::tcp::{TcpReader, TcpSocket, TcpWriter};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::mutex::Mutex;
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use embedded_tls::{
    Aes128GcmSha256, FlushPolicy, MaxFragmentLength, TlsConfig, TlsConnection, TlsContext,
    TlsError, TlsReader, TlsWriter,
};
use zeroize::Zeroize;

use super::Key;
use super::chance::Chance;
use super::link::{End, Failure, Link};
use super::records::Records;

/// How long the RST of the last connection may take to leave.
const RESET: Duration = Duration::from_secs(1);
/// How long a dial may take: the router is on the local network,
const DIAL: Duration = Duration::from_secs(3);
/// and the handshake, in which the device computes most of the time.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a close waits for the other end to close as well.
const LINGER: Duration = Duration::from_secs(2);

/// Keeps a [`Tunnel`](super::Tunnel): one task has to run it, or no dial ever ends.
#[must_use = "the tunnel works when this runs"]
pub struct Keeper<R> {
    pub(super) link: &'static Link,
    pub(super) socket: TcpSocket<'static>,
    pub(super) record: &'static mut [u8],
    pub(super) own_record: &'static mut [u8],
    pub(super) key: Key,
    pub(super) random: R,
}

/// How a connection ended.
enum Over {
    /// All is sent; the end has to be said.
    Finished,
    /// The router said the end.
    Closed,
    Broken,
}

impl<R: FnMut(&mut [u8])> Keeper<R> {
    /// Runs for ever: dials when it is told to, and passes on what comes and goes.
    pub async fn run(mut self) -> ! {
        let link = self.link;
        let mut wanted = link.wanted.wait().await;
        loop {
            let next = match wanted {
                Some(router) => match select(link.wanted.wait(), self.serve(router)).await {
                    Either::First(next) => Some(next),
                    Either::Second(()) => None,
                },
                None => {
                    self.socket.abort();
                    None
                }
            };
            // A private key may have passed through.
            self.record.zeroize();
            self.own_record.zeroize();
            wanted = match next {
                Some(next) => next,
                None => link.wanted.wait().await,
            };
        }
    }

    /// One connection, from the dial to its end.
    async fn serve(&mut self, router: IpEndpoint) {
        self.socket.abort();
        // A line that is down must not hold the dial up.
        let _ = with_timeout(RESET, self.socket.flush()).await;
        self.link.clear();
        match self.pass(router).await {
            Ok(Over::Finished) => {
                let has_arrived = self.finish().await;
                self.link.closed.signal(has_arrived);
                self.link.set_end(End::Closed);
            }
            Ok(Over::Closed) => {
                self.link.set_end(End::Closed);
                self.socket.close();
            }
            Ok(Over::Broken) => {
                self.link.set_end(End::Broken);
                self.socket.abort();
            }
            Err(failure) => {
                self.link.set_end(End::Broken);
                self.link.dialled.signal(Err(failure));
                self.socket.abort();
            }
        }
    }

    /// Dials, shakes hands, and passes bytes on until that is over.
    async fn pass(&mut self, router: IpEndpoint) -> Result<Over, Failure> {
        match with_timeout(DIAL, self.socket.connect(router)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Err(Failure::Unreachable),
        }
        let (reader, writer) = self.socket.split();
        let (reader, writer) = (Mutex::new((reader, Records::new())), Mutex::new(writer));
        let wire = Wire {
            reader: &reader,
            writer: &writer,
        };
        let mut tls = TlsConnection::<_, Aes128GcmSha256>::new(wire, self.record, self.own_record);
        // Or each record would wait for the other end to have the last one.
        tls.set_flush_policy(FlushPolicy::Relaxed);
        let identity = self.key.identity.as_bytes();
        let config = TlsConfig::new()
            .with_psk(self.key.secret, &[identity])
            .with_max_fragment_length(MaxFragmentLength::Bits10);
        let context = TlsContext::new(&config, Chance(&mut self.random));
        match with_timeout(HANDSHAKE, tls.open(context)).await {
            Ok(Ok(())) => self.link.dialled.signal(Ok(())),
            Ok(Err(error)) => return Err(in_handshake(error)),
            Err(_) => return Err(Failure::TimedOut),
        }
        let over = {
            let (reader, writer) = tls.split();
            match select(receive(self.link, reader), send(self.link, writer)).await {
                Either::First(over) | Either::Second(over) => over,
            }
        };
        if matches!(over, Over::Finished) && tls.close().await.is_err() {
            return Ok(Over::Broken);
        }
        Ok(over)
    }

    /// Says the end in TCP as well, and waits until the router has heard it; returns whether it has.
    async fn finish(&mut self) -> bool {
        self.socket.close();
        if self.socket.flush().await.is_err() {
            return false;
        }
        let mut rest = [0; 64];
        let ended =
            async { while matches!(self.socket.read(&mut rest).await, Ok(count) if count > 0) {} };
        let _ = with_timeout(LINGER, ended).await;
        true
    }
}

/// Passes on what comes from the router.
async fn receive(link: &Link, mut reader: TlsReader<'_, Wire<'_, '_>, Aes128GcmSha256>) -> Over {
    loop {
        let mut bytes = match reader.read_buffered().await {
            Ok(bytes) => bytes,
            Err(TlsError::ConnectionClosed) => return Over::Closed,
            Err(_) => return Over::Broken,
        };
        while !bytes.is_empty() {
            let count = link.incoming.write(bytes.peek_all()).await;
            bytes.pop(count);
        }
    }
}

/// Passes on what goes to the router, in a record as soon as there is nothing more to put into it.
async fn send(link: &Link, mut writer: TlsWriter<'_, Wire<'_, '_>, Aes128GcmSha256>) -> Over {
    let mut bytes = [0; 128];
    let mut unsent = 0;
    loop {
        // All that was written goes before the end.
        let count = match select(link.outgoing.read(&mut bytes), link.closing.wait()).await {
            Either::First(count) => count,
            Either::Second(()) => return Over::Finished,
        };
        let bytes = bytes.get(..count).unwrap_or_default();
        if writer.write_all(bytes).await.is_err() {
            return Over::Broken;
        }
        unsent += count;
        if link.outgoing.is_empty() {
            if writer.flush().await.is_err() {
                return Over::Broken;
            }
            link.subtract_unsent(core::mem::take(&mut unsent));
        }
    }
}

/// What is wrong if the hands were not shaken.
fn in_handshake(error: TlsError) -> Failure {
    match error {
        // Forged records are invalid data; the rest is the network's.
        TlsError::Io(ErrorKind::InvalidData) => Failure::NotTrusted,
        TlsError::Io(_) | TlsError::IoError => Failure::Unreachable,
        _ => Failure::NotTrusted,
    }
}

/// The socket for TLS, whose two halves each want one of their own. Nobody ever waits for a lock:
/// one of the halves reads, the other writes.
#[derive(Clone, Copy)]
struct Wire<'w, 's> {
    reader: &'w Mutex<NoopRawMutex, (TcpReader<'s>, Records)>,
    writer: &'w Mutex<NoopRawMutex, TcpWriter<'s>>,
}

impl ErrorType for Wire<'_, '_> {
    type Error = ErrorKind;
}

impl Read for Wire<'_, '_> {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let (reader, records) = &mut *self.reader.lock().await;
        let count = reader
            .read(out)
            .await
            .map_err(|_| ErrorKind::ConnectionReset)?;
        let bytes = out.get(..count).unwrap_or_default();
        records.inspect(bytes).map_err(|_| ErrorKind::InvalidData)?;
        Ok(count)
    }
}

impl Write for Wire<'_, '_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let mut writer = self.writer.lock().await;
        writer
            .write(bytes)
            .await
            .map_err(|_| ErrorKind::ConnectionReset)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        let mut writer = self.writer.lock().await;
        writer.flush().await.map_err(|_| ErrorKind::ConnectionReset)
    }
}
