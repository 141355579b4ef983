//! sam-core in a final artifact that has neither `std` nor an allocator.
//!
//! rustc refuses to make a static library of anything that reaches `alloc` without a global
//! allocator; this one has none. `#[used]` statics keep the entry points in the archive, so that
//! every machine is compiled with both drivers, and their symbols can be looked through.
#![no_std]

#[cfg(feature = "counter-proof")]
extern crate alloc;

use core::convert::Infallible;
use core::future::Future;
use core::panic::PanicInfo;
use core::pin::pin;
use core::task::{Context, Waker};

use sam_core::bridge::{Bridge, Request};
use sam_core::client::Arrival;
use sam_core::io::{asynch, blocking};
use sam_core::{
    Accept, Address, Command, Connect, Connection, Create, DestinationText, Error, Forward,
    Greeting, Machine, PrivateKey, Reply, ResultCode, SessionId, SessionKey, SessionOptions,
    Status, Timeouts, Utility, Writer,
};

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Every entry point, kept by the linker.
#[used]
static ENTRY_POINTS: [fn(&[u8]) -> usize; 10] = [
    utility,
    create_and_ask,
    control_datagrams,
    connect,
    accept,
    forward,
    arrival,
    bridge,
    lines,
    keys,
];

fn utility(_: &[u8]) -> usize {
    drive(Ok(Utility::new(Greeting::default(), Timeouts::DEFAULT)))
}

fn create_and_ask(key: &[u8]) -> usize {
    let id = SessionId::random([7; 16]);
    let Ok(key) = PrivateKey::from_base64(key, [0; 679]) else {
        return 0;
    };
    let create = |key| {
        let options = SessionOptions::DEFAULT;
        Create::new(Greeting::default(), Timeouts::DEFAULT, &id, key, options)
    };
    let session = create(SessionKey::TRANSIENT).map(Create::into_session);
    drive(create((&key).into()).map_err(Error::Usage)) + drive(session.map_err(Error::Usage))
}

fn control_datagrams(payload: &[u8]) -> usize {
    let id = SessionId::random([7; 16]);
    let (greeting, timeouts) = (Greeting::default(), Timeouts::DEFAULT);
    let (key, options) = (SessionKey::TRANSIENT, SessionOptions::DEFAULT);
    let created = Create::new(greeting, timeouts, &id, key, options);
    let Ok(mut machine) = created.map(Create::into_control_datagrams) else {
        return 0;
    };
    let mut buffer = [0; 256];
    let mut writer = Writer::new(&mut buffer);
    let to = DestinationText::new(payload).map_err(|_| Error::Closed);
    let sent = to.and_then(|to| machine.send(to, payload, &mut writer));
    usize::from(sent.is_ok()) + drive(Ok(machine))
}

fn connect(to: &[u8]) -> usize {
    let id = SessionId::random([7; 16]);
    let Some(to) = str::from_utf8(to)
        .ok()
        .and_then(|to| to.parse::<Address>().ok())
    else {
        return 0;
    };
    drive(Ok(Connect::new(
        Greeting::default(),
        Timeouts::DEFAULT,
        &id,
        &to,
    )))
}

fn accept(_: &[u8]) -> usize {
    let id = SessionId::random([7; 16]);
    drive(Ok(Accept::new(Greeting::default(), Timeouts::DEFAULT, &id)))
}

fn forward(_: &[u8]) -> usize {
    let id = SessionId::random([7; 16]);
    drive(Ok(Forward::new(
        Greeting::default(),
        Timeouts::DEFAULT,
        &id,
        None,
        80,
    )))
}

fn arrival(_: &[u8]) -> usize {
    drive(Ok(Arrival::new(Timeouts::DEFAULT.hello)))
}

fn bridge(_: &[u8]) -> usize {
    let Ok(mut connection) = Connection::new(Bridge::default(), [0; 256], [0; 256]) else {
        return 0;
    };
    let status = Status::new(ResultCode::KeyNotFound);
    let refused = match blocking::recv(&mut connection, &mut Nothing) {
        Ok(Some(Request::Lookup(_))) => connection.request(|bridge, tx| bridge.refuse(status, tx)),
        _ => Err(Error::Closed),
    };
    usize::from(refused.is_ok())
}

fn lines(line: &[u8]) -> usize {
    let mut buffer = [0; 256];
    let mut writer = Writer::new(&mut buffer);
    let commanded = Command::parse(line).map(|command| command.encode(&mut writer));
    let replied = Reply::parse(line).map(|reply| reply.encode(&mut writer));
    usize::from(commanded.is_ok()) + usize::from(replied.is_ok()) + writer.len()
}

/// Drives a machine with both drivers.
fn drive<M: Machine>(machine: Result<M, Error>) -> usize {
    let connection = machine.and_then(|machine| Connection::new(machine, [0; 256], [0; 256]));
    let Ok(mut connection) = connection else {
        return 0;
    };
    let blocked = blocking::next(&mut connection, &mut Nothing).is_ok();
    usize::from(blocked) + usize::from(poll_once(&mut connection))
}

fn poll_once<M: Machine>(connection: &mut Connection<M, [u8; 256]>) -> bool {
    let mut nothing = Nothing;
    let awaited = pin!(asynch::next(connection, &mut nothing));
    awaited
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_ready()
}

/// A transport that takes every byte and gives none.
struct Nothing;

impl embedded_io::ErrorType for Nothing {
    type Error = Infallible;
}

impl embedded_io::Read for Nothing {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, Infallible> {
        Ok(0)
    }
}

impl embedded_io::Write for Nothing {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io_async::Read for Nothing {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, Infallible> {
        Ok(0)
    }
}

impl embedded_io_async::Write for Nothing {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn keys(text: &[u8]) -> usize {
    let seed = text.first_chunk().unwrap_or(&[7; 32]);
    let delegated = PrivateKey::from_seed(seed, [0; 679])
        .and_then(|key| key.delegate(seed, 1_800_000_000, [0; 813]));
    match delegated {
        Ok(key) => usize::from(key.check_offline(text.len() as u64).is_ok()),
        Err(_) => 0,
    }
}
