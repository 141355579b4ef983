//! emissary, of February 2026.

use sam_core::types::SignatureType;

use super::settle;
use super::table::Answer::{AsItIs, Close, Nothing, Part, Say};
use super::table::Kind::{Flag, Text};
use super::table::{Answer, Command, Flaw, Grammar, Greeting, Rest, Table};

/// It says nothing to what it does not understand.
pub(super) const EMISSARY: Table = Table {
    greeting: Greeting {
        is_one_read: false,
        settle: settle::emissary,
        other: [Close, Nothing],
    },
    patience: Some(10),
    grammar: Grammar::Emissary,
    rest: Rest::Dropped,
    longest: (4096, Close),
    any_case: false,
    nonsense: [Nothing, Nothing],
    empty: Nothing,
    unknown: [Nothing, Nothing],
    commands: COMMANDS,
    wordings: WORDINGS,
    signature_type: SignatureType::ED25519,
    takes_empty_ids: false,
    shares_me: false,
    tells_stream_ports: false,
    tells_datagram_ports: true,
    backlog: 50,
    refuses_expired_keys: false,
    keeps_accepts: true,
    shares_destinations: false,
    unregisters_victims: false,
};

const COMMANDS: &[Command] = &[
    Command {
        words: "SESSION CREATE",
        keys: &[
            ("STYLE", Text),
            ("ID", Text),
            ("DESTINATION", Text),
            ("PORT", Text),
        ],
        checks: &[
            (Flaw::OwnSession, Nothing),
            (Flaw::Missing("ID"), Nothing),
            (
                Flaw::NoneOf("STYLE", &["STREAM", "DATAGRAM", "RAW", "PRIMARY", "MASTER"]),
                Nothing,
            ),
            (Flaw::NoReceiver, Nothing),
            (Flaw::NoPort("PORT"), Nothing),
            (Flaw::NoKey, Nothing),
        ],
    },
    Command {
        words: "SESSION ADD",
        keys: &[
            ("STYLE", Text),
            ("ID", Text),
            ("PORT", Text),
            ("FROM_PORT", Text),
        ],
        checks: &[
            (Flaw::NoSession, Close),
            (Flaw::Missing("ID"), Nothing),
            (
                Flaw::NoPrimary,
                Say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"not a primary session\"\n"),
            ),
            (Flaw::IdInUse, Say("SESSION STATUS RESULT=DUPLICATE_ID\n")),
        ],
    },
    Command {
        words: "STREAM CONNECT",
        keys: &[
            ("ID", Text),
            ("DESTINATION", Text),
            ("SILENT", Flag),
            ("FROM_PORT", Text),
            ("TO_PORT", Text),
        ],
        checks: &[
            (Flaw::OwnSession, Nothing),
            (Flaw::Missing("ID"), Nothing),
            (Flaw::Missing("DESTINATION"), Nothing),
            (Flaw::IdUnknown, Close),
        ],
    },
    Command {
        words: "STREAM ACCEPT",
        keys: &[("ID", Text), ("SILENT", Flag)],
        checks: &[
            (Flaw::OwnSession, Nothing),
            (Flaw::Missing("ID"), Nothing),
            (Flaw::IdUnknown, Close),
        ],
    },
    Command {
        words: "STREAM FORWARD",
        keys: &[("ID", Text), ("PORT", Text), ("SILENT", Flag)],
        checks: &[
            (Flaw::OwnSession, Nothing),
            (Flaw::Missing("ID"), Nothing),
            (Flaw::Missing("PORT"), Nothing),
            (Flaw::NoPort("PORT"), Nothing),
            (Flaw::IdUnknown, Close),
        ],
    },
    Command {
        words: "NAMING LOOKUP",
        keys: &[("NAME", Text)],
        checks: &[
            (Flaw::Missing("NAME"), Nothing),
            (
                Flaw::NoSession,
                Say("NAMING REPLY RESULT=KEY_NOT_FOUND NAME={NAME}\n"),
            ),
        ],
    },
    Command {
        words: "DEST GENERATE",
        keys: &[("SIGNATURE_TYPE", Text)],
        checks: &[(Flaw::NoneOf("SIGNATURE_TYPE", &["7"]), Nothing)],
    },
    Command {
        words: "QUIT",
        keys: &[],
        checks: &[(Flaw::Any, Close)],
    },
];

/// Some of what ends a connection lacks its newline.
const WORDINGS: &[(&str, &str, Answer)] = &[
    (
        "HELLO REPLY RESULT=OK",
        "",
        Say("HELLO REPLY RESULT=OK VERSION={VERSION}\n"),
    ),
    ("NAMING REPLY RESULT=OK", "", AsItIs),
    (
        "NAMING REPLY RESULT=INVALID_KEY",
        "",
        Say("NAMING REPLY RESULT=INVALID_KEY NAME={NAME}\n"),
    ),
    (
        "NAMING REPLY",
        "",
        Say("NAMING REPLY RESULT=KEY_NOT_FOUND NAME={NAME}\n"),
    ),
    (
        "SESSION STATUS RESULT=DUPLICATED_ID",
        "",
        Part("SESSION STATUS RESULT=DUPLICATE_ID"),
    ),
    (
        "SESSION STATUS RESULT=DUPLICATED_DEST",
        "",
        Part("SESSION STATUS RESULT=DUPLICATE_DEST"),
    ),
    (
        "SESSION STATUS RESULT=OK ID=",
        "",
        Say("SESSION STATUS RESULT=OK ID=\"{ID}\" MESSAGE=\"ADD {ID}\"\n"),
    ),
    ("STREAM STATUS RESULT=INVALID_ID", "", Close),
    (
        "STREAM STATUS RESULT=INVALID_KEY",
        "neither a name nor a destination",
        Nothing,
    ),
    (
        "STREAM STATUS RESULT=INVALID_KEY",
        "",
        Say("STREAM STATUS RESULT=I2P_ERROR\n"),
    ),
    (
        "STREAM STATUS RESULT=CANT_REACH_PEER",
        "",
        Part("STREAM STATUS RESULT=CANT_REACH_PEER"),
    ),
    ("DATAGRAM STATUS", "", Nothing),
];
