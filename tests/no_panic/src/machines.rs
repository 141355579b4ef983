//! Every machine of both halves, driven through whatever the other end may say.

use core::convert::Infallible;
use core::hint::black_box;
use core::net::IpAddr;

use embedded_io::{Read, Write};
use sam_core::bridge::{Bridge, Request};
use sam_core::client::recovery::{Input, Recovery};
use sam_core::client::{Arrival, Inquiry};
use sam_core::command::{Command, DatagramParameters};
use sam_core::error::Malformed;
use sam_core::header::CountedReceived;
use sam_core::io::{Stream, blocking};
use sam_core::operand::Host;
use sam_core::{
    Accept, Address, Connect, Connection, ControlDatagrams, Create, Credentials, DestinationText,
    Error, Forward, Greeting, Machine, Peer, Ports, Reply, ResultCode, SessionId, SessionKey,
    SessionOptions, SignatureType, Status, Step, Style, Timeouts, Utility, Writer,
};

use crate::input::{bytes, cut, number, text};
use crate::values::fill;

pub fn call() {
    let input = bytes();
    let credentials = Credentials {
        user: text(&input),
        password: text(&input),
    };
    let greeting = Greeting {
        credentials: Some(credentials),
        ..Greeting::default()
    };
    let Ok(id) = SessionId::new(text(&input)) else {
        return;
    };
    utility(greeting, &input);
    session(greeting, &id, &input);
    connect(greeting, &id, &input);
    accept(greeting, &id, &input);
    forward(greeting, &id, &input);
    bridge(&input);
    recovery();
}

#[inline(never)]
fn utility(greeting: Greeting<'_>, input: &[u8]) {
    let Some(mut connection) = driven(Utility::new(greeting, Timeouts::DEFAULT), input) else {
        return;
    };
    black_box((
        connection.machine().is_busy(),
        connection.machine().version(),
    ));
    black_box(connection.request(|utility, tx| ask(utility.ask()?, tx, input))).ok();
    drive(&mut connection, input);
}

#[inline(never)]
fn session(greeting: Greeting<'_>, id: &SessionId, input: &[u8]) {
    let key = match number() {
        0 => SessionKey::Transient(Some(SignatureType(number() as u16))),
        1 => SessionKey::Text(sam_core::Secret::new(sam_core::Value::new(cut(input)))),
        _ => SessionKey::Binary(cut(input)),
    };
    black_box(key == SessionKey::Binary(cut(input)));
    let options = SessionOptions {
        lease_set_enc_type: Some(text(input)),
        ..SessionOptions::DEFAULT
    };
    let Ok(create) = Create::new(greeting, Timeouts::DEFAULT, id, key, options) else {
        return;
    };
    let datagrams = DatagramParameters {
        host: Some(Host::Ip((number() as u32).to_be_bytes().into())),
        port: Some(number() as u16),
        ports: Some(Ports::default()).filter(|_| number() > 0),
        protocol: Some(number() as u8),
        header: number() > 0,
    };
    black_box(datagrams.needs());
    let create = match number() {
        0 => Ok(create),
        1 => create.datagrams(Style::Datagram, datagrams),
        2 => create.primary(Style::Primary),
        _ => create.datagrams(Style::Raw, datagrams),
    };
    let Some(connection) = create.ok().and_then(|create| driven(create, input)) else {
        return;
    };
    if number() > 0 {
        return control_datagrams(connection.then(Create::into_control_datagrams), input);
    }
    let mut connection = connection.then(Create::into_session);
    black_box((
        connection.machine().is_busy(),
        connection.machine().version(),
    ));
    black_box(connection.request(|session, tx| ask(session.ask(), tx, input))).ok();
    drive(&mut connection, input);
}

fn control_datagrams(mut connection: Connection<ControlDatagrams, Buffer>, input: &[u8]) {
    black_box((
        connection.machine().is_busy(),
        connection.machine().version(),
    ));
    black_box(connection.request(|session, tx| match number() {
        0 => ask(session.ask(), tx, input),
        _ => {
            let to = DestinationText::new(cut(input)).map_err(Malformed::Key)?;
            match number() {
                0 => session.send(to, input, tx),
                _ => session.send_with_ports(to, Ports::default(), input, tx),
            }
        }
    }))
    .ok();
    drive(&mut connection, input);
}

/// Asks one of the questions a router can be asked.
fn ask(inquiry: &mut Inquiry, tx: &mut Writer<'_>, input: &[u8]) -> Result<(), Error> {
    black_box((inquiry.version(), inquiry.is_busy()));
    match number() {
        0 => inquiry.lookup_me(tx),
        1 => inquiry.generate(SignatureType(number() as u16), tx),
        2 => inquiry.probe(tx),
        3 => inquiry.ping(text(input), tx),
        4 => inquiry.lookup(
            DestinationText::new(cut(input)).map_err(Malformed::Key)?,
            tx,
        ),
        5 => {
            inquiry.abandon();
            Ok(())
        }
        6 => inquiry.set_auth(number() == 0, tx),
        7 => {
            let (user, password) = (text(input), text(input));
            inquiry.add_user(&Credentials { user, password }, tx)
        }
        8 => inquiry.remove_user(text(input), tx),
        9 => inquiry.help(tx),
        10 => inquiry.quit(tx),
        11 => inquiry.lookup_with_options(&text(input).parse::<Address>()?, tx),
        12 => subsession(inquiry, tx, input),
        _ => inquiry.lookup(&text(input).parse::<Address>()?, tx),
    }
}

fn subsession(inquiry: &mut Inquiry, tx: &mut Writer<'_>, input: &[u8]) -> Result<(), Error> {
    match Command::parse(input)? {
        Command::SessionAdd(add) => {
            black_box((add.needs(), add.validate())).1?;
            inquiry.add(&add, tx)
        }
        _ => inquiry.remove(&text(input).parse()?, tx),
    }
}

