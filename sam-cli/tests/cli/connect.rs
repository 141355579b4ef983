use std::io::{Read, Write};
use std::net::Shutdown;

use sam_std::{Address, KeyFile, Router};

use crate::program::{Running, bridge, i2p_sam_at, noise, session, stderr};

const LEN: usize = 1 << 20;

#[test]
fn connect_and_listen_exchange_any_bytes_both_ways() {
    let bridge = bridge();
    let listen = i2p_sam_at(&bridge, &["listen", "--once", "--linger", "1"]);
    let mut listening = Running::start(listen);
    let address = listening.hear("listening as ");
    let connect = ["connect", "-q", "0", "--linger", "1", &address];
    let mut connecting = Running::start(i2p_sam_at(&bridge, &connect));

    listening.feed(noise(LEN, 1));
    connecting.feed(noise(LEN, 2));
    let reading = std::thread::spawn(|| listening.end());
    let (status, received) = connecting.end();
    assert_eq!(status, Some(0));
    assert!(received == noise(LEN, 1), "{} bytes", received.len());
    let (status, received) = reading.join().unwrap();
    assert_eq!(status, Some(0));
    assert!(received == noise(LEN, 2), "{} bytes", received.len());
}

#[test]
fn the_end_of_the_input_is_passed_on_and_answers_are_still_taken() {
    let bridge = bridge();
    let peer = session(&bridge);
    let connect = [
        "connect",
        "-q",
        "0",
        "--linger",
        "0",
        &peer.address().to_string(),
    ];
    let mut connecting = Running::start(i2p_sam_at(&bridge, &connect));
    connecting.feed(b"question".to_vec());

    let mut stream = peer.accept().unwrap();
    let mut question = Vec::new();
    stream.read_to_end(&mut question).unwrap();
    assert_eq!(question, b"question");
    stream.write_all(&noise(LEN, 3)).unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    let (status, answer) = connecting.end();
    assert_eq!(status, Some(0));
    assert!(answer == noise(LEN, 3), "{} bytes", answer.len());
}

#[test]
fn the_stream_stays_open_for_answers_while_there_are_any() {
    let bridge = bridge();
    let peer = session(&bridge);
    let mut connecting = Running::start(i2p_sam_at(
        &bridge,
        &["connect", &peer.address().to_string()],
    ));
    connecting.feed(b"question".to_vec());

    let mut stream = peer.accept().unwrap();
    stream.read_exact(&mut [0; 8]).unwrap();
    let limit = std::time::Duration::from_millis(300);
    stream.set_read_timeout(Some(limit)).unwrap();
    assert!(stream.read(&mut [0]).is_err(), "the stream has been ended");
    stream.write_all(b"answer").unwrap();
    drop(stream);
    assert_eq!(connecting.end(), (Some(0), b"answer".to_vec()));
}

#[test]
fn it_ends_when_the_peer_does_though_there_may_be_more_input() {
    let bridge = bridge();
    let peer = session(&bridge);
    let mut connecting = Running::start(i2p_sam_at(
        &bridge,
        &["connect", &peer.address().to_string()],
    ));
    let _open = connecting.stdin.take();
    peer.accept().unwrap().write_all(b"bye").unwrap();
    assert_eq!(connecting.end(), (Some(0), b"bye".to_vec()));
}

#[test]
fn the_peer_sees_the_identity_of_the_key_file() {
    let bridge = bridge();
    let key = Router::from(bridge.addr()).generate_destination().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.key");
    KeyFile::save(&path, &key).unwrap();

    let peer = session(&bridge);
    let mut connect = i2p_sam_at(&bridge, &["connect", &peer.address().to_string()]);
    connect.arg("--key").arg(&path);
    let _connecting = Running::start(connect);
    let stream = peer.accept().unwrap();
    assert_eq!(*stream.peer().unwrap(), key.destination());
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let bridge = bridge();
    let peer = session(&bridge);
    let mut connecting = Running::start(i2p_sam_at(
        &bridge,
        &["connect", &peer.address().to_string()],
    ));
    connecting.stdout = None;
    let mut stream = peer.accept().unwrap();
    let _ = stream.write_all(&noise(LEN, 4));
    assert_eq!(connecting.end(), (Some(0), Vec::new()));
}

#[test]
fn a_peer_that_is_not_there_is_a_failure() {
    let bridge = bridge();
    let nobody = Address::from_hash([7; 32]).to_string();
    let output = i2p_sam_at(&bridge, &["connect", &nobody]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("i2p-sam: the router refused"));
}

#[test]
fn what_is_no_address_is_a_usage_error_and_not_repeated() {
    let bridge = bridge();
    let secret = "secret".repeat(150);
    let output = i2p_sam_at(&bridge, &["connect", &secret]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("secret"));
}
