//! What a client waits for.

use crate::lease_set_options::LeaseSetOptions;
use crate::reply::Reply;
use crate::status::Status;
use crate::types::Version;

/// The reply that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Due {
    Greet(Version),
    Auth,
    Create,
    /// SESSION ADD and REMOVE.
    Change,
    Connect {
        silent: bool,
    },
    Accept {
        silent: bool,
    },
    Forward,
    Lookup,
    Generate,
}

impl Due {
    /// Whether the reply is of the kind that is due.
    pub(super) const fn is_met_by(self, reply: &Reply<'_>) -> bool {
        match self {
            Self::Greet(_) => matches!(reply, Reply::Hello { .. }),
            Self::Auth => matches!(reply, Reply::Other { verb: b"AUTH", .. }),
            Self::Create | Self::Change => matches!(reply, Reply::Session { .. }),
            Self::Connect { .. } | Self::Accept { .. } | Self::Forward => {
                matches!(reply, Reply::Stream(_))
            }
            Self::Lookup => matches!(reply, Reply::Naming { .. }),
            Self::Generate => matches!(reply, Reply::Dest { .. } | Reply::DestRefused(_)),
        }
    }

    /// Whether the client wants to hear nothing.
    pub(super) const fn is_silent(self) -> bool {
        matches!(
            self,
            Self::Connect { silent: true } | Self::Accept { silent: true }
        )
    }

    /// The reply that refuses.
    pub(super) const fn refusal(self, status: Status<'_>) -> Reply<'_> {
        match self {
            Self::Greet(_) => Reply::Hello {
                status,
                version: None,
            },
            Self::Auth => Reply::Other {
                verb: b"AUTH",
                status,
            },
            Self::Create | Self::Change => Reply::Session {
                status,
                destination: None,
                id: None,
            },
            Self::Connect { .. } | Self::Accept { .. } | Self::Forward => Reply::Stream(status),
            Self::Lookup => Reply::Naming {
                status,
                name: None,
                value: None,
                options: LeaseSetOptions::NONE,
            },
            Self::Generate => Reply::DestRefused(status),
        }
    }
}
