//! Java I2P 2.8.0.

use sam_core::types::SignatureType;

use super::settle;
use super::table::Answer::{AsItIs, Close, Nothing, Part, Say};
use super::table::Kind::{Flag, Text};
use super::table::{Answer, Command, Flaw, Grammar, Greeting, Rest, Table};

pub(super) const JAVA: Table = Table {
    greeting: Greeting {
        is_one_read: false,
        settle: settle::java,
        other: [NO_HELLO, NO_HELLO],
    },
    patience: None,
    grammar: Grammar::Java,
    rest: Rest::Kept,
    longest: (
        8192,
        Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Line too long - max 8192\"\n"),
    ),
    any_case: true,
    nonsense: [
        Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unterminated quote\"\n"),
        Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Duplicate parameter {TWICE}\"\n"),
    ],
    empty: Nothing,
    unknown: [
        Say(
            "{VERB} STATUS RESULT=I2P_ERROR MESSAGE=\"unsupported command, enter HELP for help\"\n",
        ),
        Say("{VERB} STATUS RESULT=I2P_ERROR MESSAGE=\"missing subcommand, enter HELP for help\"\n"),
    ],
    commands: COMMANDS,
    wordings: WORDINGS,
    signature_type: SignatureType::DSA_SHA1,
    takes_empty_ids: false,
    shares_me: false,
    tells_stream_ports: true,
    tells_datagram_ports: true,
    backlog: 50,
    refuses_expired_keys: false,
    keeps_accepts: false,
    shares_destinations: false,
    unregisters_victims: true,
};

const NO_HELLO: Answer =
    Part("HELLO REPLY RESULT=I2P_ERROR MESSAGE=\"Must start with HELLO VERSION\"\n");
const NO_ID: Answer = Say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"ID not specified\"\n");
const NO_PRIMARY: Answer =
    Say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Not a PRIMARY session\"\n");

const COMMANDS: &[Command] = &[
    Command {
        words: "SESSION CREATE",
        keys: &[
            ("STYLE", Text),
            ("ID", Text),
            ("DESTINATION", Text),
            ("SIGNATURE_TYPE", Text),
            ("HOST", Text),
            ("PORT", Text),
            ("FROM_PORT", Text),
            ("TO_PORT", Text),
            ("PROTOCOL", Text),
            ("HEADER", Flag),
            ("i2cp.leaseSetType", Text),
        ],
        checks: &[
            (Flaw::Missing("ID"), NO_ID),
            (
                Flaw::OwnSession,
                Say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Session already exists\"\n"),
            ),
            (
                Flaw::Missing("DESTINATION"),
                Say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"DESTINATION not specified\"\n"),
            ),
            (Flaw::NoKey, Say("SESSION STATUS RESULT=INVALID_KEY\n")),
            (
                Flaw::Missing("STYLE"),
                Say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"No SESSION STYLE specified\"\n"),
            ),
            (
                Flaw::NoneOf("STYLE", &["STREAM", "DATAGRAM", "RAW", "PRIMARY", "MASTER"]),
                Say("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unrecognized SESSION STYLE\"\n"),
            ),
        ],
    },
    Command {
        words: "SESSION ADD",
        keys: &[
            ("STYLE", Text),
            ("ID", Text),
            ("HOST", Text),
            ("PORT", Text),
            ("FROM_PORT", Text),
            ("TO_PORT", Text),
            ("LISTEN_PORT", Text),
            ("PROTOCOL", Text),
            ("LISTEN_PROTOCOL", Text),
            ("HEADER", Flag),
        ],
        checks: &[
            (Flaw::Missing("ID"), NO_ID),
            (Flaw::NoPrimary, NO_PRIMARY),
            (
                Flaw::IdInUse,
                Say("SESSION STATUS RESULT=I2P_ERROR ID=\"{ID}\" MESSAGE=\"Duplicate ID {ID}\"\n"),
            ),
        ],
    },
    Command {
        words: "SESSION REMOVE",
        keys: &[("ID", Text)],
        checks: &[
            (Flaw::Missing("ID"), NO_ID),
            (Flaw::NoPrimary, NO_PRIMARY),
            (
                Flaw::IdUnknown,
                Say("SESSION STATUS RESULT=I2P_ERROR ID=\"{ID}\" MESSAGE=\"ID {ID} not found\"\n"),
            ),
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
        checks: STREAM,
    },
    Command {
        words: "STREAM ACCEPT",
        keys: &[("ID", Text), ("SILENT", Flag)],
        checks: STREAM,
    },
    Command {
        words: "STREAM FORWARD",
        keys: &[
            ("ID", Text),
            ("PORT", Text),
            ("HOST", Text),
            ("SILENT", Flag),
            ("SSL", Flag),
        ],
        checks: &[
            (Flaw::OwnSession, CONTROL_SOCKET),
            (Flaw::Missing("ID"), NO_STREAM_ID),
            (Flaw::IdUnknown, UNKNOWN_ID),
            (
                Flaw::Missing("PORT"),
                Part(
                    "STREAM STATUS RESULT=I2P_ERROR \
                     MESSAGE=\"Forwarding failed : receiver port not specified\"\n",
                ),
            ),
            (
                Flaw::NoNumber("PORT"),
                Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"For input string: {PORT}\"\n"),
            ),
        ],
    },
    Command {
        words: "NAMING LOOKUP",
        keys: &[("NAME", Text)],
        checks: &[
            (
                Flaw::Missing("NAME"),
                Say("NAMING REPLY RESULT=KEY_NOT_FOUND NAME=\"\" MESSAGE=\"Must specify NAME\"\n"),
            ),
            (Flaw::NobodysMe, Close),
        ],
    },
    keyless("NAMING", &[(Flaw::Any, Close)]),
    Command {
        words: "DEST GENERATE",
        keys: &[("SIGNATURE_TYPE", Text)],
        checks: &[],
    },
    keyless(
        "DEST",
        &[(
            Flaw::Any,
            // Without a newline, indeed.
            Part("DEST REPLY RESULT=I2P_ERROR MESSAGE=\"DEST GENERATE required\""),
        )],
    ),
    Command {
        words: "DATAGRAM SEND",
        keys: SEND,
        checks: &[
            (Flaw::NoSession, Close),
            (Flaw::Missing("DESTINATION"), Close),
        ],
    },
    Command {
        words: "RAW SEND",
        keys: SEND,
        checks: &[
            (Flaw::NoSession, Close),
            (Flaw::Missing("DESTINATION"), Close),
        ],
    },
    known("AUTH ENABLE"),
    known("AUTH DISABLE"),
    Command {
        keys: &[("USER", Text), ("PASSWORD", Text)],
        ..known("AUTH ADD")
    },
    Command {
        keys: &[("USER", Text)],
        ..known("AUTH REMOVE")
    },
    keyless(
        "PING",
        &[
            (Flaw::NoText, Say("PONG\n")),
            (Flaw::Any, Say("PONG {TEXT}\n")),
        ],
    ),
    keyless("PONG", &[(Flaw::Any, Nothing)]),
    known("QUIT"),
    known("STOP"),
    known("EXIT"),
    known("HELP"),
];

