//! Everything a command or a reply can hold survives: written, read, and written again.

use std::net::IpAddr;

use proptest::prelude::*;
use sam_core::command::{
    Auth, Command, DatagramParameters, Hello, NamingLookup, SessionAdd, SessionCreate,
    StreamAccept, StreamConnect, StreamForward,
};
use sam_core::header::{CountedReceived, CountedSend, Source};
use sam_core::key::{DestinationHash, DestinationText};
use sam_core::operand::{Host, Name};
use sam_core::{
    Error, LeaseSetOptions, Ports, Reply, ResultCode, Secret, SessionKey, SessionOption,
    SessionOptions, SignatureType, Status, Style, TunnelOptions, Value, Version, Writer,
};

use crate::common::{PRIVATE, PUBLIC};

const STYLES: [Style; 7] = [
    Style::Stream,
    Style::Datagram,
    Style::Raw,
    Style::Datagram2,
    Style::Datagram3,
    Style::Primary,
    Style::Master,
];

const REFUSALS: [ResultCode; 13] = [
    ResultCode::CantReachPeer,
    ResultCode::DuplicatedDest,
    ResultCode::DuplicatedId,
    ResultCode::I2pError,
    ResultCode::InvalidId,
    ResultCode::InvalidKey,
    ResultCode::KeyNotFound,
    ResultCode::LeasesetNotFound,
    ResultCode::NoVersion,
    ResultCode::PeerNotFound,
    ResultCode::Timeout,
    ResultCode::ConnectionRefused,
    ResultCode::AlreadyAccepting,
];

/// What lines are made of.
#[derive(Debug)]
struct Parts {
    /// Not empty, and neither a word of the protocol nor an IP address.
    name: String,
    /// Anything that can stand in a line.
    text: String,
    is_there: bool,
    is_on: bool,
    style: Style,
    refusal: ResultCode,
    version: Version,
    ports: (u16, u16),
    number: u8,
    ip: IpAddr,
    /// Keys, and values that are not empty.
    options: Vec<(String, String)>,
}

fn parts() -> impl Strategy<Value = Parts> {
    let text = prop_oneof!["[^\n\r\0]{0,16}", "[ \"\\\\=a:]{0,12}"];
    let options = prop::collection::btree_map("x\\.[a-zA-Z0-9_.]{0,6}", "[^\n\r\0]{1,12}", 0..4);
    (
        (text.clone(), text, any::<bool>(), any::<bool>()),
        (0..STYLES.len(), 0..REFUSALS.len()),
        (any::<(u8, u8)>(), any::<(u16, u16)>(), any::<u8>()),
        (any::<IpAddr>(), options),
    )
        .prop_map(
            |((name, text, is_there, is_on), (style, refusal), numbers, (ip, options))| Parts {
                name: format!("x{name}"),
                text,
                is_there,
                is_on,
                style: STYLES[style],
                refusal: REFUSALS[refusal],
                version: Version {
                    major: numbers.0.0,
                    minor: numbers.0.1,
                },
                ports: numbers.1,
                number: numbers.2,
                ip,
                options: options.into_iter().collect(),
            },
        )
}

impl Parts {
    fn if_there<T>(&self, value: T) -> Option<T> {
        self.is_there.then_some(value)
    }

    fn ports(&self) -> Option<Ports> {
        let (from, to) = self.ports;
        self.if_there(Ports { from, to })
    }

