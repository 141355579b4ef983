//! What the bytes of an input mean. Seeds are text; `fuzz/README.md` has the table.

use std::net::{IpAddr, Ipv6Addr};

use arbitrary::{Arbitrary, Result, Unstructured};
use sam_core::options::Tunnels;
use sam_core::{
    Address, Credentials, DestinationText, Greeting, Ports, Secret, SessionId, SessionKey,
    SessionOption, SessionOptions, Target, Versions,
};

/// The ports of a CONNECT that has some.
pub(super) const PORTS: Ports = Ports { from: 11, to: 22 };

/// Operations in one input; more only cost time.
const MAX_OPERATIONS: usize = 64;

/// Lines of real routers, for inputs to call by number.
const LINES: [&[u8]; 16] = [
    include_bytes!("../../seeds/reply/hello-3.3"),
    include_bytes!("../../seeds/reply/session-created"),
    include_bytes!("../../seeds/reply/naming-found-me"),
    include_bytes!("../../seeds/reply/dest-keys"),
    include_bytes!("../../seeds/reply/stream-ok"),
    include_bytes!("../../seeds/reply/peer-bare"),
    include_bytes!("../../seeds/reply/peer-with-ports"),
    include_bytes!("../../seeds/reply/naming-unknown-java"),
    include_bytes!("../../seeds/reply/ping-java"),
    include_bytes!("../../seeds/reply/pong"),
    include_bytes!("../../seeds/reply/hello-3.1"),
    include_bytes!("../../seeds/reply/dest-refused"),
    include_bytes!("../../seeds/reply/session-pong-timeout"),
    include_bytes!("../../seeds/reply/stream-unknown-id-java"),
    include_bytes!("../../seeds/reply/session-duplicate-emissary"),
    include_bytes!("../../seeds/reply/go-no-noun"),
];

/// Who talks, through which buffers, and what happens.
#[derive(Debug)]
pub(super) struct Script<'a> {
    pub(super) role: Role,
    settings: u8,
    pub(super) id: SessionId,
    address: Address,
    pub(super) rx_len: usize,
    pub(super) tx_len: usize,
    pub(super) operations: Vec<Operation<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    Utility,
    /// Create, and the session it becomes.
    Session,
    Connect,
    Accept,
    Forward,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Operation<'a> {
    /// The router writes a line.
    Line(&'a [u8]),
    /// The router writes a line but for its `\n`.
    Part(&'a [u8]),
    /// The router closes the connection.
    Close,
    /// The program wants something.
    Ask(Question<'a>),
    /// From now on so many bytes are read at a time.
    ReadPace(usize),
    /// From now on so many bytes are written at a time.
    WritePace(usize),
    /// From now on so many steps are made after each operation.
    StepPace(usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Question<'a> {
    Lookup(&'a [u8]),
    LookupMe,
    Generate(u16),
    Probe,
    Ping(&'a [u8]),
    Abandon,
}

impl Script<'_> {
    /// Whether the script cannot tell how fast it is played: a question that is asked before
    /// everything received is heard may be answered by what was meant for nobody.
    pub(super) fn is_the_same_at_any_tempo(&self) -> bool {
        let any = |is: fn(&Operation<'_>) -> bool| self.operations.iter().any(is);
        !any(|operation| matches!(operation, Operation::Ask(_)))
            || !any(|operation| matches!(operation, Operation::StepPace(_)))
    }

    pub(super) fn is_silent(&self) -> bool {
        self.is_set(0)
    }

    pub(super) fn has_ports(&self) -> bool {
        self.is_set(1)
    }

    pub(super) fn greeting(&self) -> Greeting<'static> {
        const CREDENTIALS: Credentials<'_> = Credentials {
            user: "user",
            password: "a \"quoted\" pass\\word",
        };
        Greeting {
            versions: if self.is_set(2) {
                Versions::FALLBACK
            } else {
                Versions::DEFAULT
            },
            credentials: self.is_set(3).then_some(CREDENTIALS),
        }
    }

    pub(super) fn session_key(&self) -> SessionKey<'static> {
        if self.is_set(4) {
            SessionKey::Text(Secret::new(private_key().into()))
        } else {
            SessionKey::TRANSIENT
        }
    }

    pub(super) fn target(&self) -> Target<'_> {
        if self.is_set(4) {
            destination().into()
        } else {
            Target::from(&self.address)
        }
    }

    pub(super) fn host(&self) -> Option<IpAddr> {
        self.is_set(4)
            .then_some(IpAddr::V6(Ipv6Addr::new(0xFD00, 0, 0, 0, 1, 2, 3, 4)))
    }

    pub(super) fn options(&self) -> SessionOptions<'static> {
        const OTHERS: &[SessionOption<'static>] = &[
            SessionOption::other("inbound.nickname", "two words"),
            SessionOption::other("a_b.C", "1"),
            Tunnels::Outbound.length_variance(-2),
        ];
        SessionOptions {
            others: if self.is_set(5) { OTHERS } else { &[] },
            ..SessionOptions::DEFAULT
        }
    }

    fn is_set(&self, bit: u8) -> bool {
        self.settings >> bit & 1 == 1
    }
}

