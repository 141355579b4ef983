//! Recorded conversations with real routers, on both halves of the core.
//!
//! Each test counts what it has exercised, so that a recording cannot be passed over in silence.

use std::collections::BTreeSet;

use sam_core::{Command, Reply};
use sam_tests::client::{is_playable, play};
use sam_tests::drivers::Blocking;
use sam_tests::router::serve;
use sam_tests::transcript::{ROUTERS, Socket, directories, of};
use sam_tests::wire::{Habits, Wire};

/// What was exercised of one router's recordings on the client's machines.
#[derive(Debug, Default, PartialEq, Eq)]
struct Played {
    sockets: usize,
    /// Sockets in a role that is none of this crate's clients.
    skipped: usize,
    /// Lines of the router's, all of them heard.
    heard: usize,
    /// Lines the client said as recorded.
    said: usize,
    /// Lines it said differently, because it cannot say what was recorded.
    said_otherwise: usize,
}

/// Plays all sockets of a router and checks that the client says what was recorded.
fn play_all(router: &str) -> Played {
    let mut played = Played::default();
    for socket in of(router) {
        if !is_playable(&socket) {
            played.skipped += 1;
            continue;
        }
        let outcome = play(
            &socket,
            &mut Blocking(Wire::new(&socket, Habits::GOOD)),
            4096,
        );
        let name = &socket.name;
        assert_eq!(
            outcome.left,
            socket.received(),
            "{name}: lines nobody heard"
        );
        assert_eq!(
            outcome.said.len(),
            socket.said().len(),
            "{name}: {:?}",
            outcome.said
        );
        for (ours, recorded) in outcome.said.iter().zip(socket.said()) {
            let ours = ours.strip_suffix("\\n").unwrap().as_bytes();
            if is_same(ours, recorded) {
                played.said += 1;
            } else {
                assert!(
                    is_inexpressible(recorded),
                    "{name}: {}",
                    recorded.escape_ascii()
                );
                played.said_otherwise += 1;
            }
        }
        played.sockets += 1;
        played.heard += socket.heard().len();
    }
    played
}

fn is_same(ours: &[u8], recorded: &[u8]) -> bool {
    match (Command::parse(ours), Command::parse(recorded)) {
        (Ok(ours), Ok(recorded)) => ours == recorded,
        _ => ours == recorded,
    }
}

/// Whether a line is one the client's machines refuse to say or have no words for.
fn is_inexpressible(line: &[u8]) -> bool {
    let other_words = [
        "STYLE=PRIMARY",
        "STYLE=MASTER",
        "STYLE=NONSENSE",
        "DESTINATION=AAAA",
    ];
    let line = std::str::from_utf8(line).unwrap();
    matches!(line, "HELLO VERSION" | "HELLO FOO")
        || other_words.iter().any(|words| line.contains(words))
}

#[test]
fn the_client_understands_i2pd_2_45_1() {
    let expected = Played {
        sockets: 27,
        skipped: 2,
        heard: 50,
        said: 47,
        said_otherwise: 7,
    };
    assert_eq!(play_all("i2pd-2.45.1"), expected);
}

#[test]
fn the_client_understands_i2pd_2_59_0() {
    let expected = Played {
        sockets: 27,
        skipped: 2,
        heard: 51,
        said: 47,
        said_otherwise: 7,
    };
    assert_eq!(play_all("i2pd-2.59.0"), expected);
}

#[test]
fn the_client_understands_emissary_0_4_0() {
    let expected = Played {
        sockets: 26,
        skipped: 2,
        heard: 39,
        said: 44,
        said_otherwise: 6,
    };
    assert_eq!(play_all("emissary-0.4.0"), expected);
}

#[test]
fn the_client_understands_java_i2p_2_8_0() {
    let expected = Played {
        sockets: 26,
        skipped: 2,
        heard: 53,
        said: 46,
        said_otherwise: 6,
    };
    assert_eq!(play_all("java-i2p-2.8.0"), expected);
}

