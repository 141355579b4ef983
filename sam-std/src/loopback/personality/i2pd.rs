//! i2pd after 2.58.0.

use sam_core::types::SignatureType;

use super::settle;
use super::table::Answer::{AsItIs, Close, Hang, Nothing, Part, Say};
use super::table::Kind::{Address, Among, Flag, Number, Paired, Text};
use super::table::{Answer, Command, Flaw, Grammar, Greeting, Rest, Table};

/// Of December 2025.
pub(super) const I2PD: Table = Table {
    greeting: Greeting {
        is_one_read: true,
        settle: settle::i2pd,
        other: [Close, Close],
    },
    patience: None,
    grammar: Grammar::I2pd { first_wins: true },
    rest: Rest::Dropped,
    longest: (8192, Hang),
    any_case: false,
    nonsense: [Close, Close],
    empty: Close,
    unknown: [Close, Close],
    commands: &[
        CREATE,
        ADD,
        REMOVE,
        CONNECT,
        ACCEPT,
        FORWARD,
        LOOKUP,
        GENERATE,
        DATAGRAM,
        RAW,
        Command {
            words: "PING",
            keys: &[],
            checks: &[(Flaw::NoText, Close), (Flaw::Any, Part("PONG {TEXT}\n"))],
        },
    ],
    wordings: WORDINGS,
    signature_type: SignatureType::DSA_SHA1,
    takes_empty_ids: true,
    shares_me: true,
    tells_stream_ports: false,
    tells_datagram_ports: false,
    backlog: 50,
    refuses_expired_keys: true,
    keeps_accepts: false,
    shares_destinations: true,
    unregisters_victims: false,
};

pub(super) const NOT_IN_IDS: &str = "<>\"'/";
pub(super) const STYLES: &[&str] = &["STREAM", "DATAGRAM", "RAW", "MASTER"];
/// It has DATAGRAM3 as well, which never arrived.
const NEW_STYLES: &[&str] = &["STREAM", "DATAGRAM", "DATAGRAM2", "RAW", "MASTER"];

pub(super) const INVALID_ID: Answer = Part("SESSION STATUS RESULT=INVALID_ID\n");
const WELCOME: Answer = Say("HELLO REPLY RESULT=OK VERSION={VERSION}\n");
pub(super) const DUPLICATED_ID: Answer = Part("SESSION STATUS RESULT=DUPLICATED_ID\n");
pub(super) const UNKNOWN_ID: Answer = Part("STREAM STATUS RESULT=INVALID_ID\n");
pub(super) const INVALID_KEY: Answer = Part("SESSION STATUS RESULT=INVALID_KEY\n");
pub(super) const UNKNOWN_STYLE: Answer =
    Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unknown STYLE\"\n");
pub(super) const INVALID_HOST: Answer =
    Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Invalid IP Address in HOST\"\n");
pub(super) const WRONG_TYPE: Answer =
    Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Wrong session type\"\n");
pub(super) const TAKEN: Answer = Say("SESSION STATUS RESULT=DUPLICATED_ID\n");
pub(super) const UNSUPPORTED_STYLE: Answer =
    Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unsupported STYLE\"\n");
pub(super) const UNKNOWN_SUBSESSION: Answer = Say("SESSION STATUS RESULT=INVALID_KEY\n");
pub(super) const IN_USE: Answer =
    Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Socket already in use\"\n");
pub(super) const NO_PORT: Answer =
    Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"PORT is missing\"\n");

pub(super) const CREATE: Command = Command {
    words: "SESSION CREATE",
    keys: &[
        ("STYLE", Text),
        ("ID", Text),
        ("DESTINATION", Text),
        ("SIGNATURE_TYPE", Among(SIGNATURE_TYPES)),
        ("HOST", Paired),
        ("PORT", Paired),
        ("i2cp.leaseSetType", Text),
    ],
    checks: &[
        (Flaw::Holds("ID", NOT_IN_IDS), INVALID_ID),
        (Flaw::IdInUse, DUPLICATED_ID),
        (Flaw::NoneOf("STYLE", NEW_STYLES), UNKNOWN_STYLE),
        (Flaw::NoAddress, INVALID_HOST),
        (
            Flaw::NoPortOfHost,
            Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Invalid port\"\n"),
        ),
        (Flaw::OneOf("SIGNATURE_TYPE", DEADLY_TYPES), Close),
        (Flaw::NoKey, INVALID_KEY),
    ],
};

/// All others are DSA_SHA1; names are known in this case only.
const SIGNATURE_TYPES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "11",
    "DSA_SHA1",
    "ECDSA_SHA256_P256",
    "ECDSA_SHA384_P384",
    "ECDSA_SHA512_P521",
    "EdDSA_SHA512_Ed25519",
    "RedDSA_SHA512_Ed25519",
];

