//! What holds for all lines, whoever says them.

use sam_core::error::{Full, Usage};
use sam_core::{Error, Value, Writer};

type Encode<'e> = &'e dyn Fn(&mut Writer<'_>) -> Result<(), Error>;

/// The line without the `\n` that a file of one line ends with.
pub(crate) fn of_file(data: &[u8]) -> &[u8] {
    data.strip_suffix(b"\n").unwrap_or(data)
}

/// Writes a line and returns it without its `\n`; `None` if it is refused.
///
/// `parsed_len` is the length of the line that was parsed: what is written is not much longer.
pub(crate) fn encoded(parsed_len: usize, encode: Encode<'_>) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 2 * parsed_len + 64];
    let mut writer = Writer::new(&mut buffer);
    if let Err(error) = encode(&mut writer) {
        assert!(matches!(error, Error::Usage(_)), "{error}");
        assert!(writer.is_empty(), "a refused line left bytes behind");
        return None;
    }
    let line = writer.written().to_vec();
    let newline = line.iter().position(|byte| *byte == b'\n');
    assert_eq!(newline, Some(line.len() - 1), "not exactly one line");

    let (exact, short) = (&mut vec![0; line.len()], &mut vec![0; line.len() - 1]);
    assert_eq!(encode(&mut Writer::new(exact)), Ok(()));
    let mut writer = Writer::new(short);
    assert_eq!(encode(&mut writer), Err(Full::Transmit.into()));
    assert!(writer.is_empty(), "a line that does not fit left bytes");
    Some(line[..line.len() - 1].to_vec())
}

/// Looks at a value in every way there is.
pub(crate) fn check_value(value: Value<'_>) {
    let meant: Vec<u8> = value.bytes().collect();
    assert_eq!(value, Value::new(&meant));
    assert_eq!(value.is_empty(), meant.is_empty());
    assert!(value.as_bytes().is_none_or(|bytes| bytes == meant));
    assert!(value.as_str().is_none_or(|text| text.as_bytes() == meant));

    let shown = format!("{value} {value:?}");
    let is_harmless = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    assert!(shown.bytes().all(is_harmless), "a log can be forged");
    assert!(shown.len() < 2000, "a log can be flooded");

    let mut buffer = vec![0; 2 * meant.len() + 8];
    match Writer::new(&mut buffer).pair("K", value) {
        Ok(()) => {}
        Err(Error::Usage(Usage::Forbidden(byte))) => assert!(meant.contains(&byte)),
        Err(error) => panic!("{error}"),
    }
}

/// Checks that `Debug` shows the same whatever the secret is.
pub(crate) fn check_debug(shown: &dyn core::fmt::Debug, without_secret: &dyn core::fmt::Debug) {
    assert_eq!(format!("{shown:?}"), format!("{without_secret:?}"));
}
