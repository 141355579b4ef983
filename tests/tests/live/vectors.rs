//! The vectors of `tests/vectors`, and mutated ones, at a real i2pd 2.45.1.

use std::net::SocketAddr;
use std::ops::Range;
use std::thread;
use std::time::Duration;

use sam_std::loopback::{LoopbackBridge, Personality};
use sam_tests::vectors::{Answer, Before, Heard, Place, Vector, mutated_answers};

const ROUTER: &str = "i2pd-2.45";
/// The other tests of this target have the keys before.
const FIRST_KEY: usize = 14;
const NO_HOPS: &str = "inbound.length=0 outbound.length=0 inbound.quantity=1 outbound.quantity=1";

/// Mutated vectors that are not among the recorded ones.
const UNHEARD_OF: Range<u64> = 1000..1240;

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

/// What was heard, if it is not what was expected.
fn play_expecting(place: &Place, vector: &Vector, expected: &Answer) -> Option<Heard> {
    let heard = place
        .play(vector, &vector.name, Some(expected))
        .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
    (!expected.is_met(&heard)).then_some(heard)
}

/// What is wrong, if anything is.
fn play(place: &Place, vector: &Vector) -> Option<String> {
    let expected = vector.cell(ROUTER).answer.as_ref().unwrap();
    let heard = play_expecting(place, vector, expected)?;
    let (name, said) = (&vector.name, vector.shown());
    Some(format!(
        "{name}\n{said}\nheard:    {heard}\nexpected: {expected}"
    ))
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

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn the_router_answers_mutated_lines_as_it_did() {
    // Whoever wants a new destination waits for twenty seconds and more, all of them together.
    let place = Place {
        key: format!("TRANSIENT {NO_HOPS}"),
        patience: Duration::from_secs(60),
        ..place(FIRST_KEY)
    };
    let answers = mutated_answers();
    assert_eq!(answers.len(), 240);
    let differences: Vec<_> = thread::scope(|scope| {
        let place = &place;
        let played: Vec<_> = answers
            .iter()
            .zip(0..)
            .map(|(expected, number)| {
                let vector = Vector::mutated(number);
                scope.spawn(move || (number, play_expecting(place, &vector, expected)))
            })
            .collect();
        played
            .into_iter()
            .filter_map(|played| {
                let (number, heard) = played.join().unwrap();
                heard.map(|heard| format!("{number}: {heard}"))
            })
            .collect()
    });
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
#[ignore = "needs the private network: ./test.sh live"]
fn the_bridge_answers_unheard_of_lines_as_the_router_does() {
    // Whoever wants a new destination waits for twenty seconds and more, all of them together.
    let theirs = Place {
        key: format!("TRANSIENT {NO_HOPS}"),
        patience: Duration::from_secs(60),
        ..Place::new(place(FIRST_KEY).bridge)
    };
    let suspicious: Vec<_> = thread::scope(|scope| {
        let theirs = &theirs;
        let played: Vec<_> = UNHEARD_OF
            .map(|number| scope.spawn(move || difference(number, theirs).map(|_| number)))
            .collect();
        played
            .into_iter()
            .filter_map(|played| played.join().unwrap())
            .collect()
    });
    // Once more, alone: a busy router gets two writes in one read, and other vectors' sessions have
    // IDs that this one asks for.
    assert!(suspicious.len() < 12, "too many: {suspicious:?}");
    let differences = suspicious
        .into_iter()
        .filter_map(|number| difference(number, &theirs));
    let differences: Vec<_> = differences.collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// What the bridge and a router answer differently, if they do.
fn difference(number: u64, theirs: &Place) -> Option<String> {
    let vector = &Vector::mutated(number);
    let bridge = LoopbackBridge::builder().personality(Personality::I2pd245);
    let bridge = bridge.start().unwrap();
    let ours = &Place {
        bridge: bridge.addr(),
        peers: bridge.addr(),
        ..theirs.clone()
    };
    let play = |place: &Place, expected| {
        place
            .play(vector, &vector.name, expected)
            .unwrap_or_else(|error| panic!("{}\n{}\n{error}", vector.name, vector.shown()))
    };
    let ours = play(ours, None);
    let expected = ours.expected();
    let theirs = play(theirs, Some(&expected));
    (!expected.is_met(&theirs)).then(|| {
        let (name, before, said) = (&vector.name, vector.before, vector.shown());
        format!("{name} {before:?}\n{said}\nrouter: {theirs}\nbridge: {ours}")
    })
}
