//! What LoopbackBridge records is played like the recordings of real routers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::time::Duration;

use sam_core::key::PrivateKey;
use sam_std::Router;
use sam_std::loopback::LoopbackBridge;
use sam_tests::client::{is_playable, play};
use sam_tests::drivers::Blocking;
use sam_tests::router::serve;
use sam_tests::transcript::{Entry, Socket, read};
use sam_tests::wire::{Habits, Wire};

const HELLO: &str = "HELLO VERSION MIN=3.1 MAX=3.3";
const OK: &str = "STREAM STATUS RESULT=OK";
const PING: &[u8] = b"\x00\xffping\nX-> no line";
const PONG: &[u8] = b"pong";

/// A client that says lines as they stand here.
struct Client(BufReader<TcpStream>);

impl Client {
    fn greeted(bridge: &LoopbackBridge) -> Self {
        let stream = TcpStream::connect(bridge.addr()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let mut client = Self(BufReader::new(stream));
        assert_eq!(client.ask(HELLO), "HELLO REPLY RESULT=OK VERSION=3.3");
        client
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.strip_suffix('\n').unwrap().to_owned()
    }

    fn ask(&mut self, line: &str) -> String {
        self.say(format!("{line}\n").as_bytes());
        self.line()
    }

    fn expect(&mut self, bytes: &[u8]) {
        let mut heard = vec![0; bytes.len()];
        self.0.read_exact(&mut heard).unwrap();
        assert_eq!(heard, bytes);
    }

    fn expect_end(&mut self) {
        assert_eq!(self.0.read_to_end(&mut Vec::new()).unwrap_or(0), 0);
    }
}

/// The private keys that were used.
type Secrets = Vec<String>;

/// Talks to a bridge in one thread, so that what is recorded has one order on each socket.
fn converse(transcript: &Path, seed: u64) -> Secrets {
    let builder = LoopbackBridge::builder().seed(seed).transcript(transcript);
    let bridge = builder.start().unwrap();
    let mut secrets = Vec::new();

    let mut there = Client::greeted(&bridge);
    let generated = there.ask("DEST GENERATE SIGNATURE_TYPE=7");
    let key = generated.split("PRIV=").nth(1).unwrap().to_owned();
    let create =
        |id: &str, key: &str| format!("SESSION CREATE STYLE=STREAM ID={id} DESTINATION={key}");
    let reply = there.ask(&create("there", &key));
    assert_eq!(reply, format!("SESSION STATUS RESULT=OK DESTINATION={key}"));
    secrets.push(key);
    let name = there.ask("NAMING LOOKUP NAME=ME");
    let name = name.split("VALUE=").nth(1).unwrap().to_owned();

    let mut here = Client::greeted(&bridge);
    let reply = here.ask(&create("here", "TRANSIENT SIGNATURE_TYPE=7"));
    secrets.push(reply.split("DESTINATION=").nth(1).unwrap().to_owned());
    assert!(
        here.ask("NAMING LOOKUP NAME=nobody.i2p")
            .contains("KEY_NOT_FOUND")
    );
    here.say(b"PING 1\nPING 2\n");
    assert_eq!([here.line(), here.line()], ["PONG 1", "PONG 2"]);

    let mut accepting = Client::greeted(&bridge);
    assert_eq!(accepting.ask("STREAM ACCEPT ID=there SILENT=false"), OK);
    let mut connecting = Client::greeted(&bridge);
    // The first bytes of the stream are right behind the line.
    let connect = format!("STREAM CONNECT ID=here DESTINATION={name} SILENT=false\n");
    connecting.say(&[connect.as_bytes(), PING].concat());
    assert_eq!(connecting.line(), OK);
    assert!(accepting.line().ends_with(" FROM_PORT=0 TO_PORT=0"));
    accepting.expect(PING);
    accepting.say(PONG);
    connecting.expect(PONG);
    connecting.0.get_ref().shutdown(Shutdown::Write).unwrap();
    accepting.expect_end();
    drop(accepting);
    connecting.expect_end();

    let mut refused = Client::greeted(&bridge);
    assert_eq!(
        refused.ask(&create("bad", "AAAA")),
        "SESSION STATUS RESULT=INVALID_KEY"
    );
    let mut waiting = Client::greeted(&bridge);
    assert_eq!(waiting.ask("STREAM ACCEPT ID=there SILENT=false"), OK);
    drop(there);
    waiting.expect_end();
    let mut quitting = Client::greeted(&bridge);
    assert!(quitting.ask("QUIT").starts_with("QUIT STATUS RESULT=OK"));
    quitting.expect_end();
    secrets
}

fn recorded(seed: u64) -> (Vec<u8>, Vec<Socket>, Secrets) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("loopback.sam");
    let secrets = converse(&file, seed);
    let text = fs::read(file).unwrap();
    let sockets = read("loopback", &text);
    (text, sockets, secrets)
}

