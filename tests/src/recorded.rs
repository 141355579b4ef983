//! Recorded commands as a client's own types.

use sam_core::client::Inquiry;
use sam_core::command::{NamingLookup, StreamConnect};
use sam_core::operand::Name;
use sam_core::{
    Address, Command, DestinationText, Error, SessionId, Target, Value, Version, Versions, Writer,
};

use crate::transcript::Socket;

/// Says a recorded line: in the client's own words if it has some, else as it stands.
pub(crate) fn ask(inquiry: &mut Inquiry, line: &[u8], tx: &mut Writer<'_>) -> Result<(), Error> {
    if inquiry.is_busy() {
        inquiry.abandon();
    }
    match Command::parse(line) {
        Ok(Command::NamingLookup(NamingLookup { name: Name::Me, .. })) => inquiry.lookup_me(tx),
        Ok(Command::NamingLookup(lookup)) if address(lookup.name).is_some() => {
            let address = address(lookup.name).unwrap();
            inquiry.lookup(&address, tx)
        }
        Ok(Command::DestGenerate(Some(signature_type))) => inquiry.generate(signature_type, tx),
        Ok(Command::Ping(text)) if inquiry.version() >= Version::V3_2 => {
            inquiry.ping(std::str::from_utf8(text).unwrap(), tx)
        }
        _ => tx.line(|writer| writer.put(line)),
    }
}

/// The second thing the client said, or the line if it is no command.
pub(crate) fn second_command(socket: &Socket) -> Option<Result<Command<'_>, &[u8]>> {
    let line = *socket.said().get(1)?;
    Some(Command::parse(line).map_err(|_| line))
}

pub(crate) fn versions(hello: &[u8]) -> Versions {
    match Command::parse(hello) {
        Ok(Command::Hello(hello)) => Versions {
            min: hello.min.unwrap_or(Versions::DEFAULT.min),
            max: hello.max.unwrap_or(Versions::DEFAULT.max),
        },
        _ => Versions::DEFAULT,
    }
}

pub(crate) fn session_id(id: Value<'_>) -> SessionId {
    SessionId::new(id.as_str().unwrap()).unwrap()
}

pub(crate) fn address(name: Name<'_>) -> Option<Address> {
    let mut text = Vec::new();
    let all = name.text(&mut |piece| {
        text.extend(piece);
        Ok::<_, Error>(())
    });
    all.ok()
        .and_then(|()| String::from_utf8(text).ok()?.parse().ok())
}

/// The target a recording names, or one that is no other's, if this crate refuses to name it.
pub(crate) fn target<'t>(connect: &StreamConnect<'t>, address: &'t Option<Address>) -> Target<'t> {
    if let Name::Text(text) = connect.destination
        && let Some(bytes) = text.as_bytes()
        && let Ok(destination) = DestinationText::new(bytes)
    {
        return destination.into();
    }
    match address {
        Some(address) => address.into(),
        None => Target::Destination(placeholder()),
    }
}

pub(crate) fn placeholder() -> DestinationText<'static> {
    // 387 bytes of zeros, in base64.
    const TEXT: [u8; 516] = [b'A'; 516];
    DestinationText::new(&TEXT).unwrap()
}
