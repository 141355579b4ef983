//! The subsessions of a PRIMARY session: which of them a stream or a datagram is for.

use std::sync::{Arc, Mutex};

use sam_core::command::SessionAdd;
use sam_core::{ResultCode, Status, Style};

use super::lock::lock;
use super::session::Session;

/// The I2CP protocol of streams.
const STREAMS: u8 = 6;

/// Any protocol, for raw datagrams, or any port.
const ANY: u8 = 0;

/// The subsessions, the latest one last.
#[derive(Default)]
pub(super) struct Subsessions(Mutex<Vec<(Listen, Arc<Session>)>>);

/// What a subsession is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Listen {
    protocol: u8,
    port: u16,
}

impl Listen {
    /// For streams to a port.
    pub(super) const fn streams(port: u16) -> Self {
        Self {
            protocol: STREAMS,
            port,
        }
    }

    /// For datagrams of a style to a port; `protocol` is that of raw ones.
    pub(super) fn datagrams(style: Style, protocol: u8, port: u16) -> Self {
        let protocol = fixed_protocol(style).unwrap_or(protocol);
        Self { protocol, port }
    }

    /// What a client asks to listen for; by default for what it sends itself.
    pub(super) fn asked(add: &SessionAdd<'_>, raw_protocol: u8) -> Result<Self, Status<'static>> {
        let own = add.datagrams.ports.unwrap_or_default().from;
        let port = add.listen_port.unwrap_or(own);
        if add.style == Style::Stream && port != 0 && port != own {
            return Err(refusal("LISTEN_PORT must be 0 or FROM_PORT"));
        }
        let raw_protocol = match (add.style, add.listen_protocol) {
            (_, None) => raw_protocol,
            (Style::Raw, Some(STREAMS)) => {
                return Err(refusal("LISTEN_PROTOCOL belongs to streams"));
            }
            (Style::Raw, Some(protocol)) => protocol,
            _ => return Err(refusal("LISTEN_PROTOCOL is for RAW only")),
        };
        Ok(Self::datagrams(add.style, raw_protocol, port))
    }
}

impl Subsessions {
    /// Adds one; `false` if another one listens for the same.
    pub(super) fn add(&self, listen: Listen, session: &Arc<Session>) -> bool {
        let mut listening = lock(&self.0);
        let is_free = listening.iter().all(|(taken, _)| *taken != listen);
        if is_free {
            listening.push((listen, Arc::clone(session)));
        }
        is_free
    }

    /// Takes one out.
    pub(super) fn remove(&self, id: &[u8]) -> Option<Arc<Session>> {
        let mut listening = lock(&self.0);
        let place = listening.iter().position(|(_, session)| session.id == id)?;
        Some(listening.remove(place).1)
    }

    /// The one that gets what is meant for this protocol and port. Who listens to any gets what
    /// nobody else listens for; who names the protocol comes before who names the port.
    pub(super) fn at(&self, wanted: Listen) -> Option<Arc<Session>> {
        let listening = lock(&self.0);
        let protocols = match wanted.protocol {
            STREAMS => [STREAMS; 2],
            protocol => [protocol, ANY],
        };
        let ports = [wanted.port, ANY.into()];
        let mut choices = protocols
            .into_iter()
            .flat_map(|protocol| ports.map(|port| Listen { protocol, port }));
        choices.find_map(|choice| {
            let found = listening.iter().find(|(listen, _)| *listen == choice);
            found.map(|(_, session)| Arc::clone(session))
        })
    }

    /// The latest one that sends datagrams, raw or not.
    pub(super) fn latest(&self, is_raw: bool) -> Option<Arc<Session>> {
        let listening = lock(&self.0);
        let mut sessions = listening.iter().rev().map(|(_, session)| session);
        sessions.find(|session| session.sends(is_raw)).cloned()
    }

    /// Takes all out.
    pub(super) fn drain(&self) -> Vec<Arc<Session>> {
        let all = std::mem::take(&mut *lock(&self.0));
        all.into_iter().map(|(_, session)| session).collect()
    }
}

/// The I2CP protocol of a style; raw datagrams have any that is left.
const fn fixed_protocol(style: Style) -> Option<u8> {
    match style {
        Style::Stream => Some(STREAMS),
        Style::Datagram => Some(17),
        Style::Datagram2 => Some(19),
        Style::Datagram3 => Some(20),
        _ => None,
    }
}

fn refusal(message: &'static str) -> Status<'static> {
    Status::new(ResultCode::I2pError).with_message(message)
}
