//! The keys of the protocol's own pairs.

use core::fmt;

/// The key of a pair that the protocol knows, such as `ID`; one byte, so that errors stay small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Field {
    /// `DESTINATION`.
    Destination,
    /// `FROM_PORT`.
    FromPort,
    /// `HEADER`.
    Header,
    /// `HOST`.
    Host,
    /// `ID`.
    Id,
    /// `LISTEN_PORT`.
    ListenPort,
    /// `LISTEN_PROTOCOL`.
    ListenProtocol,
    /// `MAX`.
    Max,
    /// `MESSAGE`.
    Message,
    /// `MIN`.
    Min,
    /// `NAME`.
    Name,
    /// `OPTIONS`.
    Options,
    /// `PASSWORD`.
    Password,
    /// `PORT`.
    Port,
    /// `PRIV`.
    Priv,
    /// `PROTOCOL`.
    Protocol,
    /// `PUB`.
    Pub,
    /// `RESULT`.
    Result,
    /// `SIGNATURE_TYPE`.
    SignatureType,
    /// `SILENT`.
    Silent,
    /// `SIZE`.
    Size,
    /// `SSL`.
    Ssl,
    /// `STYLE`.
    Style,
    /// `TO_PORT`.
    ToPort,
    /// `USER`.
    User,
    /// `VALUE`.
    Value,
    /// `VERSION`.
    Version,
}

impl Field {
    /// The key as it stands in a line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Destination => "DESTINATION",
            Self::FromPort => "FROM_PORT",
            Self::Header => "HEADER",
            Self::Host => "HOST",
            Self::Id => "ID",
            Self::ListenPort => "LISTEN_PORT",
            Self::ListenProtocol => "LISTEN_PROTOCOL",
            Self::Max => "MAX",
            Self::Message => "MESSAGE",
            Self::Min => "MIN",
            Self::Name => "NAME",
            Self::Options => "OPTIONS",
            Self::Password => "PASSWORD",
            Self::Port => "PORT",
            Self::Priv => "PRIV",
            Self::Protocol => "PROTOCOL",
            Self::Pub => "PUB",
            Self::Result => "RESULT",
            Self::SignatureType => "SIGNATURE_TYPE",
            Self::Silent => "SILENT",
            Self::Size => "SIZE",
            Self::Ssl => "SSL",
            Self::Style => "STYLE",
            Self::ToPort => "TO_PORT",
            Self::User => "USER",
            Self::Value => "VALUE",
            Self::Version => "VERSION",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
