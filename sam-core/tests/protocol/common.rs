//! What the tables of lines have in common.

use sam_core::{Connection, Error, Greeting, Step, Timeouts, Utility, Writer};

#[path = "../../src/key/samples.rs"]
#[allow(dead_code, reason = "only one of the samples is needed here")]
mod samples;

/// A destination that i2pd 2.59.0 made.
pub(crate) const PUBLIC: &str = samples::I2PD.public;

/// The private key that belongs to [`PUBLIC`].
pub(crate) const PRIVATE: &str = samples::I2PD.private;

/// What `write` makes of a buffer of `room` bytes.
pub(crate) fn written(
    room: usize,
    write: impl FnOnce(&mut Writer<'_>) -> Result<(), Error>,
) -> Result<String, Error> {
    let mut buffer = vec![0; room];
    let mut writer = Writer::new(&mut buffer);
    write(&mut writer)?;
    Ok(String::from_utf8_lossy(writer.written()).into_owned())
}

/// Checks that `write` fills exactly one line, and that one byte less is too little.
pub(crate) fn assert_written(expected: &str, write: impl Fn(&mut Writer<'_>) -> Result<(), Error>) {
    let line = format!("{expected}\n");
    assert_eq!(written(line.len(), &write).as_ref(), Ok(&line));
    let full = Err(Error::Full(sam_core::error::Full::Transmit));
    assert_eq!(written(line.len() - 1, &write), full, "{expected}");
}

/// The router says a line.
pub(crate) fn hear(connection: &mut Connection<Utility<'_>, Vec<u8>>, line: &str) {
    connection.spare().unwrap()[..line.len()].copy_from_slice(line.as_bytes());
    connection.received(line.len()).unwrap();
}

/// A client and a router that have settled on a version.
pub(crate) fn greeted(version: &str) -> Connection<Utility<'static>, Vec<u8>> {
    let utility = Utility::new(Greeting::default(), Timeouts::DEFAULT);
    let mut connection = Connection::new(utility, vec![0; 1024], vec![0; 1024]).unwrap();
    let hello = connection.pending().len();
    connection.transmitted(hello).unwrap();
    hear(
        &mut connection,
        &format!("HELLO REPLY RESULT=OK VERSION={version}\n"),
    );
    assert!(matches!(connection.step().unwrap(), Step::Event(_)));
    connection
}
