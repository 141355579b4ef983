//! Lines that are none, and the error each of them has to give.

use crate::common::{PRIVATE, PUBLIC};
use sam_core::error::{KeyError, Malformed};
use sam_core::field::Field;
use sam_core::{Command, Peer, Reply};

#[test]
fn commands() {
    let table = [
        ("", Malformed::Syntax),
        (" HELLO VERSION", Malformed::Syntax),
        ("HELLO", Malformed::Verb),
        ("HELLO FOO", Malformed::Verb),
        ("hello version MIN=3.0 MAX=3.3", Malformed::Verb),
        ("HELLO VERSION MIN=x", Malformed::Value(Field::Min)),
        ("HELLO VERSION MIN=", Malformed::Value(Field::Min)),
        ("HELLO VERSION MAX", Malformed::Value(Field::Max)),
        ("HELLO VERSION MAX=3.256", Malformed::Value(Field::Max)),
        ("HELLO VERSION MAX=3.1.0", Malformed::Value(Field::Max)),
        (
            "HELLO VERSION MIN=3.0 MIN=3.1",
            Malformed::Twice(Field::Min),
        ),
        ("HELLO VERSION USER=a USER=b", Malformed::Twice(Field::User)),
        ("SESSION", Malformed::Verb),
        ("SESSION CREATE", Malformed::Missing(Field::Style)),
        (
            "SESSION CREATE STYLE=stream ID=a1",
            Malformed::Value(Field::Style),
        ),
        (
            "SESSION CREATE STYLE=NONSENSE ID=a1",
            Malformed::Value(Field::Style),
        ),
        (
            "SESSION CREATE STYLE=STREAM STYLE=RAW",
            Malformed::Twice(Field::Style),
        ),
        (
            "SESSION CREATE STYLE=RAW SIGNATURE_TYPE=foo",
            Malformed::Value(Field::SignatureType),
        ),
        ("STREAM CONNECT ID=a ID=b", Malformed::Twice(Field::Id)),
        (
            "STREAM CONNECT ID=a DESTINATION=b SILENT=1",
            Malformed::Value(Field::Silent),
        ),
        (
            "STREAM CONNECT ID=a DESTINATION=b SILENT=",
            Malformed::Value(Field::Silent),
        ),
        (
            "STREAM CONNECT ID=a FROM_PORT=-1",
            Malformed::Value(Field::FromPort),
        ),
        (
            "STREAM CONNECT ID=a TO_PORT=65536",
            Malformed::Value(Field::ToPort),
        ),
        (
            "STREAM CONNECT ID=a TO_PORT=99999999999999999999",
            Malformed::Value(Field::ToPort),
        ),
        ("STREAM FORWARD ID=a", Malformed::Missing(Field::Port)),
        ("STREAM FORWARD ID=a PORT=x", Malformed::Value(Field::Port)),
        (
            "STREAM FORWARD ID=a PORT=65536",
            Malformed::Value(Field::Port),
        ),
        ("STREAM FORWARD ID=a PORT=+1", Malformed::Value(Field::Port)),
        ("NAMING FOO", Malformed::Verb),
        (
            "NAMING LOOKUP NAME=x.i2p NAME=y.i2p",
            Malformed::Twice(Field::Name),
        ),
        ("DEST FOO", Malformed::Verb),
        (
            "DEST GENERATE SIGNATURE_TYPE=foo",
            Malformed::Value(Field::SignatureType),
        ),
        (
            "DEST GENERATE SIGNATURE_TYPE=65536",
            Malformed::Value(Field::SignatureType),
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
        ("HELLO", Malformed::Missing(Field::Result)),
        ("HELLO REPLY VERSION=3.3", Malformed::Missing(Field::Result)),
        (
            "HELLO REPLY RESULT=OK VERSION=x",
            Malformed::Value(Field::Version),
        ),
        (
            "HELLO REPLY RESULT=OK VERSION=",
            Malformed::Value(Field::Version),
        ),
        (
            "HELLO REPLY RESULT=OK VERSION=3.3 VERSION=3.1",
            Malformed::Twice(Field::Version),
        ),
        ("SESSION STATUS", Malformed::Missing(Field::Result)),
        (
            "SESSION STATUS RESULT=OK RESULT=I2P_ERROR",
            Malformed::Twice(Field::Result),
        ),
        (
            "STREAM STATUS MESSAGE=hi",
            Malformed::Missing(Field::Result),
        ),
        (
            "STREAM STATUS RESULT=OK MESSAGE=a MESSAGE=b",
            Malformed::Twice(Field::Message),
        ),
        ("NAMING REPLY NAME=x.i2p", Malformed::Missing(Field::Result)),
        (
            "NAMING REPLY RESULT=OK NAME=x.i2p",
            Malformed::Missing(Field::Value),
        ),
        (
            "NAMING REPLY RESULT=OK VALUE=a VALUE=b",
            Malformed::Twice(Field::Value),
        ),
        ("DEST REPLY", Malformed::Missing(Field::Pub)),
        ("DEST REPLY RESULT=OK", Malformed::Missing(Field::Pub)),
        ("DEST REPLY PUB=a", Malformed::Missing(Field::Priv)),
        (
            "DEST REPLY PUB=a PRIV=b PRIV=c",
            Malformed::Twice(Field::Priv),
        ),
        ("FOO STATUS", Malformed::Verb),
        ("PINGS", Malformed::Verb),
        ("PING\t1", Malformed::Verb),
        (
            "stream status RESULT=OK RESULT=OK",
            Malformed::Twice(Field::Result),
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
        (port.as_str(), Malformed::Value(Field::FromPort)),
        (no_port.as_str(), Malformed::Value(Field::ToPort)),
        (twice.as_str(), Malformed::Twice(Field::ToPort)),
    ];
    for (line, expected) in table {
        assert_eq!(Peer::parse(line.as_bytes()), Err(expected), "{line:?}");
    }
}
