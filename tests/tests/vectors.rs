//! The vectors of `tests/vectors` at each personality of the loopback bridge.

use std::thread;

use sam_std::loopback::{LoopbackBridge, Personality};
use sam_tests::vectors::{End, Heard, Place, Step, Vector, mutated_answers};

/// Plays all vectors, each at a bridge of its own, and returns how many there were.
fn play_all(personality: Personality, router: &str) -> usize {
    let vectors = Vector::all();
    let failures: Vec<_> = thread::scope(|scope| {
        let played: Vec<_> = vectors
            .iter()
            .map(|vector| scope.spawn(|| play(personality, router, vector)))
            .collect();
        played
            .into_iter()
            .filter_map(|played| played.join().unwrap())
            .collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    vectors.len()
}

/// What is wrong, if anything is.
fn play(personality: Personality, router: &str, vector: &Vector) -> Option<String> {
    let bridge = LoopbackBridge::builder().personality(personality).start();
    let bridge = bridge.unwrap();
    let expected = vector.cell(router).answer.as_ref().unwrap();
    let heard = Place::new(bridge.addr())
        .play(vector, "live", Some(expected))
        .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
    (!expected.is_met(&heard)).then(|| {
        let (name, said) = (&vector.name, vector.shown());
        format!("{name}\n{said}\nheard:    {heard}\nexpected: {expected}")
    })
}

#[test]
fn an_answer_is_met_by_nothing_else() {
    let cell = "DEST REPLY PUB=<PUB:4> X=<TEXT>\\n closed";
    let file = format!("> x\ni2pd-2.45: {cell}\ni2pd: as i2pd-2.45\njava: as i2pd\n");
    let file = file + "emissary: not known\ngo: not known\nspec: nothing open\n";
    let vector = Vector::read("test", &file);
    let answer = vector.cell("java").answer.as_ref().unwrap();
    let cases: [(&[u8], bool); 7] = [
        (b"DEST REPLY PUB=a~-= X=any \"thing\"\n", true),
        (b"DEST REPLY PUB=a~-= X=\n", true),
        (b"DEST REPLY PUB=a~-= X=no newline", false),
        (b"DEST REPLY PUB=a~- X=shorter\n", false),
        (b"DEST REPLY PUB=a~--- X=longer\n", false),
        (b"DEST REPLY PUB=a~-= X=any\nmore", false),
        (b"", false),
    ];
    for (bytes, is_met) in cases {
        let bytes = bytes.to_vec();
        let heard = Heard {
            bytes,
            end: End::Closed,
        };
        assert_eq!(answer.is_met(&heard), is_met, "{heard}");
        let open = Heard {
            end: End::Open,
            ..heard
        };
        assert!(!answer.is_met(&open), "{open}");
    }
}

#[test]
fn there_are_45_vectors() {
    assert_eq!(Vector::all().len(), 45);
}

#[test]
fn the_bridge_answers_as_it_promises() {
    assert_eq!(play_all(Personality::Spec, "spec"), 45);
}

#[test]
fn the_bridge_answers_like_i2pd_2_45() {
    assert_eq!(play_all(Personality::I2pd245, "i2pd-2.45"), 45);
}

#[test]
fn the_bridge_answers_like_i2pd() {
    assert_eq!(play_all(Personality::I2pd, "i2pd"), 45);
}

#[test]
fn the_bridge_answers_like_java_i2p() {
    assert_eq!(play_all(Personality::Java, "java"), 45);
}

#[test]
fn the_bridge_answers_like_emissary() {
    assert_eq!(play_all(Personality::Emissary, "emissary"), 45);
}

/// All that is written, together.
fn written(vector: &Vector) -> Vec<u8> {
    let writes = vector.steps.iter().filter_map(|step| match step {
        Step::Write(bytes) => Some(&bytes[..]),
        Step::Peer(_) => None,
    });
    writes.collect::<Vec<_>>().concat()
}

/// The router was busy when these were recorded: it got two writes in one read.
const IN_ONE_READ: [u64; 2] = [163, 193];

#[test]
fn the_bridge_answers_mutated_lines_like_i2pd_2_45() {
    let bridge = LoopbackBridge::builder()
        .personality(Personality::I2pd245)
        .start()
        .unwrap();
    // What is put behind the key stood behind options there.
    let place = Place {
        key: "TRANSIENT inbound.length=0".to_owned(),
        ..Place::new(bridge.addr())
    };
    let answers = mutated_answers();
    assert_eq!(answers.len(), 240);
    let differences: Vec<_> = thread::scope(|scope| {
        let played: Vec<_> = answers
            .iter()
            .zip(0..)
            .map(|(expected, number)| {
                let mut vector = Vector::mutated(number);
                if IN_ONE_READ.contains(&number) {
                    vector.steps = vec![Step::Write(written(&vector))];
                }
                let place = &place;
                scope.spawn(move || {
                    let heard = place.play(&vector, &vector.name, Some(expected)).unwrap();
                    (!expected.is_met(&heard)).then(|| {
                        let (name, before, said) = (&vector.name, vector.before, vector.shown());
                        format!("{name} {before:?}\n{said}\nbridge: {heard}\nrouter: {expected}")
                    })
                })
            })
            .collect();
        played
            .into_iter()
            .filter_map(|played| played.join().unwrap())
            .collect()
    });
    let count = differences.len();
    let shown = differences.join("\n\n");
    assert!(count == 0, "{shown}\n\n{count} of 240 differ");
}
