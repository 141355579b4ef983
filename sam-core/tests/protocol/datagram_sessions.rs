//! What SESSION CREATE says of datagrams.

use std::net::IpAddr;

use sam_core::command::DatagramParameters;
use sam_core::error::{Error, Usage};
use sam_core::operand::Host;
use sam_core::{
    Connection, Create, Greeting, Ports, SessionId, SessionKey, SessionOptions, Step, Style,
    Timeouts, TunnelOptions, Version,
};

const PORTS: Ports = Ports { from: 7, to: 65535 };

fn forwarded() -> DatagramParameters<'static> {
    DatagramParameters {
        host: Some(Host::Ip(IpAddr::from([127, 0, 0, 1]))),
        port: Some(4000),
        ..DatagramParameters::default()
    }
}

fn asked(style: Style, datagrams: DatagramParameters<'_>, version: &str) -> Result<String, Error> {
    let id = SessionId::new("a1").unwrap();
    let create = Create::new(
        Greeting::default(),
        Timeouts::DEFAULT,
        &id,
        SessionKey::TRANSIENT,
        SessionOptions {
            inbound: TunnelOptions::default(),
            outbound: TunnelOptions::default(),
            lease_set_enc_type: None,
            others: &[],
        },
    )?;
    let create = create.datagrams(style, datagrams)?;
    let mut connection = Connection::new(create, [0; 1024], [0; 1024])?;
    let mut said = String::new();
    let reply = format!("HELLO REPLY RESULT=OK VERSION={version}\n");
    let mut reply = Some(reply.as_bytes());
    loop {
        match connection.step()? {
            Step::Transmit => {
                let line = connection.pending();
                said = String::from_utf8(line.to_vec()).unwrap();
                let len = line.len();
                connection.transmitted(len)?;
            }
            Step::Receive => match reply.take() {
                Some(reply) => {
                    connection.spare()?[..reply.len()].copy_from_slice(reply);
                    connection.received(reply.len())?;
                }
                None => return Ok(said),
            },
            Step::Event(_) => {}
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn sessions_for_datagrams_say_where_those_go() {
    let raw = DatagramParameters {
        ports: Some(PORTS),
        protocol: Some(0),
        header: true,
        ..forwarded()
    };
    let table = [
        (Style::Datagram, forwarded(), "DATAGRAM", ""),
        (Style::Datagram2, forwarded(), "DATAGRAM2", ""),
        (Style::Datagram3, forwarded(), "DATAGRAM3", ""),
        (
            Style::Raw,
            raw,
            "RAW",
            " FROM_PORT=7 TO_PORT=65535 PROTOCOL=0 HEADER=true",
        ),
    ];
    for (style, datagrams, word, rest) in table {
        let expected = format!(
            "SESSION CREATE STYLE={word} ID=a1 DESTINATION=TRANSIENT SIGNATURE_TYPE=7 \
             HOST=127.0.0.1 PORT=4000{rest}\n"
        );
        assert_eq!(asked(style, datagrams, "3.3"), Ok(expected));
    }
}

#[test]
fn what_a_style_does_not_have_is_refused() {
    let not_now = Usage::NotNow;
    let plain = forwarded();
    let ip = |ip: [u8; 4]| DatagramParameters {
        host: Some(Host::Ip(ip.into())),
        ..plain
    };
    let header = DatagramParameters {
        header: true,
        ..plain
    };
    let protocol = |protocol| DatagramParameters {
        protocol: Some(protocol),
        ..plain
    };
    let port = |port| DatagramParameters { port, ..plain };
    let nowhere = DatagramParameters {
        host: None,
        port: None,
        ..header
    };
    let table = [
        (Style::Stream, plain, not_now),
        (Style::Primary, plain, not_now),
        (Style::Datagram, header, not_now),
        (Style::Datagram, protocol(20), not_now),
        (Style::Raw, protocol(6), Usage::OutOfRange),
        (Style::Raw, protocol(17), Usage::OutOfRange),
        (Style::Raw, protocol(19), Usage::OutOfRange),
        (Style::Raw, protocol(20), Usage::OutOfRange),
        (Style::Raw, nowhere, not_now),
        (Style::Raw, port(None), not_now),
        (Style::Raw, port(Some(0)), Usage::OutOfRange),
        (Style::Raw, ip([0; 4]), Usage::OutOfRange),
        (Style::Raw, ip([224, 0, 0, 1]), Usage::OutOfRange),
    ];
    for (style, datagrams, expected) in table {
        let refused = asked(style, datagrams, "3.3");
        assert_eq!(refused, Err(expected.into()), "{style:?} {datagrams:?}");
    }
}

#[test]
fn an_old_router_is_not_asked_for_what_it_does_not_know() {
    let plain = forwarded();
    let ports = Some(PORTS);
    for (style, datagrams) in [
        (Style::Datagram, DatagramParameters { ports, ..plain }),
        (
            Style::Raw,
            DatagramParameters {
                protocol: Some(1),
                ..plain
            },
        ),
        (
            Style::Raw,
            DatagramParameters {
                header: true,
                ..plain
            },
        ),
    ] {
        let refused = asked(style, datagrams, "3.1");
        assert_eq!(refused, Err(Usage::NeedsVersion(Version::V3_2).into()));
        assert!(asked(style, datagrams, "3.2").is_ok());
        assert!(asked(style, plain, "3.0").is_ok());
    }
}