#[inline(never)]
fn connect(greeting: Greeting<'_>, id: &SessionId, input: &[u8]) {
    let Ok(to) = text(input).parse::<Address>() else {
        return;
    };
    let mut connect = Connect::new(greeting, Timeouts::DEFAULT, id, &to);
    if number() > 0 {
        connect = connect.silent();
    }
    if number() > 0 {
        connect = connect.ports(Ports {
            from: number() as u16,
            to: number() as u16,
        });
    }
    driven(connect, input);
}

#[inline(never)]
fn accept(greeting: Greeting<'_>, id: &SessionId, input: &[u8]) {
    let mut accept = Accept::new(greeting, Timeouts::DEFAULT, id);
    if number() > 0 {
        accept = accept.silent();
    }
    driven(accept, input);
    driven(Arrival::new(Timeouts::DEFAULT.hello), input);
}

#[inline(never)]
fn forward(greeting: Greeting<'_>, id: &SessionId, input: &[u8]) {
    let host = match number() {
        0 => None,
        1 => Some(IpAddr::from((number() as u32).to_be_bytes())),
        _ => Some(IpAddr::from(*input.first_chunk::<16>().unwrap_or(&[0; 16]))),
    };
    let mut forward = Forward::new(greeting, Timeouts::DEFAULT, id, host, number() as u16);
    if number() == 1 {
        forward = forward.ssl();
    }
    if number() > 0 {
        forward = forward.silent();
    }
    if let Some(connection) = driven(forward, input) {
        drive(&mut connection.then(Forward::into_keeper), input);
    }
}

#[inline(never)]
fn bridge(input: &[u8]) {
    let Some(mut connection) = driven(Bridge::default().guarded(), input) else {
        return;
    };
    let said = connection.request(|bridge, tx| {
        black_box((bridge.version(), bridge.is_session(), bridge.ending()));
        match number() {
            0 => bridge.answer(&Reply::parse(cut(input))?, tx),
            1 => bridge.peer(Peer::parse(cut(input))?, tx),
            2 => bridge.deliver(CountedReceived::parse(cut(input))?, input, tx),
            _ => bridge.refuse(Status::new(ResultCode::from_word(cut(input))), tx),
        }
    });
    black_box(said).ok();
    drive(&mut connection, input);
    if let Ok(Some(Request::Lookup(lookup))) = blocking::recv(&mut connection, &mut Anything) {
        let told = lookup.name.text(&mut |piece| {
            black_box(piece);
            Ok::<_, Infallible>(())
        });
        black_box(told).ok();
    }
}

#[inline(never)]
fn recovery() {
    let mut recovery = Recovery::new();
    for _ in 0..number() {
        let input = match number() {
            0 => Input::Greeted,
            1 => Input::Created,
            2 => Input::Elapsed,
            3 => Input::Ended(Error::Closed),
            4 => Input::Ended(Malformed::Syntax.into()),
            _ => Input::Ended(Error::Refused(ResultCode::NoVersion)),
        };
        let now = sam_core::time::Instant::from_millis(number() as u64);
        recovery.handle(input, now, number() as u32);
        black_box((
            recovery.state(),
            recovery.versions(),
            recovery.poll_timeout(),
        ));
    }
}

type Buffer = [u8; 1024];

/// A connection that was driven for a while, by hand and by the driver.
fn driven<M: Machine>(machine: M, input: &[u8]) -> Option<Connection<M, Buffer>> {
    let mut connection = Connection::new(machine, [0; 1024], [0; 1024]).ok()?;
    drive(&mut connection, input);
    black_box(blocking::next(&mut connection, &mut Anything)).ok();
    let mut out = [0; 64];
    let out = out.get_mut(..number()).unwrap_or_default();
    black_box(blocking::payload(&mut connection, &mut Anything, out)).ok();
    black_box(connection.timeout());
    if number() == 0 {
        leave(connection);
        return None;
    }
    Some(connection)
}

fn drive<M: Machine>(connection: &mut Connection<M, Buffer>, input: &[u8]) {
    while let Ok(step) = connection.step() {
        match step {
            Step::Transmit => {
                black_box(connection.pending());
                black_box(connection.transmitted(number())).ok();
                if connection.flush_due() {
                    connection.flushed();
                }
            }
            Step::Receive => {
                if let Ok(room) = connection.spare() {
                    fill(room, input);
                }
                black_box(connection.received(number())).ok();
            }
            Step::Event(line) => {
                black_box(connection.event(line)).ok();
                black_box(connection.last_line());
            }
            Step::Payload(_) => {
                let mut out = [0; 64];
                black_box(connection.take_payload(out.get_mut(..number()).unwrap_or_default()));
                black_box(connection.payload_due());
                black_box(connection.payload_read(number())).ok();
            }
            Step::Done => return,
        }
    }
}

/// Turns a connection into a stream.
fn leave<M: Machine>(connection: Connection<M, Buffer>) {
    let mut stream = Stream::new(Anything, connection.into_unread());
    let mut out = [0; 64];
    black_box(stream.read(out.get_mut(..number()).unwrap_or_default())).ok();
    black_box(stream.unread());
    black_box(stream.transport_mut());
    black_box(stream.into_parts().1.as_slice());
}

/// A transport that takes and gives as many bytes as it likes.
struct Anything;

impl embedded_io::ErrorType for Anything {
    type Error = Infallible;
}

impl Read for Anything {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, Infallible> {
        fill(out, &bytes());
        Ok(number())
    }
}

impl Write for Anything {
    fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        Ok(number())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