/// A command the router takes as the specification does.
const fn known(words: &'static str) -> Command {
    keyless(words, &[])
}

const fn keyless(words: &'static str, checks: &'static [(Flaw, Answer)]) -> Command {
    Command {
        words,
        keys: &[],
        checks,
    }
}

const SEND: &[(&str, super::table::Kind)] = &[
    ("DESTINATION", Text),
    ("SIZE", Text),
    ("FROM_PORT", Text),
    ("TO_PORT", Text),
    ("PROTOCOL", Text),
];

const STREAM: &[(Flaw, Answer)] = &[
    (Flaw::OwnSession, CONTROL_SOCKET),
    (Flaw::Missing("ID"), NO_STREAM_ID),
    (Flaw::IdUnknown, UNKNOWN_ID),
];

const CONTROL_SOCKET: Answer = Part(
    "STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"v3 control socket cannot be used for STREAM\"\n",
);
const NO_STREAM_ID: Answer = Part("STREAM STATUS RESULT=I2P_ERROR MESSAGE=\"ID not specified\"\n");
const UNKNOWN_ID: Answer =
    Part("STREAM STATUS RESULT=INVALID_ID MESSAGE=\"STREAM SESSION ID {ID} does not exist\"\n");

const WORDINGS: &[(&str, &str, Answer)] = &[
    (
        "HELLO REPLY RESULT=OK",
        "",
        Say("HELLO REPLY RESULT=OK VERSION={VERSION}\n"),
    ),
    ("NAMING REPLY RESULT=OK", "", AsItIs),
    (
        "NAMING REPLY",
        "",
        Say("NAMING REPLY RESULT=KEY_NOT_FOUND NAME={NAME}\n"),
    ),
    (
        "DEST REPLY RESULT=I2P_ERROR",
        "",
        Part(
            "DEST REPLY RESULT=I2P_ERROR MESSAGE=\"SIGNATURE_TYPE {SIGNATURE_TYPE} unsupported\"\n",
        ),
    ),
    (
        "SESSION STATUS RESULT=OK ID=",
        "",
        Say("SESSION STATUS RESULT=OK ID=\"{ID}\" MESSAGE=\"{NOUN} {ID}\"\n"),
    ),
    (
        "STREAM STATUS RESULT=INVALID_KEY",
        "",
        Part("STREAM STATUS RESULT=INVALID_KEY MESSAGE=\"Host name not found: {DESTINATION}\"\n"),
    ),
    ("STREAM STATUS RESULT=INVALID_ID", "", UNKNOWN_ID),
    ("DATAGRAM STATUS", "", Close),
    ("RAW STATUS", "", Close),
];
