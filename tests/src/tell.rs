//! Events in a few words, for golden transcripts and for comparing two runs.

use sam_core::{
    Accepted, Connected, Created, DestinationText, Error, Event, Forwarded, Peer, Status, Value,
};

/// Can say what it is in a few words that hold all it says.
pub trait Tell {
    /// The words.
    fn tell(&self) -> String;
}

impl Tell for Connected {
    fn tell(&self) -> String {
        match self {
            Self::Greeted(version) => format!("greeted {version}"),
            Self::Ready => "ready".into(),
            _ => unknown(),
        }
    }
}

impl Tell for Accepted<'_> {
    fn tell(&self) -> String {
        match self {
            Self::Greeted(version) => format!("greeted {version}"),
            Self::Waiting => "waiting".into(),
            Self::Peer(peer) => peer.tell(),
            _ => unknown(),
        }
    }
}

impl Tell for Peer<'_> {
    fn tell(&self) -> String {
        let peer = format!("peer {}", short(self.destination.as_str()));
        match self.ports {
            Some(ports) => format!("{peer} {}>{}", ports.from, ports.to),
            None => peer,
        }
    }
}

impl Tell for Created<'_> {
    fn tell(&self) -> String {
        match self {
            Self::Greeted(version) => format!("greeted {version}"),
            Self::Ready { private: Some(key) } => {
                format!("ready {}", text(key.expose()))
            }
            Self::Ready { private: None } => "ready without a key".into(),
            _ => unknown(),
        }
    }
}

impl Tell for Forwarded {
    fn tell(&self) -> String {
        match self {
            Self::Greeted(version) => format!("greeted {version}"),
            Self::Active => "active".into(),
            _ => unknown(),
        }
    }
}

impl Tell for Event<'_> {
    fn tell(&self) -> String {
        match self {
            Self::Greeted(version) => format!("greeted {version}"),
            Self::Found(destination) => format!("found {}", destination.tell()),
            Self::NotFound(status) => format!("not found {}", status.tell()),
            Self::Generated { public, private } => {
                let private = text(private.expose());
                format!("generated {} {private}", public.tell())
            }
            Self::NotGenerated(status) => format!("not generated {}", status.tell()),
            Self::Alive => "alive".into(),
            Self::Status(status) => format!("status {}", status.tell()),
            Self::Noise(malformed) => format!("noise: {malformed}"),
            _ => unknown(),
        }
    }
}

impl Tell for DestinationText<'_> {
    fn tell(&self) -> String {
        short(self.as_str())
    }
}

impl Tell for Status<'_> {
    fn tell(&self) -> String {
        match self.message {
            Some(message) => format!("{}: {message}", self.word()),
            None => self.word().to_string(),
        }
    }
}

/// What an error means, in a few words.
pub fn tell_error(error: Error) -> String {
    match error {
        Error::Closed => "closed".into(),
        Error::Peer(malformed) => format!("malformed: {malformed}"),
        error => error.to_string(),
    }
}

fn text(value: Value<'_>) -> String {
    let bytes: Vec<u8> = value.bytes().collect();
    short(&bytes.escape_ascii().to_string())
}

/// Both ends of a long text, and its length.
fn short(text: &str) -> String {
    match (
        text.get(..6),
        text.len().checked_sub(6).and_then(|at| text.get(at..)),
    ) {
        (Some(start), Some(end)) if text.len() > 20 => format!("{start}..{end} {}", text.len()),
        _ => text.into(),
    }
}

fn unknown() -> String {
    "an event this test does not know".into()
}