impl<'a> Arbitrary<'a> for Script<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let role = match u.arbitrary()? {
            b's' => Role::Session,
            b'c' => Role::Connect,
            b'a' => Role::Accept,
            b'f' => Role::Forward,
            _ => Role::Utility,
        };
        let settings = u.arbitrary()?;
        let rx_len = usize::from(u.arbitrary::<u8>()?) * 15;
        let tx_more = usize::from(u.arbitrary::<u8>()?);
        let mut operations = vec![Operation::ReadPace(pace(u)?)];
        while !u.is_empty() && operations.len() < MAX_OPERATIONS {
            operations.push(u.arbitrary()?);
        }
        Ok(Self {
            role,
            settings,
            id: SessionId::random([7; 16]),
            address: Address::from_hash([9; 32]),
            rx_len,
            tx_len: rx_len + tx_more,
            operations,
        })
    }
}

impl<'a> Arbitrary<'a> for Operation<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let first = u.peek_bytes(1).and_then(|bytes| bytes.first().copied());
        let ask = match first.unwrap_or_default() {
            b'+' => |u: &mut Unstructured<'a>| Ok(Self::Line(line(u)?)),
            b'-' => |u: &mut Unstructured<'a>| Ok(Self::Part(line(u)?)),
            b'#' => |u: &mut Unstructured<'a>| Ok(Self::Line(known_line(u)?)),
            b'e' => |_: &mut Unstructured<'a>| Ok(Self::Close),
            b'r' => |u: &mut Unstructured<'a>| Ok(Self::ReadPace(pace(u)?)),
            b'w' => |u: &mut Unstructured<'a>| Ok(Self::WritePace(pace(u)?)),
            b's' => |u: &mut Unstructured<'a>| Ok(Self::StepPace(pace(u)?)),
            b'l' => |u: &mut Unstructured<'a>| Ok(Self::Ask(Question::Lookup(line(u)?))),
            b'm' => |_: &mut Unstructured<'a>| Ok(Self::Ask(Question::LookupMe)),
            b'g' => |u: &mut Unstructured<'a>| {
                let digit = u.arbitrary::<u8>()? & 15;
                Ok(Self::Ask(Question::Generate(digit.into())))
            },
            b'b' => |_: &mut Unstructured<'a>| Ok(Self::Ask(Question::Probe)),
            b'p' => |u: &mut Unstructured<'a>| Ok(Self::Ask(Question::Ping(line(u)?))),
            b'x' => |_: &mut Unstructured<'a>| Ok(Self::Ask(Question::Abandon)),
            _ => return Ok(Self::Line(line(u)?)),
        };
        u.bytes(1)?;
        ask(u)
    }
}

/// Everything up to the next `\n`, which is left out, or to the end.
fn line<'a>(u: &mut Unstructured<'a>) -> Result<&'a [u8]> {
    let rest = u.peek_bytes(u.len()).unwrap_or_default();
    match rest.iter().position(|byte| *byte == b'\n') {
        Some(len) => Ok(&u.bytes(len + 1)?[..len]),
        None => u.bytes(rest.len()),
    }
}

fn known_line<'a>(u: &mut Unstructured<'a>) -> Result<&'a [u8]> {
    let index = usize::from(u.arbitrary::<u8>()?) % LINES.len();
    Ok(crate::line::of_file(LINES[index]))
}

/// A number of bytes or steps; 0 stands for "no limit".
fn pace(u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(match u.arbitrary::<u8>()? {
        0 => usize::MAX,
        count => count.into(),
    })
}

/// The private key of a real router's `SESSION STATUS`.
fn private_key() -> &'static str {
    let line = str::from_utf8(LINES[1]).expect("text");
    let (_, key) = line.split_once("DESTINATION=").expect("a private key");
    key.trim_end()
}

/// The destination of a real router's peer line.
fn destination() -> DestinationText<'static> {
    DestinationText::new(crate::line::of_file(LINES[5])).expect("a destination")
}
