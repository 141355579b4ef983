//! Lines that are none, and the error each of them has to give.

use crate::common::{PRIVATE, PUBLIC};
use sam_core::error::{KeyError, Malformed};
use sam_core::{Command, Peer, Reply};

#[test]
fn commands() {
    let table = [
        ("", Malformed::Syntax),
        (" HELLO VERSION", Malformed::Syntax),
        ("HELLO", Malformed::Verb),
        ("HELLO FOO", Malformed::Verb),
        ("hello version MIN=3.0 MAX=3.3", Malformed::Verb),
        ("HELLO VERSION MIN=x", Malformed::Value("MIN")),
        ("HELLO VERSION MIN=", Malformed::Value("MIN")),
        ("HELLO VERSION MAX", Malformed::Value("MAX")),
        ("HELLO VERSION MAX=3.256", Malformed::Value("MAX")),
        ("HELLO VERSION MAX=3.1.0", Malformed::Value("MAX")),
        ("HELLO VERSION MIN=3.0 MIN=3.1", Malformed::Twice("MIN")),
        ("HELLO VERSION USER=a USER=b", Malformed::Twice("USER")),
        ("SESSION", Malformed::Verb),
        ("SESSION CREATE", Malformed::Missing("STYLE")),
        (
            "SESSION CREATE STYLE=stream ID=a1",
            Malformed::Value("STYLE"),
        ),
        (
            "SESSION CREATE STYLE=NONSENSE ID=a1",
            Malformed::Value("STYLE"),
        ),
        (
            "SESSION CREATE STYLE=STREAM STYLE=RAW",
            Malformed::Twice("STYLE"),
        ),
        (
            "SESSION CREATE STYLE=RAW SIGNATURE_TYPE=foo",
            Malformed::Value("SIGNATURE_TYPE"),
        ),
        ("SESSION ADD STYLE=STREAM ID=s1", Malformed::Verb),
        ("STREAM CONNECT ID=a ID=b", Malformed::Twice("ID")),
        (
            "STREAM CONNECT ID=a DESTINATION=b SILENT=1",
            Malformed::Value("SILENT"),
        ),
        (
            "STREAM CONNECT ID=a DESTINATION=b SILENT=",
            Malformed::Value("SILENT"),
        ),
        (
            "STREAM CONNECT ID=a FROM_PORT=-1",
            Malformed::Value("FROM_PORT"),
        ),
        (
            "STREAM CONNECT ID=a TO_PORT=65536",
            Malformed::Value("TO_PORT"),
        ),
        (
            "STREAM CONNECT ID=a TO_PORT=99999999999999999999",
            Malformed::Value("TO_PORT"),
        ),
        ("STREAM FORWARD ID=a", Malformed::Missing("PORT")),
        ("STREAM FORWARD ID=a PORT=x", Malformed::Value("PORT")),
        ("STREAM FORWARD ID=a PORT=65536", Malformed::Value("PORT")),
        ("STREAM FORWARD ID=a PORT=+1", Malformed::Value("PORT")),
        ("NAMING FOO", Malformed::Verb),
        (
            "NAMING LOOKUP NAME=x.i2p NAME=y.i2p",
            Malformed::Twice("NAME"),
        ),
        ("DEST FOO", Malformed::Verb),
        (
            "DEST GENERATE SIGNATURE_TYPE=foo",
            Malformed::Value("SIGNATURE_TYPE"),
        ),
        (
            "DEST GENERATE SIGNATURE_TYPE=65536",
            Malformed::Value("SIGNATURE_TYPE"),
        ),
        ("QUIT now", Malformed::Verb),
        ("PINGS", Malformed::Verb),
        ("FOO BAR", Malformed::Verb),
        ("=", Malformed::Verb),
        ("GET / HTTP/1.1", Malformed::Verb),
    ];
    for (line, expected) in table {
        assert_eq!(Command::parse(line.as_bytes()), Err(expected), "{line:?}");
    }
}

