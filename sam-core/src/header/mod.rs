//! The lines in front of data: who a peer is, where a datagram goes and where it comes from.
//!
//! One datagram is one UDP packet: a header, `\n`, the payload; on the control socket a line says
//! how many bytes follow it. Headers are read and written in
//! place; payloads are never touched.

mod counted;
mod datagram;
mod peer;
mod raw;
mod send;

pub use counted::{CountedReceived, CountedSend};
pub use datagram::{DatagramHeader, Source};
pub use peer::Peer;
pub use raw::RawHeader;
pub use send::SendHeader;

use crate::error::Malformed;
use crate::field::Field;
use crate::grammar::find;
use crate::types::Ports;
use crate::value::Value;

/// The header of a packet without its `\n`, and the payload.
fn split(packet: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let end = find(b'\n', packet).ok_or(Malformed::Syntax)?;
    match packet.split_at_checked(end) {
        Some((header, [_, payload @ ..])) => Ok((header, payload)),
        _ => Err(Malformed::Syntax),
    }
}

/// The first word of a line, and what stands behind it.
fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = find(b' ', line).unwrap_or(line.len());
    line.split_at_checked(end).unwrap_or((line, &[]))
}

/// Reads FROM_PORT and TO_PORT; none if both are missing, 0 if one is.
pub(crate) fn read_ports(
    from: Option<Value<'_>>,
    to: Option<Value<'_>>,
) -> Result<Option<Ports>, Malformed> {
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let from = from
        .map_or(Some(0), Value::number)
        .ok_or(Malformed::Value(Field::FromPort))?;
    let to = to
        .map_or(Some(0), Value::number)
        .ok_or(Malformed::Value(Field::ToPort))?;
    Ok(Some(Ports { from, to }))
}

/// Reads PROTOCOL, 0 to 255.
pub(crate) fn read_protocol(value: Option<Value<'_>>) -> Result<Option<u8>, Malformed> {
    value
        .map(|value| value.number().ok_or(Malformed::Value(Field::Protocol)))
        .transpose()
}
