//! In clear: what the documentation warns of is so.

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;

use crate::attacks::{self, ATTACKS, Scene};
use crate::device::Device;
use crate::lan::{self, ATTACKER, ROUTER};
use crate::network;
use crate::relay::Relay;
use crate::sam::{Sam, Way};

/// SAM as containers publish it: on the router's address in the network, in clear.
pub(crate) fn publish() -> SocketAddr {
    lan::join();
    let listener = TcpListener::bind((ROUTER, 0)).unwrap();
    Relay::start(listener, || TcpStream::connect(network::sam_port())).address
}

/// The same for datagrams.
fn publish_datagrams() -> SocketAddr {
    lan::join();
    let socket = UdpSocket::bind((ROUTER, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let inside = UdpSocket::bind((network::sam_port().ip(), 0)).unwrap();
        let mut room = vec![0; 64 * 1024];
        while let Ok(count) = socket.recv(&mut room) {
            let sent = inside.send_to(&room[..count], network::datagram_port());
            sent.unwrap();
        }
    });
    address
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn every_attack_succeeds_in_clear() {
    let way = Way::Clear(publish());
    let device = Device::start(way).unwrap();
    let peer = network::peer();
    let scene = Scene {
        id: device.id.as_str(),
        device: device.identity.address.clone(),
        peer: &peer,
    };
    for (what, attack) in ATTACKS {
        println!("{what}");
        assert_eq!(attack(&way, &scene), Ok(()), "{what}");
    }
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn anybody_sends_datagrams_as_the_device_in_clear() {
    let datagrams = publish_datagrams();
    let identity = network::Identity::fresh();
    let mut control = Sam::greet(&Way::Clear(publish())).unwrap();
    let session = format!(
        "SESSION CREATE STYLE=DATAGRAM ID=lock DESTINATION={}",
        identity.private
    );
    assert!(control.ask(&session).unwrap().contains("RESULT=OK"));
    assert!(attacks::send_as_the_device(datagrams, "lock", &identity));
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn who_listens_in_clear_has_the_key_and_the_session() {
    let router = publish();
    let relay = Relay::start(lan::listen(ATTACKER), move || lan::dial(router));
    let device = Device::start(Way::Clear(relay.address)).unwrap();

    assert!(relay.heard(device.identity.private.as_bytes()));
    let id = relay.word_after(b" ID=").unwrap();
    assert_eq!(id, device.id.as_str());
    // And that is enough.
    let peer = network::peer();
    let scene = Scene {
        id: &id,
        device: device.identity.address.clone(),
        peer: &peer,
    };
    assert_eq!(
        attacks::take_its_streams(&Way::Clear(router), &scene),
        Ok(())
    );
}
