//! The driver over `embedded_io`.

use embedded_io::{Read, Write};

use crate::connection::{Connection, Step};
use crate::error::Error;
use crate::io::IoError;
use crate::line::Line;
use crate::machine::Machine;
use crate::wire::Wire;

/// Runs to the next event and returns its token; `None` if line mode is over or payload is due.
///
/// One call is one wait: it may last [`Connection::timeout`] from its start, which the transport
/// has to see to. After a transport error call it again, and nothing is lost.
///
/// # Errors
/// [`IoError`].
pub fn next<M, B, T>(
    connection: &mut Connection<M, B>,
    transport: &mut T,
) -> Result<Option<Line>, IoError<T::Error>>
where
    M: Machine,
    B: AsRef<[u8]> + AsMut<[u8]>,
    T: Read + Write,
{
    let (machine, wire) = connection.parts();
    drive(machine, wire, transport)
}

/// Runs to the next event and shows it; `None` if line mode is over or payload is due.
///
/// # Errors
/// As [`next`].
pub fn recv<'c, M, B, T>(
    connection: &'c mut Connection<M, B>,
    transport: &mut T,
) -> Result<Option<M::Event<'c>>, IoError<T::Error>>
where
    M: Machine,
    B: AsRef<[u8]> + AsMut<[u8]>,
    T: Read + Write,
{
    match next(connection, transport)? {
        Some(line) => Ok(Some(connection.event(line)?)),
        None => Ok(None),
    }
}

/// Reads some of the payload that is due, straight into `out`; returns how many bytes.
///
/// 0 if no more is due, or `out` is empty. Like a read of the transport it returns with what is
/// there, so nothing is lost if it fails or is dropped.
///
/// # Errors
/// [`IoError::Sam`] with [`Error::Closed`] if the other end closes within it.
pub fn payload<M, B, T>(
    connection: &mut Connection<M, B>,
    transport: &mut T,
    out: &mut [u8],
) -> Result<usize, IoError<T::Error>>
where
    M: Machine,
    B: AsRef<[u8]> + AsMut<[u8]>,
    T: Read + Write,
{
    let taken = connection.take_payload(out);
    let wanted = out.len().min(connection.payload_due());
    let room = out.get_mut(..wanted).unwrap_or_default();
    if taken > 0 || room.is_empty() {
        return Ok(taken);
    }
    let count = transport.read(room).map_err(IoError::Transport)?;
    connection.payload_read(count)?;
    Ok(count)
}

/// The loop, once for all machines.
fn drive<B, T>(
    machine: &mut dyn Machine,
    wire: &mut Wire<B>,
    transport: &mut T,
) -> Result<Option<Line>, IoError<T::Error>>
where
    B: AsRef<[u8]> + AsMut<[u8]>,
    T: Read + Write,
{
    loop {
        if wire.tx.flush_due() {
            transport.flush().map_err(IoError::Transport)?;
            wire.tx.flushed();
        }
        match wire.step(machine)? {
            Step::Transmit => match transport.write(wire.tx.pending()) {
                Ok(0) => return Err(IoError::WriteZero),
                Ok(count) => wire.tx.transmitted(count).map_err(Error::from)?,
                Err(error) => return Err(IoError::Transport(error)),
            },
            Step::Receive => {
                let room = wire.spare()?;
                let count = transport.read(room).map_err(IoError::Transport)?;
                wire.received(count).map_err(Error::from)?;
            }
            Step::Event(line) => return Ok(Some(line)),
            Step::Payload(_) | Step::Done => return Ok(None),
        }
    }
}
