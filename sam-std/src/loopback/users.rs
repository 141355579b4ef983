//! Who may talk to the bridge.

use std::collections::HashMap;
use std::fmt;

use sam_core::command::{Auth, Hello};
use sam_core::{ResultCode, Secret, Status, Value};
use zeroize::Zeroizing;

/// User names with their passwords, and whether anybody asks for them.
#[derive(Clone, Default)]
pub(super) struct Users {
    is_asked: bool,
    known: HashMap<Vec<u8>, Zeroizing<Vec<u8>>>,
}

impl Users {
    /// Adds a user, and asks for users from now on.
    pub(super) fn require(&mut self, user: &str, password: &str) {
        self.is_asked = true;
        let password = Zeroizing::new(password.as_bytes().to_vec());
        self.known.insert(user.into(), password);
    }

    /// Whether a client may talk, in the words of Java I2P.
    pub(super) fn admit(&self, hello: &Hello<'_>) -> Status<'static> {
        if !self.is_asked {
            return Status::OK;
        }
        let (Some(user), Some(password)) = (hello.user, hello.password) else {
            return refusal("USER and PASSWORD required");
        };
        match self.known.get(&bytes(user)) {
            Some(known) if **known == *own(password) => Status::OK,
            _ => refusal("Authorization failed"),
        }
    }

    /// Follows an AUTH command.
    pub(super) fn change(&mut self, auth: &Auth<'_>) -> Status<'static> {
        match *auth {
            Auth::Enable => self.is_asked = true,
            Auth::Disable => self.is_asked = false,
            Auth::Add { user, password } => {
                if user.is_empty() || password.expose().is_empty() {
                    return refusal("USER and PASSWORD required");
                }
                self.known.insert(bytes(user), own(password));
            }
            Auth::Remove { user } => {
                if self.known.remove(&bytes(user)).is_none() {
                    return refusal("user not found");
                }
            }
            _ => return refusal("Unknown AUTH command"),
        }
        Status::OK
    }
}

fn bytes(value: Value<'_>) -> Vec<u8> {
    value.bytes().collect()
}

fn own(password: Secret<'_>) -> Zeroizing<Vec<u8>> {
    let password = password.expose();
    let mut own = Zeroizing::new(Vec::with_capacity(password.bytes().count()));
    own.extend(password.bytes());
    own
}

fn refusal(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::I2pError).with_message(message)
}

/// Shows no password.
impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.known.len();
        write!(f, "Users({known})")
    }
}
