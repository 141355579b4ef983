//! Where routers differ, and this bridge has to choose.

use sam_core::bridge::Bridge;
use sam_core::types::SignatureType;

/// Which router a [`LoopbackBridge`](super::LoopbackBridge) behaves like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Personality {
    /// The specification; where that is silent, the most helpful of what routers do.
    #[default]
    Spec,
}

impl Personality {
    /// The router's half of a new connection.
    pub(super) fn bridge(self) -> Bridge {
        match self {
            Self::Spec => Bridge::default().guarded(),
        }
    }

    /// The type of new keys if the client does not say which it wants.
    pub(super) const fn signature_type(self) -> SignatureType {
        match self {
            Self::Spec => SignatureType::DSA_SHA1,
        }
    }

    /// How many streams wait for an ACCEPT of their session at the most.
    pub(super) const fn backlog(self) -> usize {
        match self {
            Self::Spec => 50,
        }
    }

    /// Whether a private key is refused whose offline signature has expired: i2pd 2.59 does, 2.45
    /// does not.
    pub(super) const fn refuses_expired_keys(self) -> bool {
        match self {
            Self::Spec => true,
        }
    }
}
