//! Each command as a line.
//!
//! A function for each, and none for all: a program links those it says and no more.

use super::{Command, Hello, SessionCreate, StreamAccept, StreamConnect, StreamForward};
use crate::error::{Error, Usage};
use crate::operand::{Name, encode_signature_type};
use crate::types::SignatureType;
use crate::writer::Writer;

impl Hello<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"HELLO VERSION", |line| {
            self.min.map_or(Ok(()), |min| line.version("MIN", min))?;
            self.max.map_or(Ok(()), |max| line.version("MAX", max))?;
            self.user
                .map_or(Ok(()), |user| line.required("USER", user))?;
            self.password
                .map_or(Ok(()), |it| line.required("PASSWORD", it.expose()))
        })
    }
}

impl SessionCreate<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"SESSION CREATE", |line| {
            line.word("STYLE", self.style.word())?;
            line.required("ID", self.id)?;
            self.key.encode(line)?;
            self.options.encode(line)
        })
    }
}

impl StreamConnect<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"STREAM CONNECT", |line| {
            line.required("ID", self.id)?;
            self.destination.encode("DESTINATION", line)?;
            put_silent(self.silent, line)?;
            self.ports.map_or(Ok(()), |ports| line.ports(ports))
        })
    }
}

impl StreamAccept<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"STREAM ACCEPT", |line| {
            line.required("ID", self.id)?;
            put_silent(self.silent, line)
        })
    }
}

impl StreamForward<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"STREAM FORWARD", |line| {
            line.required("ID", self.id)?;
            line.number("PORT", self.port.into())?;
            self.host.map_or(Ok(()), |host| host.encode(line))?;
            put_silent(self.silent, line)
        })
    }
}

pub(crate) fn lookup(name: Name<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"NAMING LOOKUP", |line| name.encode("NAME", line))
}

pub(crate) fn generate(
    signature_type: Option<SignatureType>,
    writer: &mut Writer<'_>,
) -> Result<(), Error> {
    command(writer, b"DEST GENERATE", |line| {
        encode_signature_type(signature_type, line)
    })
}

pub(crate) fn ping(text: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"PING", |line| line.verbatim(text))
}

/// As long as the PING it answers, even if that is too long for a command.
pub(crate) fn pong(text: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
    writer.line(|line| {
        line.put(b"PONG")?;
        line.verbatim(text)
    })
}

pub(crate) fn quit(writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"QUIT", |_| Ok(()))
}

/// Writes one line that no router takes for too long.
fn command(
    writer: &mut Writer<'_>,
    words: &[u8],
    operands: impl FnOnce(&mut Writer<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let start = writer.len();
    writer.line(|line| {
        line.put(words)?;
        operands(line)?;
        match line.len() - start < Command::MAX_LEN {
            true => Ok(()),
            false => Err(Usage::TooLong.into()),
        }
    })
}

fn put_silent(silent: bool, line: &mut Writer<'_>) -> Result<(), Error> {
    match silent {
        true => line.word("SILENT", "true"),
        false => Ok(()),
    }
}
