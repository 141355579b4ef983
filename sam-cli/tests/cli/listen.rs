use std::io::{Read, Write};

use sam_std::{Address, KeyFile, Router};

use crate::program::{Running, bridge, i2p_sam_at, session};

#[test]
fn the_end_of_the_input_ends_nothing() {
    let bridge = bridge();
    let mut listening = Running::start(i2p_sam_at(&bridge, &["listen", "--once"]));
    let address = listening.hear("listening as ");
    drop(listening.stdin.take());

    let peer = session(&bridge);
    let mut stream = peer.connect(&address).unwrap();
    stream.write_all(b"early").unwrap();
    assert_eq!(listening.read(5), b"early");
    let limit = std::time::Duration::from_millis(300);
    stream.set_read_timeout(Some(limit)).unwrap();
    assert!(stream.read(&mut [0]).is_err(), "the stream has been ended");
    stream.write_all(b"late").unwrap();
    assert_eq!(listening.read(4), b"late");
    drop(stream);
    assert_eq!(listening.end(), (Some(0), Vec::new()));
}

#[test]
fn it_tells_who_connects() {
    let bridge = bridge();
    let mut listening = Running::start(i2p_sam_at(&bridge, &["listen"]));
    let address = listening.hear("listening as ");
    let peer = session(&bridge);
    let _stream = peer.connect(&address).unwrap();
    assert_eq!(
        listening.hear("connected from "),
        peer.address().to_string()
    );
}

#[test]
fn it_serves_one_peer_after_the_other() {
    let bridge = bridge();
    let mut listening = Running::start(i2p_sam_at(&bridge, &["listen"]));
    let address = listening.hear("listening as ");
    let peer = session(&bridge);
    for word in [b"first", b"again"] {
        let mut stream = peer.connect(&address).unwrap();
        stream.write_all(word).unwrap();
        assert_eq!(listening.read(5), word);
    }
}

#[test]
fn input_that_comes_between_two_peers_is_for_the_next() {
    let bridge = bridge();
    let mut listening = Running::start(i2p_sam_at(&bridge, &["listen"]));
    let address = listening.hear("listening as ");
    let peer = session(&bridge);
    drop(peer.connect(&address).unwrap());
    listening.hear("the stream has ended");

    listening
        .stdin
        .as_mut()
        .unwrap()
        .write_all(b"news")
        .unwrap();
    let mut stream = peer.connect(&address).unwrap();
    let mut heard = [0; 4];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"news");
}

#[test]
fn it_has_the_address_of_its_key_file() {
    let bridge = bridge();
    let key = Router::from(bridge.addr()).generate_destination().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.key");
    KeyFile::save(&path, &key).unwrap();
    let mut listen = i2p_sam_at(&bridge, &["listen", "--key"]);
    listen.arg(&path);
    let mut listening = Running::start(listen);
    let address = Address::from(&key.destination()).to_string();
    assert_eq!(listening.hear("listening as "), address);
}
