//! Lines: what a client says, what a router says, and who a peer is; read and written again.

use core::hint::black_box;

use sam_core::types::Version;
use sam_core::{Command, Peer, Reply, Writer};

use crate::input::{bytes, cut, number};

pub fn call() {
    let input = bytes();
    commands(&input);
    replies(&input);
    peers(&input);
}

#[inline(never)]
fn commands(input: &[u8]) {
    let mut buffer = bytes();
    let mut writer = Writer::new(buffer.get_mut(..number()).unwrap_or_default());
    let (Ok(command), Ok(other)) = (Command::parse(cut(input)), Command::parse(cut(input))) else {
        return;
    };
    black_box(command.encode(&mut writer)).ok();
    black_box(command == other);
    if let Command::SessionCreate(create) = command {
        let each = create.options.each(&mut |key, value| {
            black_box((key, value));
            Ok(())
        });
        black_box(each).ok();
    }
}

#[inline(never)]
fn replies(input: &[u8]) {
    let mut buffer = bytes();
    let mut writer = Writer::new(buffer.get_mut(..number()).unwrap_or_default());
    let (Ok(reply), Ok(other)) = (Reply::parse(cut(input)), Reply::parse(cut(input))) else {
        return;
    };
    black_box(reply.encode(&mut writer)).ok();
    black_box(reply.status().map(|status| status.code()));
    black_box(reply == other);
}

#[inline(never)]
fn peers(input: &[u8]) {
    let mut buffer = bytes();
    let mut writer = Writer::new(buffer.get_mut(..number()).unwrap_or_default());
    let version = Version {
        major: number() as u8,
        minor: number() as u8,
    };
    if let Ok(peer) = Peer::parse(cut(input)) {
        black_box(peer.in_version(version).encode(&mut writer)).ok();
    }
}
