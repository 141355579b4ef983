//! Where names go: as text to the router, and nowhere else.

use std::fs;
use std::path::Path;

use sam_std::sam_core::Address;
use sam_std::{Error, Session};

use crate::keys;
use crate::router::{OK, ScriptedRouter, Scripts, Wire};
use crate::watchdog::bounded;

/// Texts that name nothing inside I2P.
const OUTSIDE: [&str; 16] = [
    "",
    "example.com",
    "localhost",
    "127.0.0.1",
    "127.0.0.1:7656",
    "::1",
    "http://x.i2p",
    "x.i2p/",
    "x.i2p:80",
    "user@x.i2p",
    "a.b32.i2p",
    "x.onion",
    "x.i2p.example.com",
    "x.i2p\nNAMING LOOKUP NAME=y.i2p",
    "x y.i2p",
    "ME",
];

#[test]
fn names_outside_i2p_are_refused_before_anything_is_dialled() {
    bounded(|| {
        let scripted = Scripts::default().then(Wire::keep_session).start();
        let session: Session = scripted.session();
        let deaf = ScriptedRouter::deaf();
        for text in OUTSIDE {
            let results = [
                session.connect(text).map(drop),
                session.lookup(text).map(drop),
                deaf.router().lookup(text).map(drop),
            ];
            for result in results {
                assert!(
                    matches!(result, Err(Error::Usage(_))),
                    "{text:?}: {result:?}"
                );
            }
        }
    });
}

#[test]
fn whatever_names_a_peer_reaches_the_router_as_text() {
    bounded(|| {
        let b32 = Address::from(&keys::destination(1)).to_string();
        let whole = keys::destination(1).to_string();
        let sent = [b32.clone(), whole.clone(), b32.clone(), "site.i2p".into()];
        let mut scripts = Scripts::default().then(Wire::keep_session);
        for text in sent {
            scripts = scripts.then(move |wire| {
                wire.connect(&text);
                wire.say(OK);
            });
        }
        let scripted = scripts.start();
        let session = scripted.session();
        session.connect(&*b32).unwrap();
        session.connect(whole).unwrap();
        session.connect(b32.parse::<Address>().unwrap()).unwrap();
        session.connect("SITE.I2P").unwrap();
    });
}

/// The source files of the crate, but for the bridge that stands in for a router.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("loopback") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.file_name().unwrap().display().to_string(), text));
        }
    }
    found
}

#[test]
fn only_an_endpoint_resolves_and_dials() {
    let dialling = files_with(&[
        "to_socket_addrs",
        "ToSocketAddrs",
        "TcpStream::connect",
        "UnixStream::connect",
        "connect_timeout",
        "lookup_host",
    ]);
    assert_eq!(dialling, ["endpoint.rs"]);
}

#[test]
fn only_the_packets_of_datagrams_have_a_udp_socket() {
    assert_eq!(files_with(&["UdpSocket"]), ["packets.rs"]);
}

fn files_with(words: &[&str]) -> Vec<String> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .into_iter()
        .filter(|(_, text)| words.iter().any(|word| text.contains(word)))
        .map(|(name, _)| name)
        .collect()
}
