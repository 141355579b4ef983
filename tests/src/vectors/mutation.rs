//! Vectors that nobody has thought of.

use std::fs;

use super::{Answer, Before, Step, Vector, directory};

/// What clients say to i2pd, in parts: the verb and its word, then keys.
///
/// Left out is what harms the router: `SIGNATURE_TYPE` 4, 5, 6, 8 and unknown numbers kill later
/// releases, lines of more than 8192 bytes keep it busy for ever, numbers that are none throw in
/// it. Left out too is what takes it long: new destinations, b32 addresses that nobody has.
const COMMANDS: [(Before, &[&str]); 26] = [
    (Before::Nothing, &["HELLO VERSION", "MIN=3.1", "MAX=3.3"]),
    (Before::Nothing, &["HELLO VERSION", "MIN=3.0", "MAX=3.1"]),
    (Before::Nothing, &["HELLO VERSION", "MIN=3.0"]),
    (Before::Nothing, &["HELLO VERSION", "MAX=3.1"]),
    (Before::Nothing, &["NAMING LOOKUP", "NAME=nope.i2p"]),
    (Before::Hello, &["HELLO VERSION", "MIN=3.0", "MAX=3.1"]),
    (Before::Hello, &["NAMING LOOKUP", "NAME=nope.i2p"]),
    (Before::Hello, &["NAMING LOOKUP", "NAME=ME"]),
    (Before::OwnSession, &["NAMING LOOKUP", "NAME=ME"]),
    (Before::Hello, &["DEST GENERATE", "SIGNATURE_TYPE=7"]),
    (Before::Hello, &["DEST GENERATE", "SIGNATURE_TYPE=1"]),
    (
        Before::Hello,
        &[
            "SESSION CREATE",
            "STYLE=STREAM",
            "ID=<ID>",
            "DESTINATION=<KEY>",
        ],
    ),
    (
        Before::Hello,
        &[
            "SESSION CREATE",
            "STYLE=RAW",
            "ID=<ID>",
            "DESTINATION=<KEY>",
        ],
    ),
    (
        Before::Hello,
        &[
            "SESSION CREATE",
            "STYLE=MASTER",
            "ID=<ID>",
            "DESTINATION=<KEY>",
        ],
    ),
    (
        Before::Session,
        &[
            "SESSION CREATE",
            "STYLE=STREAM",
            "ID=<ID>",
            "DESTINATION=<KEY>",
        ],
    ),
    (
        Before::OwnSession,
        &["SESSION ADD", "STYLE=STREAM", "ID=<ID>sub", "FROM_PORT=80"],
    ),
    (Before::Hello, &["SESSION REMOVE", "ID=<ID>"]),
    (
        Before::Session,
        &[
            "STREAM CONNECT",
            "ID=<ID>",
            "DESTINATION=nope.i2p",
            "SILENT=false",
        ],
    ),
    (
        Before::Hello,
        &[
            "STREAM CONNECT",
            "ID=<ID>",
            "DESTINATION=nope.i2p",
            "SILENT=true",
        ],
    ),
    (
        Before::Session,
        &["STREAM ACCEPT", "ID=<ID>", "SILENT=false"],
    ),
    (Before::OwnSession, &["STREAM ACCEPT", "ID=<ID>"]),
    (
        Before::Session,
        &["STREAM FORWARD", "ID=<ID>", "PORT=9", "HOST=127.0.0.1"],
    ),
    (
        Before::Hello,
        &["DATAGRAM SEND", "DESTINATION=nope.i2p", "SIZE=0"],
    ),
    (Before::Hello, &["PING", "hello", "world"]),
    (Before::Hello, &["QUIT"]),
    (Before::Hello, &["FOO BAR", "BAZ=1"]),
];

/// What keys are given instead.
const VALUES: [&[u8]; 24] = [
    b"",
    b"=",
    b"a=b",
    b"\"\"",
    b"\"two words\"",
    b"\"open",
    b"back\\slash",
    b"a'b",
    b"a/b",
    b"<a>",
    b"true",
    b"TRUE",
    b"false",
    b"ME",
    b"me",
    b"3",
    b"3.1",
    b"3.2",
    b"9.9",
    b"0",
    b"AAAA",
    b"\xff\xfe",
    b"name.i2p",
    b"a\tb",
];

