//! The target `command`: one line of a client.

use sam_core::command::{
    Hello, SessionAdd, SessionCreate, StreamAccept, StreamConnect, StreamForward,
};
use sam_core::operand::{Host, Name, SessionKey};
use sam_core::options::Options;
use sam_core::{Command, Error, Secret, Value};

use crate::line;

/// Takes the bytes for a command.
pub fn command(data: &[u8]) {
    let text = line::of_file(data);
    let Ok(command) = Command::parse(text) else {
        return;
    };
    line::check_debug(&command, &without_secret(command));
    check_parts(command);
    if let Some(written) = line::encoded(text.len(), &|writer| command.encode(writer)) {
        let again = Command::parse(&written).expect("what is written can be read");
        assert_eq!(again, command);
        let twice = line::encoded(text.len(), &|writer| again.encode(writer));
        assert_eq!(twice, Some(written));
    }
}

fn without_secret(mut command: Command<'_>) -> Command<'_> {
    let nothing = Secret::new(Value::EMPTY);
    match &mut command {
        Command::Hello(Hello {
            password: Some(password),
            ..
        }) => *password = nothing,
        Command::SessionCreate(SessionCreate {
            key: SessionKey::Text(private),
            ..
        }) => *private = nothing,
        _ => {}
    }
    command
}

fn check_parts(command: Command<'_>) {
    match command {
        Command::Hello(Hello { user, password, .. }) => {
            let password = password.map(Secret::expose);
            user.into_iter().chain(password).for_each(line::check_value);
        }
        Command::SessionCreate(SessionCreate {
            id, key, options, ..
        }) => {
            line::check_value(id);
            if let SessionKey::Text(private) = key {
                line::check_value(private.expose());
            }
            check_options(options);
        }
        Command::SessionAdd(SessionAdd { id, options, .. }) => {
            line::check_value(id);
            check_options(options);
        }
        Command::SessionRemove(id) => line::check_value(id),
        Command::StreamConnect(StreamConnect {
            id, destination, ..
        }) => {
            line::check_value(id);
            check_name(destination);
        }
        Command::StreamAccept(StreamAccept { id, .. }) => line::check_value(id),
        Command::StreamForward(StreamForward { id, host, .. }) => {
            line::check_value(id);
            if let Some(Host::Text(text)) = host {
                line::check_value(text);
            }
        }
        Command::NamingLookup(lookup) => check_name(lookup.name),
        Command::Send(send) => check_name(send.destination),
        _ => {}
    }
}

/// Options are shown by their keys only: values may be keys of an encrypted leaseset.
fn check_options(options: Options<'_>) {
    let mut keys = Vec::new();
    let all = options.each(&mut |key, value| {
        keys.push(key.to_vec());
        line::check_value(value);
        Ok(())
    });
    assert_eq!(all, Ok(()));
    let keys: Vec<_> = keys.iter().map(|key| Value::new(key)).collect();
    assert_eq!(format!("{options:?}"), format!("{keys:?}"));

    let stopped = options.each(&mut |_, _| Err(Error::Closed));
    assert_eq!(stopped.is_err(), !keys.is_empty());
}

fn check_name(name: Name<'_>) {
    let mut text = Vec::new();
    let whole = name.text(&mut |piece| {
        text.extend_from_slice(piece);
        Ok::<_, ()>(())
    });
    assert_eq!(whole, Ok(()));
    assert_eq!(name, Name::Text(Value::new(&text)));
    if let Name::Text(value) = name {
        line::check_value(value);
    }
}
