//! SESSION ADD and SESSION REMOVE.

use sam_core::command::{DatagramParameters, SessionAdd};
use sam_core::error::{Malformed, Usage};
use sam_core::field::Field;
use sam_core::{
    Command, Event, Ports, SessionId, SessionOptions, Step, Style, TunnelOptions, Value, Writer,
};

use crate::common::{greeted, hear};

const NO_TUNNELS: TunnelOptions = TunnelOptions {
    length: None,
    quantity: None,
};

const NO_OPTIONS: SessionOptions<'static> = SessionOptions {
    inbound: NO_TUNNELS,
    outbound: NO_TUNNELS,
    lease_set_enc_type: None,
    others: &[],
};

fn add(style: Style, from: u16) -> SessionAdd<'static> {
    SessionAdd {
        style,
        id: Value::from("a1"),
        listen_port: None,
        listen_protocol: None,
        datagrams: DatagramParameters {
            ports: Some(Ports { from, to: 0 }),
            ..DatagramParameters::default()
        },
        options: NO_OPTIONS.into(),
    }
}

#[test]
fn changes_of_subsessions_survive_being_written() {
    let raw = SessionAdd {
        listen_port: Some(0),
        listen_protocol: Some(255),
        ..add(Style::Raw, 7)
    };
    let table = [
        (
            "SESSION ADD STYLE=STREAM ID=a1 FROM_PORT=80 TO_PORT=0",
            Command::SessionAdd(add(Style::Stream, 80)),
        ),
        (
            "SESSION ADD STYLE=RAW ID=a1 FROM_PORT=7 TO_PORT=0 LISTEN_PORT=0 LISTEN_PROTOCOL=255",
            Command::SessionAdd(raw),
        ),
        (
            "SESSION ADD STYLE=DATAGRAM2 ID=a1 FROM_PORT=1 TO_PORT=0",
            Command::SessionAdd(add(Style::Datagram2, 1)),
        ),
        (
            "SESSION REMOVE ID=\"a b\"",
            Command::SessionRemove(Value::from("a b")),
        ),
    ];
    for (line, command) in table {
        assert_eq!(Command::parse(line.as_bytes()), Ok(command));
        let mut buffer = [0; 256];
        let mut writer = Writer::new(&mut buffer);
        command.encode(&mut writer).unwrap();
        assert_eq!(writer.written(), format!("{line}\n").as_bytes());
    }
}

#[test]
fn malformed_changes_say_what_is_wrong() {
    let table = [
        ("ADD ID=a", Malformed::Missing(Field::Style)),
        ("ADD STYLE=FOO", Malformed::Value(Field::Style)),
        (
            "ADD STYLE=RAW LISTEN_PORT=65536",
            Malformed::Value(Field::ListenPort),
        ),
        (
            "ADD STYLE=RAW LISTEN_PROTOCOL=256",
            Malformed::Value(Field::ListenProtocol),
        ),
        ("REMOVE ID=a ID=b", Malformed::Twice(Field::Id)),
    ];
    for (line, expected) in table {
        let line = format!("SESSION {line}");
        assert_eq!(Command::parse(line.as_bytes()), Err(expected), "{line}");
    }
}

#[test]
fn what_no_subsession_can_have_is_refused() {
    let stream = add(Style::Stream, 80);
    let raw = add(Style::Raw, 80);
    let table = [
        (stream, Ok(())),
        (raw, Ok(())),
        (
            SessionAdd {
                listen_port: Some(0),
                ..stream
            },
            Ok(()),
        ),
        (
            SessionAdd {
                listen_port: Some(80),
                ..stream
            },
            Ok(()),
        ),
        (
            SessionAdd {
                listen_port: Some(81),
                ..stream
            },
            Err(Usage::OutOfRange),
        ),
        (
            SessionAdd {
                listen_port: Some(81),
                ..raw
            },
            Ok(()),
        ),
        (
            SessionAdd {
                listen_protocol: Some(6),
                ..raw
            },
            Err(Usage::OutOfRange),
        ),
        (
            SessionAdd {
                listen_protocol: Some(7),
                ..stream
            },
            Err(Usage::NotNow),
        ),
        (add(Style::Primary, 0), Err(Usage::NotNow)),
        (add(Style::Master, 0), Err(Usage::NotNow)),
    ];
    for (add, expected) in table {
        assert_eq!(add.validate(), expected, "{add:?}");
    }
}

#[test]
fn late_answers_to_changes_that_were_given_up_are_dropped() {
    // What comes after two changes were given up and a third was asked for, and what is told.
    let table: [(&[&str], Option<bool>); 8] = [
        (&["RESULT=OK", "RESULT=OK"], None),
        (&["RESULT=OK", "RESULT=OK", "RESULT=OK"], Some(true)),
        (
            &["RESULT=OK", "RESULT=OK", "RESULT=DUPLICATED_ID"],
            Some(false),
        ),
        (
            &["RESULT=I2P_ERROR", "RESULT=OK ID=a2", "RESULT=OK"],
            Some(true),
        ),
        (&["RESULT=OK ID=a1", "RESULT=OK ID=a2"], None),
        (
            &["RESULT=OK ID=a1", "RESULT=OK ID=a2", "RESULT=OK ID=a3"],
            Some(true),
        ),
        // Some routers answer no removal.
        (&["RESULT=OK ID=a3"], Some(true)),
        (&["RESULT=I2P_ERROR ID=a3"], Some(false)),
    ];
    for (answers, expected) in table {
        let mut connection = greeted("3.3");
        let asked = connection.request(|utility, tx| {
            for id in ["a1", "a2"] {
                utility.ask()?.remove(&SessionId::new(id).unwrap(), tx)?;
                utility.ask()?.abandon();
            }
            utility.ask()?.remove(&SessionId::new("a3").unwrap(), tx)
        });
        assert_eq!(asked, Ok(()));
        while !connection.pending().is_empty() {
            let said = connection.pending().len();
            connection.transmitted(said).unwrap();
        }
        let mut told = None;
        for answer in answers {
            assert_eq!(told, None, "{answers:?}");
            hear(&mut connection, &format!("SESSION STATUS {answer}\n"));
            if let Step::Event(line) = connection.step().unwrap() {
                told = Some(matches!(connection.event(line), Ok(Event::Granted)));
            }
        }
        assert_eq!(told, expected, "{answers:?}");
        // An answer leaves nothing to wait for: what is said next is heard.
        if told.is_some() {
            hear(&mut connection, "SESSION STATUS RESULT=I2P_ERROR\n");
            assert!(matches!(connection.step(), Ok(Step::Event(_))));
        }
    }
}
