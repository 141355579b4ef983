//! `AUTH`: who may talk to the router.

use super::encode::command;
use crate::error::{Error, Malformed};
use crate::field::Field;
use crate::grammar::Pairs;
use crate::value::{Secret, Value};
use crate::writer::Writer;

/// `AUTH ENABLE`, `DISABLE`, `ADD USER= PASSWORD=` or `REMOVE USER=` (3.2; Java I2P alone has it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Auth<'a> {
    /// From now on HELLO needs a user name and a password.
    Enable,
    /// Everybody may talk to the router again.
    Disable,
    /// A user who may talk to the router.
    Add {
        /// The user name.
        user: Value<'a>,
        /// The password; it crosses the network in clear.
        password: Secret<'a>,
    },
    /// A user who may not any longer.
    Remove {
        /// The user name.
        user: Value<'a>,
    },
}

impl<'a> Auth<'a> {
    pub(super) fn parse(noun: &[u8], pairs: Pairs<'a>) -> Result<Self, Malformed> {
        let [user, password] = pairs.fields(&[Field::User, Field::Password])?;
        let user = user.unwrap_or(Value::EMPTY);
        match noun {
            b"ENABLE" => Ok(Self::Enable),
            b"DISABLE" => Ok(Self::Disable),
            b"ADD" => Ok(Self::Add {
                user,
                password: Secret::new(password.unwrap_or(Value::EMPTY)),
            }),
            b"REMOVE" => Ok(Self::Remove { user }),
            _ => Err(Malformed::Verb),
        }
    }

    pub(crate) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        match *self {
            Self::Enable => command(writer, b"AUTH ENABLE", |_| ()),
            Self::Disable => command(writer, b"AUTH DISABLE", |_| ()),
            Self::Add { user, password } => command(writer, b"AUTH ADD", |line| {
                line.required("USER", user);
                line.required("PASSWORD", password.expose());
            }),
            Self::Remove { user } => {
                command(writer, b"AUTH REMOVE", |line| line.required("USER", user))
            }
        }
    }
}