/// What the bridge made of one router's recordings.
#[derive(Debug, Default, PartialEq, Eq)]
struct Bridged {
    /// Lines of recorded clients.
    lines: usize,
    /// Recorded replies it passed on with the same meaning.
    passed_on: usize,
    /// Lines it answered by itself with the same result as the router.
    agreed: usize,
    /// Lines it answered by itself with another result.
    differed: usize,
    /// Lines it answered where the router was silent or closed.
    alone: usize,
}

fn serve_all(router: &str, portion: usize) -> Bridged {
    let mut bridged = Bridged::default();
    for socket in of(router) {
        let served = serve(&socket, portion);
        assert_eq!(served.unheard, 0, "{}", socket.name);
        bridged.lines += socket.said().len();
        bridged.passed_on += served.passed_on;
        for (recorded, own) in served.own {
            let own = own.strip_suffix("\\n").unwrap();
            match recorded {
                None => bridged.alone += 1,
                Some(recorded) if result(&recorded) == result(own) => bridged.agreed += 1,
                Some(_) => bridged.differed += 1,
            }
        }
    }
    bridged
}

/// The result a line tells, or the line itself.
fn result(line: &str) -> String {
    let line = line.replace("\\\"", "\"");
    match Reply::parse(line.as_bytes()).map(|reply| (reply, reply.status())) {
        Ok((Reply::Hello { version, .. }, Some(status))) => format!("{status:?} {version:?}"),
        Ok((_, Some(status))) => format!("{:?}", status.word()),
        _ => line,
    }
}

#[test]
fn the_bridge_understands_the_clients_of_i2pd_2_45_1() {
    let expected = Bridged {
        lines: 61,
        passed_on: 27,
        agreed: 30,
        differed: 0,
        alone: 5,
    };
    assert_eq!(serve_all("i2pd-2.45.1", usize::MAX), expected);
}

#[test]
fn the_bridge_understands_the_clients_of_i2pd_2_59_0() {
    let expected = Bridged {
        lines: 61,
        passed_on: 27,
        agreed: 31,
        differed: 0,
        alone: 4,
    };
    assert_eq!(serve_all("i2pd-2.59.0", usize::MAX), expected);
}

#[test]
fn the_bridge_understands_the_clients_of_emissary_0_4_0() {
    let expected = Bridged {
        lines: 55,
        passed_on: 14,
        agreed: 25,
        differed: 2,
        alone: 15,
    };
    assert_eq!(serve_all("emissary-0.4.0", usize::MAX), expected);
}

#[test]
fn the_bridge_understands_the_clients_of_java_i2p_2_8_0() {
    let expected = Bridged {
        lines: 58,
        passed_on: 25,
        agreed: 34,
        differed: 0,
        alone: 0,
    };
    assert_eq!(serve_all("java-i2p-2.8.0", usize::MAX), expected);
}

#[test]
fn the_bridge_hears_the_same_in_any_portions() {
    for router in ROUTERS {
        let whole = serve_all(router, usize::MAX);
        for portion in [1, 2, 3, 5, 7, 11, 16, 64, 256, 1024] {
            assert_eq!(
                serve_all(router, portion),
                whole,
                "{router} in portions of {portion}"
            );
        }
    }
}

#[test]
fn clients_of_golden_conversations_are_understood() {
    // A bridge of this crate's does not ping, so its client has nothing to answer.
    let is_pinged = |socket: &Socket| socket.said().iter().any(|line| line.starts_with(b"PONG"));
    let sockets: Vec<_> = of("golden")
        .into_iter()
        .filter(|socket| !is_pinged(socket))
        .collect();
    let served: Vec<_> = sockets.iter().map(|socket| serve(socket, 7)).collect();
    let lines: usize = sockets.iter().map(|socket| socket.said().len()).sum();
    let unheard: usize = served.iter().map(|served| served.unheard).sum();
    let passed_on: usize = served.iter().map(|served| served.passed_on).sum();
    assert_eq!((sockets.len(), lines, unheard, passed_on), (66, 129, 0, 46));
}

#[test]
fn every_directory_of_recordings_has_its_tests() {
    let directories: BTreeSet<_> = directories().into_iter().collect();
    let tested = ROUTERS.iter().copied().chain(["golden"]).map(String::from);
    assert_eq!(directories, tested.collect());
}
