//! The vectors of `tests/vectors` at a real i2pd 2.45.1.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use sam_tests::vectors::{Before, Place, Vector};

const ROUTER: &str = "i2pd-2.45";
/// The other tests of this target have the keys before.
const FIRST_KEY: usize = 14;

/// The first router of the network, with peers at the second, and a destination of its own for this
/// vector: sessions of one destination get in each other's way.
fn place(which: usize) -> Place {
    let ports = std::env::var("I2P_TESTNET_SAM").expect("the private network runs");
    let path = std::env::var("I2P_TESTNET_WARM").expect("the private network has keys ready");
    let keys: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).expect("a JSON file");
    let ports: Vec<&str> = ports.split(',').collect();
    let address = |port: &str| SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    let key = |port: &str| {
        keys[port][which]["priv"]
            .as_str()
            .expect("enough keys")
            .to_owned()
    };
    Place {
        peers: address(ports[1]),
        patience: Duration::from_secs(30),
        key: key(ports[0]),
        peer_key: key(ports[1]),
        ..Place::new(address(ports[0]))
    }
}

/// What is wrong, if anything is.
fn play(place: &Place, vector: &Vector) -> Option<String> {
    let expected = vector.cell(ROUTER).answer.as_ref().unwrap();
    let heard = place
        .play(vector, &vector.name, Some(expected))
        .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
    (!expected.is_met(&heard)).then(|| {
        let (name, said) = (&vector.name, vector.shown());
        format!("{name}\n{said}\nheard:    {heard}\nexpected: {expected}")
    })
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn the_router_answers_as_it_was_written_down() {
    let vectors = Vector::all();
    let known = vectors.iter().filter(|vector| vector.cell(ROUTER).observed);
    let known: Vec<_> = known.collect();
    assert_eq!(known.len(), 44, "only the line of 9000 bytes is left out");
    let failures: Vec<_> = thread::scope(|scope| {
        let mut keys = FIRST_KEY..;
        let mut place = |vector: &Vector| match vector.before {
            Before::Session | Before::OwnSession => place(keys.next().unwrap()),
            Before::Nothing | Before::Hello => place(FIRST_KEY),
        };
        let played: Vec<_> = known
            .iter()
            .map(|vector| {
                let place = place(vector);
                scope.spawn(move || play(&place, vector))
            })
            .collect();
        played
            .into_iter()
            .filter_map(|played| played.join().unwrap())
            .collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