#[test]
fn the_client_plays_it_and_says_the_same() {
    let (_, sockets, _) = recorded(1);
    assert_eq!(sockets.len(), 7);
    for socket in &sockets {
        assert!(is_playable(socket), "{}", socket.name);
        let wire = Wire::new(socket, Habits::GOOD);
        let outcome = play(socket, &mut Blocking(wire), 4096);
        assert_eq!(outcome.left, socket.received(), "{}", socket.name);
        let said = outcome
            .said
            .iter()
            .map(|line| line.strip_suffix("\\n").unwrap());
        let recorded = socket.said();
        assert_eq!(
            said.len(),
            recorded.len(),
            "{}: {:?}",
            socket.name,
            outcome.told
        );
        for (said, recorded) in said.zip(recorded) {
            // This project's client refuses to say such a key.
            if !recorded.ends_with(b"DESTINATION=AAAA") {
                let [said, recorded] = [said.as_bytes(), recorded].map(sam_core::Command::parse);
                assert_eq!(said, recorded, "{}", socket.name);
            }
        }
    }
}

#[test]
fn the_bridge_half_serves_it_with_the_same_replies() {
    let (_, sockets, _) = recorded(2);
    let served: Vec<_> = sockets.iter().map(|socket| serve(socket, 7)).collect();
    let passed_on: usize = served.iter().map(|served| served.passed_on).sum();
    // DEST GENERATE, twice SESSION CREATE and NAMING LOOKUP, CONNECT, ACCEPT with its peer, the
    // refusal, and the last ACCEPT.
    assert_eq!(passed_on, 10);
    for (recorded, own) in served.iter().flat_map(|served| &served.own) {
        let own = own.strip_suffix("\\n");
        assert_eq!(recorded.as_deref(), own);
    }
}