/// Keys that nobody asked for.
const EXTRA: [&[u8]; 8] = [
    b"FOO=bar",
    b"FOO",
    b"=",
    b"inbound.length=0",
    b"i2cp.leaseSetEncType=4",
    b"x-y:z=1",
    b"USER=\"a b\"",
    b"NAME=late.i2p",
];

/// Numbers that look like chance, and are the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What a real i2pd 2.45.1 answered to the first mutated vectors, from number 0 on.
///
/// # Panics
/// If the file cannot be read, or is not understood.
pub fn mutated_answers() -> Vec<Answer> {
    let file = fs::read_to_string(directory().join("mutated.i2pd-2.45")).unwrap();
    let answers = file.lines().filter(|line| !line.starts_with('#'));
    let answers = answers.enumerate().map(|(number, line)| {
        let answer = line.strip_prefix(&format!("{number}: "));
        let answer = answer.and_then(Answer::read);
        answer.unwrap_or_else(|| panic!("not understood: {line}"))
    });
    answers.collect()
}

impl Vector {
    /// The mutated vector with this number, always the same.
    ///
    /// It has no cells: nobody knows what a router says to it.
    pub fn mutated(number: u64) -> Self {
        let mut chance = Chance(number);
        let (before, parts) = chance.pick(&COMMANDS);
        let mut parts: Vec<Vec<u8>> = parts.iter().map(|part| part.as_bytes().into()).collect();
        let mut ending = Ending::default();
        for _ in 0..=chance.below(3) {
            mutate(&mut parts, &mut ending, &mut chance);
        }
        let mut text = parts.join(ending.between);
        text.extend(ending.text);
        let mut steps = vec![text];
        if ending.is_cut {
            let at = chance.below(steps[0].len());
            let behind = steps[0].split_off(at);
            steps.push(behind);
            steps.retain(|step| !step.is_empty());
        }
        Self {
            name: format!("mutated{number}"),
            before,
            steps: steps.into_iter().map(Step::Write).collect(),
            cells: Vec::new(),
        }
    }
}

struct Ending {
    between: &'static [u8],
    text: &'static [u8],
    is_cut: bool,
}

impl Default for Ending {
    fn default() -> Self {
        Self {
            between: b" ",
            text: b"\n",
            is_cut: false,
        }
    }
}

fn mutate(parts: &mut Vec<Vec<u8>>, ending: &mut Ending, chance: &mut Chance) {
    let key = 1 + chance.below(parts.len());
    let existing = key.min(parts.len() - 1);
    match chance.below(24) {
        0 | 1 => parts[1..].reverse(),
        2 | 3 => parts.insert(key, chance.pick(&EXTRA).into()),
        4 => parts.insert(key, parts[existing].clone()),
        5..=8 => {
            let twin = with_value(&parts[existing], chance.pick(&VALUES));
            parts.insert(key, twin);
        }
        9..=12 => parts[existing] = with_value(&parts[existing], chance.pick(&VALUES)),
        13 if existing > 0 => drop(parts.remove(existing)),
        14 => parts[existing].make_ascii_lowercase(),
        21 => parts[0].make_ascii_lowercase(),
        15 | 16 => ending.between = b"  ",
        17 | 18 => {
            let text: [&[u8]; 6] = [
                b"\r\n",
                b" \n",
                b"",
                b"\nNAMING LOOKUP NAME=second.i2p\n",
                b"\n\n",
                b"\t\n",
            ];
            ending.text = chance.pick(&text);
        }
        19 => ending.is_cut = true,
        20 => {
            let at = chance.below(parts[existing].len());
            parts[existing].insert(at, 0);
        }
        22 => {
            let part = parts[0].clone();
            let words = part.split(|byte| *byte == b' ').collect::<Vec<_>>();
            parts[0] = words.join(&b"  "[..]);
        }
        _ => parts[0].insert(0, b' '),
    }
}

/// The same key with another value. Numbers stay as they are.
fn with_value(part: &[u8], value: &[u8]) -> Vec<u8> {
    let harmful: [&[u8]; 4] = [b"PORT", b"FROM_PORT", b"SIZE", b"SIGNATURE_TYPE"];
    let key: Vec<u8> = part
        .iter()
        .copied()
        .take_while(|byte| *byte != b'=')
        .collect();
    if harmful.contains(&key.to_ascii_uppercase().as_slice()) {
        part.into()
    } else {
        [&key, &b"="[..], value].concat()
    }
}