#[test]
fn replies() {
    let table = [
        ("", Malformed::Syntax),
        (" HELLO REPLY RESULT=OK", Malformed::Syntax),
        ("HELLO", Malformed::Missing("RESULT")),
        ("HELLO REPLY VERSION=3.3", Malformed::Missing("RESULT")),
        (
            "HELLO REPLY RESULT=OK VERSION=x",
            Malformed::Value("VERSION"),
        ),
        (
            "HELLO REPLY RESULT=OK VERSION=",
            Malformed::Value("VERSION"),
        ),
        (
            "HELLO REPLY RESULT=OK VERSION=3.3 VERSION=3.1",
            Malformed::Twice("VERSION"),
        ),
        ("SESSION STATUS", Malformed::Missing("RESULT")),
        (
            "SESSION STATUS RESULT=OK RESULT=I2P_ERROR",
            Malformed::Twice("RESULT"),
        ),
        ("STREAM STATUS MESSAGE=hi", Malformed::Missing("RESULT")),
        (
            "STREAM STATUS RESULT=OK MESSAGE=a MESSAGE=b",
            Malformed::Twice("MESSAGE"),
        ),
        ("NAMING REPLY NAME=x.i2p", Malformed::Missing("RESULT")),
        (
            "NAMING REPLY RESULT=OK NAME=x.i2p",
            Malformed::Missing("VALUE"),
        ),
        (
            "NAMING REPLY RESULT=OK VALUE=a VALUE=b",
            Malformed::Twice("VALUE"),
        ),
        ("DEST REPLY", Malformed::Missing("PUB")),
        ("DEST REPLY RESULT=OK", Malformed::Missing("PUB")),
        ("DEST REPLY PUB=a", Malformed::Missing("PRIV")),
        ("DEST REPLY PUB=a PRIV=b PRIV=c", Malformed::Twice("PRIV")),
        ("FOO STATUS", Malformed::Verb),
        ("PINGS", Malformed::Verb),
        ("PING\t1", Malformed::Verb),
        (
            "stream status RESULT=OK RESULT=OK",
            Malformed::Twice("RESULT"),
        ),
        ("HTTP/1.1 400 Bad Request", Malformed::Verb),
        ("SSH-2.0-OpenSSH_9.6", Malformed::Verb),
        (PUBLIC, Malformed::Verb),
    ];
    for (line, expected) in table {
        assert_eq!(Reply::parse(line.as_bytes()), Err(expected), "{line:?}");
    }
}

#[test]
fn peer_lines() {
    let long = format!("{PUBLIC}AAAA");
    let port = format!("{PUBLIC} FROM_PORT=65536");
    let no_port = format!("{PUBLIC} TO_PORT=");
    let twice = format!("{PUBLIC} TO_PORT=1 TO_PORT=1");
    let spaced = format!(" {PUBLIC}");
    let table = [
        ("", Malformed::Key(KeyError::Length)),
        (spaced.as_str(), Malformed::Key(KeyError::Length)),
        (PUBLIC.get(..521).unwrap(), Malformed::Key(KeyError::Length)),
        (PUBLIC.get(..520).unwrap(), Malformed::Key(KeyError::Length)),
        (long.as_str(), Malformed::Key(KeyError::Alphabet)),
        (PRIVATE, Malformed::Key(KeyError::Length)),
        (
            "STREAM STATUS RESULT=I2P_ERROR",
            Malformed::Key(KeyError::Alphabet),
        ),
        (port.as_str(), Malformed::Value("FROM_PORT")),
        (no_port.as_str(), Malformed::Value("TO_PORT")),
        (twice.as_str(), Malformed::Twice("TO_PORT")),
    ];
    for (line, expected) in table {
        assert_eq!(Peer::parse(line.as_bytes()), Err(expected), "{line:?}");
    }
}