/// The router dies of these.
const DEADLY_TYPES: &[&str] = &["4", "5", "6", "8"];

pub(super) const ADD: Command = Command {
    words: "SESSION ADD",
    keys: &[("STYLE", Text), ("ID", Text), ("FROM_PORT", Number)],
    checks: &[
        (
            Flaw::Below33,
            Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"SESSION ADD is not supported\"\n"),
        ),
        (Flaw::NoPrimary, WRONG_TYPE),
        (Flaw::IdInUse, TAKEN),
        (Flaw::NoneOf("STYLE", &["STREAM"]), UNSUPPORTED_STYLE),
    ],
};

pub(super) const REMOVE: Command = Command {
    words: "SESSION REMOVE",
    keys: &[("ID", Text)],
    checks: &[
        (
            Flaw::Below33,
            Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"SESSION REMOVE is not supported\"\n"),
        ),
        (Flaw::NoPrimary, WRONG_TYPE),
        (Flaw::IdUnknown, UNKNOWN_SUBSESSION),
    ],
};

pub(super) const CONNECT: Command = Command {
    words: "STREAM CONNECT",
    keys: &[("ID", Text), ("DESTINATION", Text), ("SILENT", Flag)],
    checks: &[
        (Flaw::OwnSession, IN_USE),
        (Flaw::SilentIdUnknown, Close),
        (Flaw::IdUnknown, UNKNOWN_ID),
    ],
};

pub(super) const ACCEPT: Command = Command {
    words: "STREAM ACCEPT",
    keys: &[("ID", Text), ("SILENT", Flag)],
    checks: CONNECT.checks,
};

pub(super) const FORWARD: Command = Command {
    words: "STREAM FORWARD",
    keys: &[
        ("ID", Text),
        ("HOST", Address),
        ("PORT", Number),
        ("SILENT", Flag),
    ],
    checks: &[
        (Flaw::OwnSession, IN_USE),
        (
            Flaw::Missing("ID"),
            Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Missing ID\"\n"),
        ),
        (Flaw::IdUnknown, UNKNOWN_ID),
        (Flaw::Missing("PORT"), NO_PORT),
        (
            Flaw::NoNumber("PORT"),
            Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Port must be numeric\"\n"),
        ),
        (
            Flaw::NoPort("PORT"),
            Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Invalid port\"\n"),
        ),
    ],
};

pub(super) const LOOKUP: Command = Command {
    words: "NAMING LOOKUP",
    keys: &[("NAME", Text)],
    checks: &[],
};

pub(super) const GENERATE: Command = Command {
    words: "DEST GENERATE",
    keys: &[("SIGNATURE_TYPE", Among(SIGNATURE_TYPES))],
    checks: &[(Flaw::OneOf("SIGNATURE_TYPE", DEADLY_TYPES), Close)],
};

pub(super) const DATAGRAM: Command = Command {
    words: "DATAGRAM SEND",
    keys: &[("DESTINATION", Text), ("SIZE", Number)],
    checks: &[
        (Flaw::NoNumber("SIZE"), Hang),
        (Flaw::Split, Hang),
        (Flaw::NoSession, Nothing),
    ],
};

pub(super) const RAW: Command = Command {
    words: "RAW SEND",
    ..DATAGRAM
};

const WORDINGS: &[(&str, &str, Answer)] = &[
    ("HELLO REPLY RESULT=OK", "", WELCOME),
    ("NAMING REPLY RESULT=OK", "", AsItIs),
    (
        "NAMING REPLY",
        "",
        Say("NAMING REPLY RESULT=INVALID_KEY NAME={NAME}\n"),
    ),
    (
        "SESSION STATUS RESULT=OK ID=",
        "",
        Say("SESSION STATUS RESULT=OK DESTINATION={PRIV}\n"),
    ),
    ("SESSION STATUS RESULT=OK", "", AsItIs),
    ("SESSION STATUS RESULT=INVALID_KEY", "", INVALID_KEY),
    ("SESSION STATUS RESULT=DUPLICATED_ID", "", DUPLICATED_ID),
    ("", "this connection forwards", IN_USE),
    ("STREAM STATUS RESULT=OK", "", AsItIs),
    ("STREAM STATUS RESULT=INVALID_ID", "", UNKNOWN_ID),
    (
        "STREAM STATUS RESULT=INVALID_KEY",
        "",
        Part("STREAM STATUS RESULT=INVALID_KEY\n"),
    ),
    ("DATAGRAM STATUS", "", Nothing),
    ("RAW STATUS", "", Nothing),
];
