//! The target `reply`: one line of a router.

use sam_core::{Error, Peer, Reply, ResultCode, Secret, Status, Value};

use crate::{keys, line};

/// Takes the bytes for a reply, for a peer line, and for keys and names.
pub fn reply(data: &[u8]) {
    let text = line::of_file(data);
    if let Ok(reply) = Reply::parse(text) {
        check(reply, text.len());
    }
    if let Ok(peer) = Peer::parse(text) {
        check_peer(peer, text.len());
    }
    keys::check(text);
    text.split(|byte| b" =\"".contains(byte))
        .for_each(keys::check);
}

fn check(reply: Reply<'_>, len: usize) {
    line::check_debug(&reply, &without_secret(reply));
    if let Some(status) = reply.status() {
        check_status(status);
    }
    match reply {
        Reply::Session {
            destination, id, ..
        } => {
            let private = destination.map(Secret::expose);
            private.into_iter().chain(id).for_each(line::check_value);
        }
        Reply::Naming {
            name,
            value,
            options,
            ..
        } => {
            name.into_iter().chain(value).for_each(line::check_value);
            options
                .iter()
                .for_each(|(_, value)| line::check_value(value));
        }
        Reply::Dest { public, private } => {
            line::check_value(public);
            line::check_value(private.expose());
        }
        _ => {}
    }
    if let Some(written) = line::encoded(len, &|writer| reply.encode(writer)) {
        let again = Reply::parse(&written).expect("what is written can be read");
        assert_eq!(again, reply);
        assert_eq!(
            again.status().map(|status| status.code()),
            reply.status().map(|status| status.code()),
        );
        let twice = line::encoded(len, &|writer| again.encode(writer));
        assert_eq!(twice, Some(written));
    }
}

fn without_secret(mut reply: Reply<'_>) -> Reply<'_> {
    let nothing = Secret::new(Value::EMPTY);
    match &mut reply {
        Reply::Session {
            destination: Some(private),
            ..
        }
        | Reply::Dest { private, .. } => *private = nothing,
        _ => {}
    }
    reply
}

fn check_status(status: Status<'_>) {
    line::check_value(status.word());
    status.message.into_iter().for_each(line::check_value);
    let code = status.code();
    assert_eq!(status.is_ok(), code == ResultCode::Ok);
    assert_eq!(status.is_ok(), status.word() == "OK");
    match status.into_result() {
        Ok(()) => assert!(status.is_ok()),
        Err(error) => assert_eq!(error, Error::Refused(code)),
    }
    if code != ResultCode::Other {
        assert_eq!(ResultCode::from_word(code.word().as_bytes()), code);
    }
    assert!(!code.to_string().is_empty());
}

fn check_peer(peer: Peer<'_>, len: usize) {
    assert!(format!("{peer:?}").len() < 200, "a log can be flooded");
    let written = line::encoded(len, &|writer| peer.encode(writer));
    let written = written.expect("a peer can always be written");
    assert_eq!(Peer::parse(&written), Ok(peer));
}
