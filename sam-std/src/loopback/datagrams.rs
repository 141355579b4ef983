//! Datagrams: the UDP port of a bridge, and where it passes them on to.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sam_core::command::DatagramParameters;
use sam_core::header::{CountedReceived, DatagramHeader, RawHeader, SendHeader, Source};
use sam_core::key::DestinationText;
use sam_core::{Ports, ResultCode, Status, Style, Version, Writer};

use super::group::Close;
use super::hub::Hub;
use super::naming;
use super::session::Session;
use super::socket::Socket;
use super::subsessions::Listen;

/// More than any UDP packet has.
const PACKET_BYTES: usize = 64 * 1024;

/// Bytes of the longest header, that of a destination with the longest keys.
const HEADER_BYTES: usize = 8 * 1024;

/// How long to wait after a failure before trying again.
const PAUSE: Duration = Duration::from_millis(10);

/// The protocol of raw datagrams, unless the client says otherwise.
const RAW: u8 = 18;

/// How long a client may take to read a datagram, in whose place nobody else is served.
const DELIVERY_TIME: Duration = Duration::from_secs(5);

/// The longest payload of any style, in bytes.
pub(super) const MAX_LEN: usize = 32_768;

/// Where a session receives datagrams.
#[derive(Clone, Copy)]
pub(super) enum Receiver {
    Udp(SocketAddr),
    /// On its control socket.
    Control,
}

/// What a session sends and receives, if that is datagrams.
pub(super) struct Inbox {
    style: Style,
    receiver: Receiver,
    /// Of what it sends.
    ports: Ports,
    protocol: u8,
    /// Whether the client can read ports, and wants them in front of raw datagrams.
    reads_ports: bool,
    header: bool,
}

impl Inbox {
    /// What a client of this version asks for; `receiver` is where it receives.
    pub(super) fn new(
        style: Style,
        wanted: DatagramParameters<'_>,
        receiver: Receiver,
        version: Option<Version>,
    ) -> Result<Self, Status<'static>> {
        let reads_ports = version.is_some_and(|version| version >= Version::V3_2);
        if matches!(wanted.protocol, Some(6 | 17 | 19 | 20)) {
            let status = Status::new(ResultCode::I2pError);
            return Err(status.with_message("PROTOCOL belongs to another style"));
        }
        Ok(Self {
            style,
            receiver,
            ports: wanted.ports.unwrap_or_default(),
            protocol: wanted.protocol.unwrap_or(RAW),
            reads_ports,
            header: wanted.header && reads_ports,
        })
    }

    pub(super) fn is_raw(&self) -> bool {
        self.style == Style::Raw
    }

    /// The I2CP protocol of what it sends, if that is raw.
    pub(super) const fn protocol(&self) -> u8 {
        self.protocol
    }

    /// The longest payload the specification allows.
    const fn max_len(&self) -> usize {
        match self.style {
            Style::Raw => MAX_LEN,
            _ => 31_744,
        }
    }
}

/// Opens the UDP port of a bridge.
pub(super) fn bind(port: u16) -> io::Result<UdpSocket> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, port))
}

/// Starts the thread that passes datagrams on until the bridge ends.
pub(super) fn start(hub: &Arc<Hub>) -> io::Result<()> {
    let serving = Arc::clone(hub);
    hub.threads
        .spawn("sam-loopback-udp", move || serve(&serving))
}

/// Wakes that thread, which sees then whether the bridge has ended.
pub(super) fn wake(udp: &UdpSocket) {
    if let Ok(addr) = udp.local_addr() {
        // If there is no room for it, the thread is busy and sees it soon.
        let _ = udp.send_to(&[], addr);
    }
}

