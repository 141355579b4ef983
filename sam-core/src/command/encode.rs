//! Each command as a line.
//!
//! A function for each, and none for all: a program links those it says and no more.

use super::{
    Command, Hello, NamingLookup, SessionCreate, StreamAccept, StreamConnect, StreamForward,
};
use crate::error::{Error, Usage};
use crate::operand::{Name, SessionKey, encode_signature_type};
use crate::types::{SignatureType, Style};
use crate::value::Value;
use crate::writer::Writer;

impl Hello<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"HELLO VERSION", |line| {
            if let Some(min) = self.min {
                line.version("MIN", min);
            }
            if let Some(max) = self.max {
                line.version("MAX", max);
            }
            if let Some(user) = self.user {
                line.required("USER", user);
            }
            if let Some(password) = self.password {
                line.required("PASSWORD", password.expose());
            }
        })
    }
}

impl SessionCreate<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        create(self.style, self.id, self.key, writer, |line| {
            self.datagrams.encode(line);
            self.options.encode(line);
        })
    }
}

impl StreamConnect<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"STREAM CONNECT", |line| {
            line.required("ID", self.id);
            self.destination.encode("DESTINATION", line);
            put_silent(self.silent, line);
            if let Some(ports) = self.ports {
                line.ports(ports);
            }
        })
    }
}

impl StreamAccept<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"STREAM ACCEPT", |line| {
            line.required("ID", self.id);
            put_silent(self.silent, line);
        })
    }
}

impl StreamForward<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        command(writer, b"STREAM FORWARD", |line| {
            line.required("ID", self.id);
            line.add_number("PORT", self.port.into());
            if let Some(host) = self.host {
                host.encode(line);
            }
            put_silent(self.silent, line);
            if self.ssl {
                line.word("SSL", "true");
            }
        })
    }
}

impl NamingLookup<'_> {
    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        if !self.options {
            return lookup(self.name, writer);
        }
        command(writer, b"NAMING LOOKUP", |line| {
            self.name.encode("NAME", line);
            line.word("OPTIONS", "true");
        })
    }
}

pub(crate) fn lookup(name: Name<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"NAMING LOOKUP", |line| name.encode("NAME", line))
}

/// SESSION CREATE, with options of either kind.
pub(crate) fn create(
    style: Style,
    id: Value<'_>,
    key: SessionKey<'_>,
    writer: &mut Writer<'_>,
    options: impl FnOnce(&mut Writer<'_>),
) -> Result<(), Error> {
    command(writer, b"SESSION CREATE", |line| {
        line.word("STYLE", style.word());
        line.required("ID", id);
        key.encode(line);
        options(line);
    })
}

pub(crate) fn generate(
    signature_type: Option<SignatureType>,
    writer: &mut Writer<'_>,
) -> Result<(), Error> {
    command(writer, b"DEST GENERATE", |line| {
        encode_signature_type(signature_type, line);
    })
}

pub(crate) fn ping(text: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"PING", |line| line.verbatim(text))
}

/// As long as the PING it answers, even if that is too long for a command.
pub(crate) fn pong(text: &[u8], writer: &mut Writer<'_>) -> Result<(), Error> {
    writer.sentence(|line| {
        line.add(b"PONG");
        line.verbatim(text);
    })
}

pub(crate) fn help(writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"HELP", |_| ())
}

pub(crate) fn quit(writer: &mut Writer<'_>) -> Result<(), Error> {
    command(writer, b"QUIT", |_| ())
}

/// Writes one line that no router takes for too long.
pub(super) fn command(
    writer: &mut Writer<'_>,
    words: &[u8],
    operands: impl FnOnce(&mut Writer<'_>),
) -> Result<(), Error> {
    let start = writer.len();
    writer.sentence(|line| {
        line.add(words);
        operands(line);
        check_length(start, line);
    })
}

#[inline(never)]
fn check_length(start: usize, line: &mut Writer<'_>) {
    if line.len() - start >= Command::MAX_LEN {
        line.fail(Usage::TooLong.into());
    }
}

fn put_silent(silent: bool, line: &mut Writer<'_>) {
    if silent {
        line.word("SILENT", "true");
    }
}
