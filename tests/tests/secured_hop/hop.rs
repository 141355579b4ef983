//! Through the hop: the attacks fail, and the device does not notice.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use embedded_io::{Read as _, Write as _};
use sam_std::Address;

use crate::attacks::{self, ATTACKS, Scene};
use crate::device::Device;
use crate::lan::{self, ATTACKER, ROUTER};
use crate::network::{self, Callers};
use crate::psk::Key;
use crate::relay::Relay;
use crate::sam::{Sam, Way};
use crate::stunnel::Stunnel;

/// Bytes that do not repeat, and do not fit any buffer.
fn noise() -> Vec<u8> {
    let mut bytes = vec![0; 200_000];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// An address for stunnel in the network.
pub(crate) fn place() -> SocketAddr {
    lan::join();
    let free = TcpListener::bind((ROUTER, 0)).unwrap();
    free.local_addr().unwrap()
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn a_device_serves_and_calls_through_the_hop() {
    let (key, at) = (Key::random("sensor1"), place());
    let _stunnel = Stunnel::start(at, network::sam_port(), &[&key]);
    let device = Device::start(Way::Keyed(at, &key)).unwrap();
    let peer = network::peer();
    let address = device.identity.address.clone();
    let (there, back) = (noise(), noise());

    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, caller) = device.accept().unwrap();
            assert_eq!(caller, peer.address());
            let mut heard = vec![0; there.len()];
            stream.read_exact(&mut heard).unwrap();
            assert!(heard == there, "not what the peer said");
            stream.transport_mut().write_all(&back).unwrap();
            stream.transport_mut().flush().unwrap();
            // Until the peer has had enough.
            assert_eq!(stream.read(&mut [0]), Ok(0));
        });
        let stream = peer.connect(&address).unwrap();
        std::io::Write::write_all(&mut &stream, &there).unwrap();
        let mut heard = vec![0; back.len()];
        std::io::Read::read_exact(&mut &stream, &mut heard).unwrap();
        assert!(heard == back, "not what the device said");
    });

    let callers = Callers::of(&peer);
    let mut stream = device.connect(&peer.address()).unwrap();
    stream.transport_mut().write_all(b"21.5").unwrap();
    stream.transport_mut().flush().unwrap();
    let mut accepted = callers.next();
    let mut heard = [0; 4];
    std::io::Read::read_exact(&mut accepted, &mut heard).unwrap();
    assert_eq!(&heard, b"21.5");
    assert_eq!(accepted.peer().map(Address::from), Some(address));
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn no_attack_succeeds_without_the_key() {
    let (key, at) = (Key::random("sensor1"), place());
    let (other, unknown) = (Key::random("sensor1"), Key::random("sensor2"));
    let stunnel = Stunnel::start(at, network::sam_port(), &[&key]);
    let device = Device::start(Way::Keyed(at, &key)).unwrap();
    let peer = network::peer();
    let scene = Scene {
        id: device.id.as_str(), // even if he had it
        device: device.identity.address.clone(),
        peer: &peer,
    };
    let mut behind = network::sam_port();
    behind.set_ip(ROUTER);
    let ways = [
        ("past the hop", Way::Clear(behind)),
        ("its own 127.0.0.1", Way::Clear(network::sam_port())),
        ("in clear", Way::Clear(at)),
        ("without a key", Way::Keyless(at)),
        ("with another key", Way::Keyed(at, &other)),
        ("under another name", Way::Keyed(at, &unknown)),
    ];
    for (how, way) in &ways {
        for (what, attack) in ATTACKS {
            assert!(attack(way, &scene).is_err(), "{how}: {what}");
        }
    }
    assert!(stunnel.said("binder does not verify"));
    // It is the key that kept them out, and nothing else.
    let way = Way::Keyed(at, &key);
    assert_eq!(attacks::take_its_streams(&way, &scene), Ok(()));
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn nobody_sends_datagrams_as_the_device_past_the_hop() {
    let (key, at) = (Key::random("sensor1"), place());
    let _stunnel = Stunnel::start(at, network::sam_port(), &[&key]);
    let identity = network::Identity::fresh();
    let mut control = Sam::greet(&Way::Keyed(at, &key)).unwrap();
    let session = format!(
        "SESSION CREATE STYLE=DATAGRAM ID=safe DESTINATION={}",
        identity.private
    );
    assert!(control.ask(&session).unwrap().contains("RESULT=OK"));
    let mut behind = network::datagram_port();
    behind.set_ip(ROUTER);
    assert!(!attacks::send_as_the_device(behind, "safe", &identity));
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn who_listens_at_the_hop_hears_nothing_of_use() {
    let (key, at) = (Key::random("sensor1"), place());
    let _stunnel = Stunnel::start(at, network::sam_port(), &[&key]);
    let relay = Relay::start(lan::listen(ATTACKER), move || lan::dial(at));
    let device = Device::start(Way::Keyed(relay.address, &key)).unwrap();
    let peer = network::peer();
    let callers = Callers::of(&peer);
    let mut stream = device.connect(&peer.address()).unwrap();
    stream
        .transport_mut()
        .write_all(b"twenty-one and a half")
        .unwrap();
    stream.transport_mut().flush().unwrap();
    let mut heard = [0; 21];
    std::io::Read::read_exact(&mut callers.next(), &mut heard).unwrap();
    assert_eq!(&heard, b"twenty-one and a half");

    // It is in the path: the session, the call and what was said went by.
    assert!(relay.count() > 2000);
    let private = &device.identity.private;
    let secrets = [
        device.id.as_str(),
        &private[..40],
        &private[private.len() - 40..],
        &device.identity.destination[..40],
        &peer.address().to_string(),
        "twenty-one and a half",
        "HELLO",
        "SESSION",
        "STREAM",
        "DESTINATION",
        "RESULT",
    ];
    for secret in secrets {
        assert!(!relay.heard(secret.as_bytes()), "{secret}");
    }
    assert!(!relay.heard(device.identity.private_key().as_bytes()));
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn who_has_a_key_can_do_what_the_routers_own_programs_can() {
    let (key, other, at) = (Key::random("sensor1"), Key::random("sensor2"), place());
    let _stunnel = Stunnel::start(at, network::sam_port(), &[&key, &other]);
    let device = Device::start(Way::Keyed(at, &key)).unwrap();
    let peer = network::peer();
    let scene = Scene {
        id: device.id.as_str(),
        device: device.identity.address.clone(),
        peer: &peer,
    };
    // As the documentation says, and why it says: a key for each device.
    let way = Way::Keyed(at, &other);
    assert_eq!(attacks::call_as_the_device(&way, &scene), Ok(()));
    assert_eq!(attacks::publish_the_routers_own(&way, &scene), Ok(()));
}