fn serve(hub: &Hub) {
    let mut buffer = vec![0; PACKET_BYTES];
    loop {
        let received = hub.udp.recv_from(&mut buffer);
        if hub.clients.is_closed() {
            return;
        }
        match received {
            // What cannot be delivered is lost without a word, as on real routers.
            Ok((len, _)) => drop(pass_on(hub, buffer.get(..len).unwrap_or_default())),
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// Passes a client's packet on, if there is somebody to take it.
fn pass_on(hub: &Hub, packet: &[u8]) -> Option<()> {
    let (header, payload) = SendHeader::parse(packet).ok()?;
    let id: Vec<u8> = header.id.bytes().collect();
    let source = hub.by_id(&id)?;
    let name = naming::text(header.destination);
    deliver(hub, &source, &name, header.ports, header.protocol, payload)
}

/// Passes on what a client sends on the control socket of its session.
pub(super) fn send(
    hub: &Hub,
    session: &Arc<Session>,
    is_raw: bool,
    name: &[u8],
    ports: Option<Ports>,
    protocol: Option<u8>,
    payload: &[u8],
) {
    if let Some(source) = session.sending(is_raw) {
        // What cannot be delivered is lost without a word here too.
        let _ = deliver(hub, &source, name, ports, protocol, payload);
    }
}

fn deliver(
    hub: &Hub,
    source: &Session,
    name: &[u8],
    ports: Option<Ports>,
    protocol: Option<u8>,
    payload: &[u8],
) -> Option<()> {
    let sender = source.inbox.as_ref()?;
    let ports = ports.unwrap_or(sender.ports);
    let protocol = protocol.unwrap_or(sender.protocol);
    let listen = Listen::datagrams(sender.style, protocol, ports.to);
    let target = hub.find(name).ok()??.listening(listen)?;
    let receiver = target.inbox.as_ref()?;
    if sender.style != receiver.style || !(1..=sender.max_len()).contains(&payload.len()) {
        return None;
    }
    let mut forwarded = vec![0; HEADER_BYTES + payload.len()];
    let mut forwarded = Writer::new(&mut forwarded);
    match receiver.receiver {
        Receiver::Udp(client) => {
            put_header(receiver, source, ports, protocol, &mut forwarded)?;
            forwarded.put(payload).ok()?;
            hub.udp.send_to(forwarded.written(), client).ok()?;
        }
        Receiver::Control => {
            put_line(receiver, source, ports, protocol, payload, &mut forwarded)?;
            say(&target.control, forwarded.written(), payload.len())?;
        }
    }
    Some(())
}

/// Says a line with its payload. A client that does not read in time may have got a part of it,
/// so its connection is of no use any more.
fn say(control: &Socket, bytes: &[u8], payload_len: usize) -> Option<()> {
    let (line, payload) = bytes.split_at_checked(bytes.len().checked_sub(payload_len)?)?;
    control.track().says(line);
    control.track().sends(payload);
    let by = Some(Instant::now() + DELIVERY_TIME);
    let said = control.write_all(bytes, by);
    said.inspect_err(|_| control.close()).ok()
}

fn put_line(
    receiver: &Inbox,
    source: &Session,
    ports: Ports,
    protocol: u8,
    payload: &[u8],
    out: &mut Writer<'_>,
) -> Option<()> {
    let is_raw = receiver.style == Style::Raw;
    let sender = sender(receiver, source)?;
    let received = CountedReceived {
        source: (!is_raw).then_some(sender),
        size: payload.len(),
        ports: receiver.reads_ports.then_some(ports),
        protocol: (is_raw && receiver.reads_ports).then_some(protocol),
    };
    received.encode_with(payload, out).ok()
}

fn put_header(
    receiver: &Inbox,
    source: &Session,
    ports: Ports,
    protocol: u8,
    packet: &mut Writer<'_>,
) -> Option<()> {
    if receiver.style == Style::Raw {
        let header = RawHeader { ports, protocol };
        return match receiver.header {
            true => header.encode(packet).ok(),
            false => Some(()),
        };
    }
    let header = DatagramHeader {
        source: sender(receiver, source)?,
        ports: receiver.reads_ports.then_some(ports),
    };
    header.encode(packet).ok()
}

/// What a receiver is told of who sent it.
fn sender<'s>(receiver: &Inbox, source: &'s Session) -> Option<Source<'s>> {
    match receiver.style {
        Style::Datagram3 => Some(Source::Hash(source.hash)),
        _ => {
            let destination = DestinationText::new(source.destination.as_bytes());
            destination.ok().map(Source::Destination)
        }
    }
}