    /// Every command, with every field, or with none that need not be there.
    fn commands<'p>(&'p self, others: &'p [SessionOption<'p>]) -> Vec<Command<'p>> {
        let name = Value::from(&*self.name);
        let secret = Secret::new(name);
        let destination = Name::Text(name);
        let (options, silent) = (self.is_on, self.is_on);
        let host = match self.is_on {
            true => Host::Ip(self.ip),
            false => Host::Text(name),
        };
        let signature_type = self.if_there(SignatureType(self.ports.0));
        let datagrams = DatagramParameters {
            host: self.if_there(host),
            port: self.if_there(self.ports.0),
            ports: self.ports(),
            protocol: self.if_there(self.number),
            header: self.is_on,
        };
        let options_of_sessions = SessionOptions {
            inbound: TunnelOptions {
                length: self.if_there(self.number % 8),
                quantity: Some(1 + self.number % 16),
            },
            others,
            ..SessionOptions::DEFAULT
        };
        let create = |key| {
            Command::SessionCreate(SessionCreate {
                style: self.style,
                id: name,
                key,
                datagrams,
                options: options_of_sessions.into(),
            })
        };
        let send = |is_raw| {
            Command::Send(CountedSend {
                is_raw,
                destination,
                size: self.ports.1.into(),
                ports: self.ports(),
                protocol: self.if_there(self.number).filter(|_| is_raw),
            })
        };
        vec![
            Command::Hello(Hello {
                min: self.if_there(self.version),
                max: Some(self.version).filter(|_| self.is_on),
                user: self.if_there(name),
                password: self.if_there(secret),
            }),
            create(SessionKey::Transient(signature_type)),
            create(SessionKey::Text(secret)),
            Command::SessionAdd(SessionAdd {
                style: self.style,
                id: name,
                listen_port: self.if_there(self.ports.1),
                listen_protocol: self.if_there(self.number),
                datagrams,
                options: options_of_sessions.into(),
            }),
            Command::SessionRemove(name),
            send(true),
            send(false),
            Command::StreamConnect(StreamConnect {
                id: name,
                destination,
                silent,
                ports: self.ports(),
            }),
            Command::StreamAccept(StreamAccept { id: name, silent }),
            Command::StreamForward(StreamForward {
                id: name,
                port: self.ports.1,
                host: self.if_there(host),
                silent,
                ssl: self.is_there,
            }),
            Command::NamingLookup(NamingLookup {
                name: destination,
                options,
            }),
            Command::NamingLookup(NamingLookup {
                name: Name::Me,
                options,
            }),
            Command::DestGenerate(signature_type),
            Command::Ping(self.text.as_bytes()),
            Command::Pong(self.text.as_bytes()),
            Command::Auth(Auth::Enable),
            Command::Auth(Auth::Disable),
            Command::Auth(Auth::Add {
                user: name,
                password: secret,
            }),
            Command::Auth(Auth::Remove { user: name }),
            Command::Help,
            Command::Quit,
        ]
    }

    /// Every reply, as [`Self::commands`].
    fn replies<'p>(&'p self, options: &'p [(&'p str, &'p str)]) -> Vec<Reply<'p>> {
        let text = Value::from(&*self.text);
        let mut refused = Status::new(self.refusal);
        refused.message = self.if_there(text);
        let status = if self.is_on { Status::OK } else { refused };
        let version = self.if_there(self.version);
        let options = LeaseSetOptions::new(options);
        let received = |source, protocol| {
            Reply::Received(CountedReceived {
                source,
                size: self.ports.1.into(),
                ports: self.ports(),
                protocol,
            })
        };
        vec![
            Reply::Hello { status, version },
            Reply::Session {
                status,
                destination: self.if_there(Secret::new(text)),
                id: self.if_there(text),
            },
            Reply::Stream(status),
            Reply::Naming {
                status,
                name: self.if_there(text),
                value: Some(text),
                options,
            },
            Reply::Naming {
                status: refused,
                name: None,
                value: self.if_there(text),
                options,
            },
            Reply::Dest {
                public: text,
                private: Secret::new(text),
            },
            Reply::DestRefused(refused),
            received(None, self.if_there(self.number)),
            received(
                Some(Source::Hash(DestinationHash::from_bytes([self.number; 32]))),
                None,
            ),
            received(
                DestinationText::new(PUBLIC.as_bytes())
                    .ok()
                    .map(Source::Destination),
                None,
            ),
            Reply::Ping(self.text.as_bytes()),
            Reply::Pong(self.text.as_bytes()),
            Reply::Other {
                verb: b"AUTH",
                status,
            },
        ]
    }
}

fn line(write: impl FnOnce(&mut Writer<'_>) -> Result<(), Error>) -> Vec<u8> {
    let mut buffer = [0; 4096];
    let mut writer = Writer::new(&mut buffer);
    write(&mut writer).unwrap();
    writer.written().strip_suffix(b"\n").unwrap().to_vec()
}

fn assert_command_survives(command: &Command<'_>) {
    let written = line(|writer| command.encode(writer));
    let read = Command::parse(&written);
    assert_eq!(read, Ok(*command), "{}", written.escape_ascii());
    assert_eq!(line(|writer| read.unwrap().encode(writer)), written);
}

fn assert_reply_survives(reply: &Reply<'_>) {
    let written = line(|writer| reply.encode(writer));
    let read = Reply::parse(&written);
    assert_eq!(read, Ok(*reply), "{}", written.escape_ascii());
    assert_eq!(line(|writer| read.unwrap().encode(writer)), written);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn commands(parts in parts()) {
        let others = parts.options.iter();
        let others: Vec<_> = others.map(|(key, value)| SessionOption::other(key, value)).collect();
        for command in parts.commands(&others) {
            assert_command_survives(&command);
        }
    }

    #[test]
    fn replies(parts in parts()) {
        let options = parts.options.iter();
        let options: Vec<_> = options.map(|(key, value)| (&**key, &**value)).collect();
        for reply in parts.replies(&options) {
            assert_reply_survives(&reply);
        }
    }
}

#[test]
fn whole_keys() {
    let key = SessionKey::Text(Secret::new(Value::from(PRIVATE)));
    assert_command_survives(&Command::SessionCreate(SessionCreate {
        style: Style::Stream,
        id: Value::from("a1"),
        key,
        datagrams: DatagramParameters::default(),
        options: SessionOptions::DEFAULT.into(),
    }));
    let (public, private) = (Value::from(PUBLIC), Secret::new(Value::from(PRIVATE)));
    assert_reply_survives(&Reply::Dest { public, private });
}
