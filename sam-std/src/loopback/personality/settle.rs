//! How routers settle on a version.

/// i2pd 2.45: MAX if it is known, or MIN; and 3.0 if they are on both sides of what is known.
pub(super) fn i2pd_2_45(min: Option<&[u8]>, max: Option<&[u8]>) -> Option<String> {
    let (min, max) = (min.unwrap_or(b"3.0"), max.unwrap_or(b"3.1"));
    let is_known = |text: &&[u8]| matches!(*text, b"3.0" | b"3.1");
    let surrounded = || (!min.is_empty() && min < b"3.0" && max > b"3.1").then_some(&b"3.0"[..]);
    let version = [max, min].into_iter().find(is_known).or_else(surrounded);
    version.map(|text| String::from_utf8_lossy(text).into_owned())
}

/// i2pd: the digits of MAX if that is not too high, or those of MIN.
pub(super) fn i2pd(min: Option<&[u8]>, max: Option<&[u8]>) -> Option<String> {
    let version = match (min.map(digits), max.map(digits)) {
        (None, None) => 30,
        (_, Some(max)) if max <= 33 => max,
        (Some(min @ 30..=33), _) => min,
        _ => return None,
    };
    Some(format!("{}.{}", version / 10, version % 10))
}

/// Java I2P: the highest in the range, of three generations of the protocol.
pub(super) fn java(min: Option<&[u8]>, max: Option<&[u8]>) -> Option<String> {
    let min = min.map_or(Some((1, 0)), version)?;
    let max = max.map_or(Some((99, 99)), version)?;
    let known = [(3, 3), (3, 2), (3, 1), (3, 0), (2, 0), (1, 0)];
    let best = known.into_iter().find(|known| (min..=max).contains(known));
    best.map(|(major, minor)| format!("{major}.{minor}"))
}

/// emissary: 3.1 if that is MAX, or else 3.2, even below MIN.
pub(super) fn emissary(_min: Option<&[u8]>, max: Option<&[u8]>) -> Option<String> {
    let version = if max == Some(b"3.1") { "3.1" } else { "3.2" };
    Some(version.to_owned())
}

fn digits(text: &[u8]) -> u32 {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: u32, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    })
}

fn version(text: &[u8]) -> Option<(u32, u32)> {
    let text = str::from_utf8(text).ok()?;
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (
        Option<&'static str>,
        Option<&'static str>,
        [Option<&'static str>; 4],
    );

    /// MIN and MAX, and what i2pd 2.45, i2pd, Java I2P and emissary make of them.
    #[test]
    fn routers_settle_on_versions_of_their_own() {
        let table: [Row; 11] = [
            (
                None,
                None,
                [Some("3.1"), Some("3.0"), Some("3.3"), Some("3.2")],
            ),
            (Some("3.0"), Some("3.1"), [Some("3.1"); 4]),
            (
                Some("3.0"),
                Some("3.2"),
                [Some("3.0"), Some("3.2"), Some("3.2"), Some("3.2")],
            ),
            (
                Some("3.0"),
                Some("3.3"),
                [Some("3.0"), Some("3.3"), Some("3.3"), Some("3.2")],
            ),
            (
                Some("3.1"),
                Some("3.3"),
                [Some("3.1"), Some("3.3"), Some("3.3"), Some("3.2")],
            ),
            (
                Some("3.2"),
                Some("3.3"),
                [None, Some("3.3"), Some("3.3"), Some("3.2")],
            ),
            (
                Some("3.3"),
                Some("3.3"),
                [None, Some("3.3"), Some("3.3"), Some("3.2")],
            ),
            (
                Some("3.0"),
                Some("4.0"),
                [Some("3.0"), Some("3.0"), Some("3.3"), Some("3.2")],
            ),
            (
                Some("3"),
                Some("3"),
                [None, Some("0.3"), Some("3.0"), Some("3.2")],
            ),
            (
                Some("1.0"),
                Some("2.0"),
                [None, Some("2.0"), Some("2.0"), Some("3.2")],
            ),
            (
                Some("3.3"),
                Some("3.0"),
                [Some("3.0"), Some("3.0"), None, Some("3.2")],
            ),
        ];
        for (min, max, expected) in table {
            let [min, max] = [min, max].map(|text| text.map(str::as_bytes));
            let settled = [i2pd_2_45, i2pd, java, emissary].map(|settle| settle(min, max));
            assert_eq!(settled.each_ref().map(Option::as_deref), expected);
        }
    }
}
