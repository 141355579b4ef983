//! What may be wrong with a command.

use sam_core::Version;
use sam_core::value::Value;

use super::super::keys;
use super::hearing::{Around, Hearing, is_one_of, number};
use super::table::{Flaw, Kind};

impl Hearing {
    /// Whether this is wrong with what was heard last.
    pub(super) fn has(&self, flaw: Flaw, around: &Around<'_>) -> bool {
        let value = |key| self.sentence.value(key);
        let has_host_and_port = value("HOST").is_some() && value("PORT").is_some();
        match flaw {
            Flaw::Any => true,
            Flaw::OwnSession => around.is_session,
            Flaw::NoSession => !around.is_session,
            Flaw::NoPrimary => !(around.is_session && self.is_primary),
            Flaw::Missing(key) => value(key).is_none_or(<[u8]>::is_empty),
            Flaw::Holds(key, characters) => {
                let mut bytes = value(key).unwrap_or_default().iter();
                bytes.any(|byte| characters.as_bytes().contains(byte))
            }
            Flaw::NoneOf(key, words) => !is_one_of(value(key), words),
            Flaw::OneOf(key, words) => is_one_of(value(key), words),
            Flaw::NoNumber(key) => value(key).is_some_and(|value| number(value).is_none()),
            Flaw::NoPort(key) => value(key).is_some_and(|value| {
                let port = number(value);
                !port.is_some_and(|port| (1..65535).contains(&port))
            }),
            Flaw::NoAddress => has_host_and_port && self.value("HOST", Kind::Address).is_none(),
            Flaw::NoPortOfHost => has_host_and_port && self.value("PORT", Kind::Number).is_none(),
            Flaw::NoText => self.sentence.text.is_empty(),
            Flaw::NoReceiver => {
                let others = ["STREAM", "PRIMARY", "MASTER"];
                !is_one_of(value("STYLE"), &others) && value("PORT").is_none()
            }
            Flaw::IdInUse => {
                let session = around.hub.by_id(value("ID").unwrap_or_default());
                session.is_some_and(|session| !session.control.is_gone())
            }
            Flaw::IdUnknown => {
                let session = around.hub.by_id(value("ID").unwrap_or_default());
                session.is_none_or(|session| session.control.is_gone())
            }
            Flaw::SilentIdUnknown => {
                value("SILENT") == Some(b"true") && self.has(Flaw::IdUnknown, around)
            }
            Flaw::NobodysMe => value("NAME") == Some(b"ME") && !around.is_session,
            Flaw::NoKey => {
                let key = value("DESTINATION").unwrap_or_default();
                key != b"TRANSIENT" && keys::read(Value::new(key), None).is_err()
            }
            Flaw::Split => {
                let size = value("SIZE").and_then(number).unwrap_or_default();
                self.buffer.len() < size
            }
            Flaw::Below33 => around.version < Some(Version::V3_3),
        }
    }
}
