//! What somebody in the path can change: nothing that the device would take for the router's.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use embedded_io::ErrorKind;
use embedded_tls::TlsError;
use proptest::prelude::*;

use crate::hop::place;
use crate::lan::{self, ATTACKER};
use crate::psk::Key;
use crate::records::{Forged, Records};
use crate::relay::{Meddling, Relay};
use crate::sam::{Sam, Way};
use crate::stunnel::Stunnel;

/// A `close_notify` in clear, which everybody can say.
const CLEAR_END: &[u8] = &[21, 3, 3, 0, 2, 1, 0];
/// A handshake message in clear, EncryptedExtensions without any.
pub(crate) const CLEAR_MESSAGE: &[u8] = &[22, 3, 3, 0, 6, 8, 0, 0, 2, 0, 0];

/// A router that says the same to everybody, behind the hop, with somebody in the path.
struct Bench {
    key: Key,
    relay: Relay,
    router: TcpListener,
    _stunnel: Stunnel,
}

impl Bench {
    fn start() -> Self {
        let (key, at) = (Key::random("sensor1"), place());
        let router = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let stunnel = Stunnel::start(at, router.local_addr().unwrap(), &[&key]);
        let relay = Relay::start(lan::listen(ATTACKER), move || lan::dial(at));
        Self {
            key,
            relay,
            router,
            _stunnel: stunnel,
        }
    }

    /// A device's connection to the router, and the router's end.
    fn connection(&self) -> (Sam, TcpStream) {
        let line = Way::Keyed(self.relay.address, &self.key).dial().unwrap();
        let (mut device, mut router) = (Sam(line), self.router.accept().unwrap().0);
        device.say(b"what?").unwrap();
        router.read_exact(&mut [0; 5]).unwrap();
        router.write_all(b"hear me").unwrap();
        // So the path is free, and nothing of the handshake is on it any more.
        assert_eq!(device.bytes(7), Ok(b"hear me".to_vec()));
        (device, router)
    }
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn a_changed_byte_is_an_error_and_never_heard() {
    let bench = Bench::start();
    // Type, version, length, data, kind, tag; a record of 34 bytes.
    for place in [0, 1, 2, 3, 4, 5, 9, 16, 17, 18, 33] {
        let (mut device, mut router) = bench.connection();
        bench.relay.meddle(Meddling::Flip(place));
        router.write_all(b"21.5 degrees").unwrap();
        drop(router);
        let heard = device.bytes(1);
        let honest = [Err(ErrorKind::Other), Err(ErrorKind::InvalidData)];
        assert!(honest.contains(&heard), "{place}: {heard:?}");
    }
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn a_forged_end_is_an_error() {
    let bench = Bench::start();
    for forged in [CLEAR_END, CLEAR_MESSAGE] {
        let (mut device, mut router) = bench.connection();
        bench.relay.meddle(Meddling::Say(forged));
        router.write_all(b"21.5 degrees").unwrap();
        assert_eq!(device.bytes(1), Err(ErrorKind::InvalidData));
    }
    let (mut device, mut router) = bench.connection();
    bench.relay.meddle(Meddling::Cut);
    router.write_all(b"21.5 degrees").unwrap();
    assert_eq!(device.bytes(1), Err(ErrorKind::Other));
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn the_routers_own_end_is_the_end() {
    let bench = Bench::start();
    let (mut device, mut router) = bench.connection();
    router.write_all(b"21.5 degrees").unwrap();
    drop(router);
    assert_eq!(device.bytes(12), Ok(b"21.5 degrees".to_vec()));
    assert_eq!(device.bytes(1), Err(ErrorKind::NotConnected));
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn a_router_without_the_key_is_refused() {
    let (key, at) = (Key::random("sensor1"), place());
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    for others in [Key::random("sensor1"), Key::random("sensor2")] {
        let _impostor = Stunnel::start(at, nowhere, &[&others]);
        let refused = Way::Keyed(at, &key).dial().err().unwrap();
        assert!(
            matches!(refused, TlsError::HandshakeAborted(..)),
            "{refused:?}"
        );
    }
}

/// Shakes hands with a router that says this.
fn shake_hands_with(said: &[u8]) -> Option<TlsError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let device = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut router, _) = listener.accept().unwrap();
    router.write_all(said).unwrap();
    router.shutdown(std::net::Shutdown::Write).unwrap();
    let refused = Key::random("sensor1").secure(device).err();
    let _: io::Result<u64> = io::copy(&mut router, &mut io::sink());
    refused
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// It is in clear, so anybody in the path can say anything here.
    #[test]
    fn no_first_record_makes_the_device_panic_or_trust(
        kind in prop_oneof![Just(21_u8), Just(22), any::<u8>()],
        message in prop_oneof![4 => Just(2_u8), 1 => any::<u8>()],
        body in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let len = u32::try_from(body.len()).unwrap().to_be_bytes();
        let content = [&[message], &len[1..], &body].concat();
        let len = u16::try_from(content.len()).unwrap().to_be_bytes();
        let record = [&[kind, 3, 3], &len[..], &content].concat();
        prop_assert!(shake_hands_with(&record).is_some());
    }

    #[test]
    fn records_are_judged_the_same_however_they_are_cut(
        cuts in proptest::collection::vec(1_usize..9, 1..40),
        forged in any::<bool>(),
        has_filler in any::<bool>(),
    ) {
        let hello = [&[22, 3, 3, 0, 3][..], b"abc"].concat();
        let filler: &[u8] = if has_filler { &[20, 3, 3, 0, 1, 1] } else { &[] };
        let data = [&[23, 3, 3, 0, 4][..], &[21, 22, 20, 0]].concat();
        let last = if forged { CLEAR_END } else { &[23, 3, 3, 0, 0] };
        let all = [&hello, filler, &data, &data, last].concat();
        let mut rest = all.as_slice();
        let mut records = Records::new();
        let mut judged = Ok(());
        for cut in cuts.iter().cycle() {
            let (some, others) = rest.split_at((*cut).min(rest.len()));
            rest = others;
            judged = judged.and_then(|()| records.inspect(some));
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(judged, if forged { Err(Forged) } else { Ok(()) });
    }
}