#[test]
fn streams_stand_in_it_byte_for_byte() {
    let (_, sockets, _) = recorded(3);
    let sent = |socket: &Socket| {
        let sent = socket.entries.iter().filter_map(|entry| match entry {
            Entry::Sent(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        sent.collect::<Vec<_>>().concat()
    };
    let streams: Vec<_> = sockets
        .iter()
        .map(|socket| (sent(socket), socket.received()))
        .filter(|(sent, received)| !sent.is_empty() || !received.is_empty())
        .collect();
    let [ping, pong] = [PING, PONG].map(<[u8]>::to_vec);
    assert_eq!(streams, [(pong.clone(), ping.clone()), (ping, pong)]);
}

#[test]
fn it_tells_who_has_closed() {
    let (_, sockets, _) = recorded(4);
    let closed: Vec<_> = sockets
        .iter()
        .map(|socket| socket.entries.contains(&Entry::Closed))
        .collect();
    // In the order in which they were opened: two sessions, both ends of the stream, the refused
    // one, the ACCEPT whose session ends, the one that quits.
    assert!(!closed[0], "the first session was closed by its client");
    assert!(closed[2], "the peer ended the stream");
    assert_eq!(closed[5..], [true, true]);
}

#[test]
fn no_private_key_stands_in_it() {
    let (text, sockets, secrets) = recorded(5);
    let text = String::from_utf8(text).unwrap();
    let mut stand_ins = 0;
    for secret in &secrets {
        let [key, tail] = [secret.as_str(), &secret[secret.len() - 48..]];
        assert!(!text.contains(tail), "a signing key");
        let key = PrivateKey::from_base64(key.as_bytes(), [0; 1024]).unwrap();
        let said = sockets
            .iter()
            .flat_map(|socket| [socket.said(), socket.heard()].concat());
        for line in said.map(|line| String::from_utf8(line.to_vec()).unwrap()) {
            let private = line
                .split("DESTINATION=")
                .chain(line.split("PRIV="))
                .skip(1);
            for text in private.filter(|text| text.len() == secret.len()) {
                let stand_in = PrivateKey::from_base64(text.as_bytes(), [0; 1024]).unwrap();
                stand_ins += usize::from(stand_in.destination() == key.destination());
            }
        }
    }
    // One was generated, said and said back, the other one said back.
    assert_eq!(stand_ins, 4);
}

#[test]
fn with_a_seed_it_is_the_same_again() {
    let entries = |seed| {
        let (_, sockets, _) = recorded(seed);
        let entries = sockets.into_iter().map(|socket| socket.entries);
        // Bytes may come in other portions, and the end may be seen by either side.
        entries
            .map(|mut entries| {
                entries.retain(|entry| matches!(entry, Entry::Said(_) | Entry::Heard(_)));
                entries
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(entries(6), entries(6));
    assert_ne!(entries(6), entries(7));
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("loopback.sam");
    fs::write(&file, "another one").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    converse(&file, 8);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        fs::read(&file)
            .unwrap()
            .starts_with(b"# loopback: recorded from LoopbackBridge")
    );
}

#[test]
fn letters_are_used_again_and_sockets_without_one_are_noted() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("loopback.sam");
    let bridge = LoopbackBridge::builder().transcript(&file).start().unwrap();
    let all: Vec<_> = (0..53).map(|_| Client::greeted(&bridge)).collect();
    for mut client in all {
        assert!(client.ask("QUIT").starts_with("QUIT STATUS"));
        client.expect_end();
    }
    bridge.stop();
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(read("loopback", text.as_bytes()).len(), 52);
    assert_eq!(text.matches("# a socket is left out").count(), 1);

    let bridge = LoopbackBridge::builder().transcript(&file).start().unwrap();
    for _ in 0..60 {
        Client::greeted(&bridge).ask("QUIT");
    }
    bridge.stop();
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(read("loopback", text.as_bytes()).len(), 60);
    assert_eq!(text.matches("@A open").count(), 2);
}

#[test]
fn what_the_bridge_never_hears_stands_in_it_too() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("loopback.sam");
    let bridge = LoopbackBridge::builder().transcript(&file).start().unwrap();
    let mut quitting = Client::greeted(&bridge);
    quitting.say(b"QUIT\nPING behind\n");
    assert!(quitting.line().starts_with("QUIT STATUS"));
    quitting.expect_end();
    let mut cut = Client::greeted(&bridge);
    cut.say(b"PING in the mid");
    cut.0.get_ref().shutdown(Shutdown::Write).unwrap();
    cut.expect_end();
    bridge.stop();
    let sockets = read("loopback", &fs::read(&file).unwrap());
    let last: Vec<_> = sockets
        .iter()
        .map(|socket| *socket.said().last().unwrap())
        .collect();
    assert_eq!(last, [&b"PING behind"[..], b"PING in the mid"]);
}

#[test]
fn datagrams_on_control_sockets_stand_behind_their_lines() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("loopback.sam");
    let bridge = LoopbackBridge::builder().transcript(&file).start().unwrap();
    let create = |id: &str| format!("SESSION CREATE STYLE=DATAGRAM ID={id} DESTINATION=TRANSIENT");
    let [mut sender, mut receiver] = [Client::greeted(&bridge), Client::greeted(&bridge)];
    for (client, id) in [(&mut sender, "a"), (&mut receiver, "b")] {
        assert!(
            client
                .ask(&create(id))
                .starts_with("SESSION STATUS RESULT=OK")
        );
    }
    let name = receiver.ask("NAMING LOOKUP NAME=ME");
    let name = name.split("VALUE=").nth(1).unwrap();
    // A payload may look like lines, and come in pieces.
    let payload = b"PING 1\nPING 2\n";
    sender.say(format!("DATAGRAM SEND DESTINATION={name} SIZE=14\n").as_bytes());
    for piece in payload.chunks(5) {
        sender.say(piece);
    }
    sender.say(b"PING behind\n");
    assert_eq!(sender.line(), "PONG behind");
    assert!(receiver.line().starts_with("DATAGRAM RECEIVED "));
    receiver.expect(payload);
    bridge.stop();
    let sockets = read("loopback", &fs::read(&file).unwrap());
    let behind = |socket: &Socket, is_line: &dyn Fn(&Entry) -> bool| {
        let line = socket.entries.iter().position(is_line).unwrap();
        socket.entries[line + 1..].to_vec()
    };
    let sent = behind(
        &sockets[0],
        &|entry| matches!(entry, Entry::Said(line) if line.starts_with(b"DATAGRAM SEND ")),
    );
    let [.., Entry::Said(ping), Entry::Heard(_), _] = sent.as_slice() else {
        panic!("{sent:?}");
    };
    assert_eq!(ping, b"PING behind");
    let pieces = sent.iter().filter_map(|entry| match entry {
        Entry::Sent(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    assert_eq!(pieces.collect::<Vec<_>>().concat(), payload);
    let received = behind(
        &sockets[1],
        &|entry| matches!(entry, Entry::Heard(line) if line.starts_with(b"DATAGRAM RECEIVED ")),
    );
    assert_eq!(received.first(), Some(&Entry::Received(payload.to_vec())));
}

#[test]
fn passwords_never_reach_a_transcript() {
    const PASSWORDS: [&str; 3] = ["open sesame", "second=\"one\"", "wrong"];
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("loopback.sam");
    let builder = LoopbackBridge::builder().user("me", PASSWORDS[0]);
    let bridge = builder.transcript(&file).start().unwrap();
    let router = Router::new(&bridge.addr().to_string()).unwrap();
    let known = router.clone().with_login("me", PASSWORDS[0]);
    known.add_user("you", PASSWORDS[1]).unwrap();
    assert!(
        router
            .clone()
            .with_login("you", PASSWORDS[1])
            .version()
            .is_ok()
    );
    assert!(router.with_login("you", PASSWORDS[2]).version().is_err());
    bridge.stop();
    let text = fs::read_to_string(&file).unwrap();
    for said in [
        "USER=me PASSWORD=hidden",
        "USER=you PASSWORD=hidden",
        "AUTH ADD USER=you PASSWORD=hidden",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for word in ["sesame", "second", "one", "wrong"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}
