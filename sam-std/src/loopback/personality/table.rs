//! What a table of differences is made of.

use sam_core::types::SignatureType;

/// How one router differs from the specification.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) greeting: Greeting,
    /// How long a client may take from HELLO to a session or a stream, in seconds.
    pub(super) patience: Option<u64>,
    pub(super) grammar: Grammar,
    /// What becomes of bytes that come in one read with a line, behind it.
    pub(super) rest: Rest,
    /// Bytes of the longest line, its newline included, and what is said to a longer one.
    pub(super) longest: (usize, Answer),
    /// Whether commands are known in lower case, too.
    pub(super) any_case: bool,
    /// A quote without an end, and a key given twice, if the grammar minds.
    pub(super) nonsense: [Answer; 2],
    /// Lines without a word.
    pub(super) empty: Answer,
    /// Lines whose first two words are no command, and nothing but one word.
    pub(super) unknown: [Answer; 2],
    pub(super) commands: &'static [Command],
    /// What is said in place of the specification's lines, by how those begin and what they hold.
    pub(super) wordings: &'static [(&'static str, &'static str, Answer)],
    pub(super) signature_type: SignatureType,
    /// Whether a session may have an ID of no characters, which then stands for all clients that
    /// have none.
    pub(super) takes_empty_ids: bool,
    /// Whether ME is a destination of all clients to those without a session.
    pub(super) shares_me: bool,
    /// Whether clients of version 3.2 are told the ports of peers.
    pub(super) tells_stream_ports: bool,
    /// Whether clients of version 3.2 are told the ports of datagrams.
    pub(super) tells_datagram_ports: bool,
    pub(super) backlog: usize,
    pub(super) refuses_expired_keys: bool,
    /// Whether an ACCEPT waits on when its session has ended.
    pub(super) keeps_accepts: bool,
    /// Whether a destination may have several sessions.
    pub(super) shares_destinations: bool,
    /// Whether a session loses its ID to a client that asks for it in vain.
    pub(super) unregisters_victims: bool,
}

/// How HELLO is taken.
#[derive(Debug)]
pub(super) struct Greeting {
    /// Whether one read is the line, with or without a newline.
    pub(super) is_one_read: bool,
    pub(super) settle: Settle,
    /// Another command before HELLO, and a line that is none.
    pub(super) other: [Answer; 2],
}

/// The text of the version settled on, from those of MIN and MAX.
pub(super) type Settle = fn(Option<&[u8]>, Option<&[u8]>) -> Option<String>;

/// How lines are taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// No quotes; a NUL ends the line.
    I2pd { first_wins: bool },
    /// Quotes and backslashes anywhere; no key twice; what has no value is `true`.
    Java,
    /// Quotes around values; a word that is no pair ends the line.
    Emissary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Kept,
    Dropped,
}

/// What is said, and what becomes of the connection.
///
/// `{ID}` and the like stand for what the client gave under that key, `{VERB}` for its first word,
/// `{NOUN}` for its second one, `{TEXT}` for all behind the first, `{TWICE}` for the key it gave
/// twice, `{PRIV}` for the private key of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::loopback) enum Answer {
    /// What the specification says.
    AsItIs,
    Say(&'static str),
    /// Says it and closes.
    Part(&'static str),
    Nothing,
    Close,
    /// Nothing is said from now on, whatever the client says.
    Hang,
}

/// A command that the router knows.
#[derive(Debug)]
pub(super) struct Command {
    /// One word or two.
    pub(super) words: &'static str,
    /// The keys that are looked at.
    pub(super) keys: &'static [(&'static str, Kind)],
    /// What is wrong with it, in the order in which that is found.
    pub(super) checks: &'static [(Flaw, Answer)],
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// `true` in any case, or else false.
    Flag,
    /// The number it begins with.
    Number,
    /// An IP address, left out if it is none.
    Address,
    /// HOST or PORT, left out if the other one is missing.
    Paired,
    /// One of these, or else left out.
    Among(&'static [&'static str]),
}

/// What may be wrong with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Whatever it says.
    Any,
    /// The connection has a session.
    OwnSession,
    NoSession,
    /// The connection has no session that could have others inside.
    NoPrimary,
    /// The key is not there, or has no value.
    Missing(&'static str),
    /// The value has one of these characters.
    Holds(&'static str, &'static str),
    /// The value is none of these.
    NoneOf(&'static str, &'static [&'static str]),
    /// The value is one of these.
    OneOf(&'static str, &'static [&'static str]),
    /// The value is there, and no number.
    NoNumber(&'static str),
    /// The value is there, and no number from 1 to 65534.
    NoPort(&'static str),
    /// HOST and PORT are there, and HOST is no address.
    NoAddress,
    /// HOST and PORT are there, and PORT is no number.
    NoPortOfHost,
    /// Nothing stands behind the first word.
    NoText,
    /// Datagrams are to be forwarded to nowhere.
    NoReceiver,
    /// A session has this ID.
    IdInUse,
    /// No session has this ID.
    IdUnknown,
    /// The same, and SILENT is asked for.
    SilentIdUnknown,
    /// NAME is ME, and there is no session.
    NobodysMe,
    /// DESTINATION is no private key, nor a new one wished for.
    NoKey,
    /// The payload did not come in one read with the line.
    Split,
    /// The version settled on is below 3.3.
    Below33,
}
