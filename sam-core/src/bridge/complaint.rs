//! What a client is told about a line that makes no sense.

use crate::error::{Error, Malformed};
use crate::grammar::Sentence;
use crate::lease_set_options::LeaseSetOptions;
use crate::reply::Reply;
use crate::status::{ResultCode, Status};
use crate::writer::Writer;

/// The status of a line that cannot be followed.
pub(super) fn complaint(message: &str) -> Status<'_> {
    Status::new(ResultCode::I2pError).with_message(message)
}

/// Tells the client what is wrong with its line, under the verb it used.
pub(super) fn complain(
    line: &[u8],
    malformed: Malformed,
    tx: &mut Writer<'_>,
) -> Result<(), Error> {
    let status = complaint(match malformed {
        Malformed::Syntax => "empty command",
        Malformed::Verb => "unsupported command",
        Malformed::Missing(_) => "a parameter is missing",
        Malformed::Twice(_) => "duplicate parameter",
        _ => "a parameter has an invalid value",
    });
    let verb = Sentence::parse(line).map_or(&b"SESSION"[..], |sentence| sentence.verb);
    let reply = match verb {
        b"SESSION" => Reply::Session {
            status,
            destination: None,
            id: None,
        },
        b"STREAM" => Reply::Stream(status),
        b"NAMING" => Reply::Naming {
            status,
            name: None,
            value: None,
            options: LeaseSetOptions::NONE,
        },
        b"DEST" => Reply::DestRefused(status),
        b"HELLO" => Reply::Hello {
            status,
            version: None,
        },
        verb if is_word(verb) => Reply::Other { verb, status },
        _ => Reply::Session {
            status,
            destination: None,
            id: None,
        },
    };
    reply.encode(tx)
}

/// Whether a verb nobody knows can be told back: what is longer or stranger is no verb at all.
fn is_word(verb: &[u8]) -> bool {
    verb.len() <= 16 && verb.iter().all(u8::is_ascii_alphanumeric)
}
