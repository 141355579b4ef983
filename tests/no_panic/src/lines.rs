//! Lines: what a client says, what a router says, and who a peer is; read and written again.

use core::hint::black_box;

use sam_core::header::{CountedReceived, CountedSend, DatagramHeader, RawHeader, SendHeader};
use sam_core::types::Version;
use sam_core::{
    Command, DestinationText, LeaseSetOptions, Peer, Ports, Reply, SessionId, Status, Target,
    Writer,
};

use crate::input::{bytes, cut, number, text};

pub fn call() {
    let input = bytes();
    commands(&input);
    replies(&input);
    peers(&input);
    datagrams(&input);
    counted(&input);
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
    if let Ok(options) = LeaseSetOptions::parse(cut(input)) {
        options.iter().for_each(|option| {
            black_box(option);
        });
    }
    let own = [(text(input), text(input)); 2];
    let told = Reply::Naming {
        status: Status::OK,
        name: None,
        value: None,
        options: LeaseSetOptions::new(own.get(..number()).unwrap_or_default()),
    };
    black_box(told.encode(&mut writer)).ok();
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

#[inline(never)]
fn datagrams(input: &[u8]) {
    let mut buffer = bytes();
    let mut writer = Writer::new(buffer.get_mut(..number()).unwrap_or_default());
    if let Ok((header, payload)) = SendHeader::parse(cut(input)) {
        black_box((header.encode(&mut writer).ok(), payload));
    }
    if let Ok((header, payload)) = DatagramHeader::parse(cut(input)) {
        black_box((header.encode(&mut writer).ok(), payload));
    }
    black_box(RawHeader::is_in(cut(input)));
    if let Ok((header, payload)) = RawHeader::parse(cut(input)) {
        black_box((header.encode(&mut writer).ok(), payload));
    }
    let (Ok(id), Ok(to)) = (
        SessionId::new(text(input)),
        DestinationText::new(cut(input)),
    ) else {
        return;
    };
    let header = SendHeader::new(&id, Target::from(to)).ports(Ports::default());
    black_box(header.encode(&mut writer)).ok();
}

#[inline(never)]
fn counted(input: &[u8]) {
    let mut buffer = bytes();
    let mut writer = Writer::new(buffer.get_mut(..number()).unwrap_or_default());
    black_box((
        CountedSend::is_in(cut(input)),
        CountedReceived::is_in(cut(input)),
        CountedReceived::size_in(cut(input)).ok(),
    ));
    if let Ok(Command::Send(send)) = Command::parse(cut(input)) {
        black_box(send.encode_with(cut(input), &mut writer)).ok();
    }
    if let Ok(received) = CountedReceived::parse(cut(input)) {
        black_box(
            received
                .in_version(Version::V3_1)
                .encode_with(cut(input), &mut writer),
        )
        .ok();
    }
}
