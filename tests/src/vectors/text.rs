//! Bytes, written so that an editor leaves them alone.

/// The bytes a text stands for, or `None` if there is an escape nobody knows.
pub(super) fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend(plain.bytes());
        let kind = escape.chars().next()?;
        rest = escape.get(kind.len_utf8()..)?;
        match kind {
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            '0' => bytes.push(0),
            '\\' => bytes.push(b'\\'),
            'x' => {
                bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
                rest = &rest[2..];
            }
            '{' => {
                let (repeated, behind) = rest.split_once('}')?;
                let (count, byte) = repeated.split_once(' ')?;
                bytes.extend(byte.repeat(count.parse().ok()?).bytes());
                rest = behind;
            }
            _ => return None,
        }
    }
    bytes.extend(rest.bytes());
    Some(bytes)
}

/// The text that stands for these bytes, in an answer.
pub(super) fn escaped(bytes: &[u8]) -> String {
    let text = bytes.escape_ascii().to_string();
    text.replace("\\\"", "\"")
        .replace("\\'", "'")
        .replace('<', "\\x3c")
}
