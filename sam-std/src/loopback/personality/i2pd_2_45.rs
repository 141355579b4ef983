//! i2pd 2.45.1.

use super::i2pd::{
    ACCEPT, ADD, CONNECT, CREATE, DATAGRAM, DUPLICATED_ID, FORWARD, GENERATE, I2PD, IN_USE,
    INVALID_HOST, INVALID_ID, INVALID_KEY, LOOKUP, NO_PORT, NOT_IN_IDS, RAW, REMOVE, STYLES, TAKEN,
    UNKNOWN_ID, UNKNOWN_STYLE, UNKNOWN_SUBSESSION, UNSUPPORTED_STYLE, WRONG_TYPE,
};
use super::settle;
use super::table::Answer::{Hang, Nothing, Part};
use super::table::Kind::{Flag, Number, Text};
use super::table::{Answer, Command, Flaw, Grammar, Greeting, Table};

/// As Debian 12 has it.
pub(super) const I2PD_2_45: Table = Table {
    greeting: Greeting {
        settle: settle::i2pd_2_45,
        ..I2PD.greeting
    },
    grammar: Grammar::I2pd { first_wins: false },
    commands: &[
        Command {
            checks: &[
                (Flaw::Holds("ID", NOT_IN_IDS), INVALID_ID),
                (Flaw::IdInUse, DUPLICATED_ID),
                (Flaw::NoneOf("STYLE", STYLES), UNKNOWN_STYLE),
                (Flaw::NoAddress, INVALID_HOST),
                (Flaw::NoPortOfHost, Hang),
                (Flaw::NoKey, INVALID_KEY),
            ],
            ..CREATE
        },
        Command {
            checks: &[
                (Flaw::NoPrimary, WRONG_TYPE),
                (Flaw::IdInUse, TAKEN),
                (Flaw::NoneOf("STYLE", &["STREAM"]), UNSUPPORTED_STYLE),
                (Flaw::Missing("FROM_PORT"), Hang),
                (Flaw::NoNumber("FROM_PORT"), Hang),
            ],
            ..ADD
        },
        Command {
            checks: &[
                (Flaw::NoPrimary, WRONG_TYPE),
                (Flaw::IdUnknown, UNKNOWN_SUBSESSION),
            ],
            ..REMOVE
        },
        CONNECT,
        ACCEPT,
        Command {
            keys: &[("ID", Text), ("PORT", Number), ("SILENT", Flag)],
            checks: &[
                (Flaw::OwnSession, IN_USE),
                (Flaw::IdUnknown, UNKNOWN_ID),
                (Flaw::Missing("PORT"), NO_PORT),
                (Flaw::NoNumber("PORT"), Hang),
                (
                    Flaw::NoPort("PORT"),
                    Part("SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Invalid PORT\"\n"),
                ),
            ],
            ..FORWARD
        },
        LOOKUP,
        Command {
            checks: &[],
            ..GENERATE
        },
        Command {
            checks: SEND_2_45,
            ..DATAGRAM
        },
        Command {
            checks: SEND_2_45,
            ..RAW
        },
    ],
    backlog: 1024,
    refuses_expired_keys: false,
    ..I2PD
};

const SEND_2_45: &[(Flaw, Answer)] = &[
    (Flaw::Missing("SIZE"), Hang),
    (Flaw::NoNumber("SIZE"), Hang),
    (Flaw::Split, Hang),
    (Flaw::NoSession, Nothing),
];
