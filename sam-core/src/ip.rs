//! IP addresses as they stand in a line.
//!
//! The same texts as `core::net` reads and prints; but that has panics the compiler cannot see to
//! be out of reach, and two kilobytes of formatting.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::types::decimal;
use crate::writer::Writer;

/// Reads an address of either kind.
pub(crate) fn read(text: &[u8]) -> Option<IpAddr> {
    read_v4(text)
        .map(IpAddr::V4)
        .or_else(|| read_v6(text).map(IpAddr::V6))
}

/// Writes an address; IPv6 as RFC 5952 says.
pub(crate) fn put(ip: IpAddr, line: &mut Writer<'_>) {
    match ip {
        IpAddr::V4(ip) => put_v4(ip, line),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => {
                line.add(b"::ffff:");
                put_v4(mapped, line);
            }
            None => put_v6(ip, line),
        },
    }
}

fn read_v4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut parts = text.split(|byte| *byte == b'.');
    let mut octets = [0; 4];
    for octet in &mut octets {
        *octet = match parts.next()? {
            [b'0', _, ..] => return None, // some read it as octal
            digits => decimal(digits)?,
        };
    }
    parts.next().is_none().then(|| octets.into())
}

fn read_v6(text: &[u8]) -> Option<Ipv6Addr> {
    let mut groups = [0; 8];
    let Some(gap) = text.windows(2).position(|pair| pair == b"::") else {
        return (read_groups(text, &mut groups)? == groups.len()).then(|| groups.into());
    };
    let (head, tail) = (text.get(..gap)?, text.get(gap + 2..)?);
    let mut behind = [0; 8];
    // An IPv4 address can only be the end.
    if head.contains(&b'.') {
        return None;
    }
    let before = read_groups(head, &mut groups)?;
    let count = read_groups(tail, &mut behind)?;
    if before + count >= groups.len() {
        return None;
    }
    let last = behind.get(..count)?.iter().rev();
    groups
        .iter_mut()
        .rev()
        .zip(last)
        .for_each(|(to, group)| *to = *group);
    Some(groups.into())
}

/// Reads groups of hexadecimal digits, the last two of which may be an IPv4 address; returns how
/// many there are.
fn read_groups(text: &[u8], groups: &mut [u16; 8]) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let (mut places, mut count) = (groups.iter_mut(), 0);
    let mut parts = text.split(|byte| *byte == b':').peekable();
    while let Some(part) = parts.next() {
        match read_v4(part) {
            Some(ip) if parts.peek().is_none() => {
                let [a, b, c, d] = ip.octets();
                *places.next()? = u16::from_be_bytes([a, b]);
                *places.next()? = u16::from_be_bytes([c, d]);
                count += 2;
            }
            _ => {
                *places.next()? = read_group(part)?;
                count += 1;
            }
        }
    }
    Some(count)
}

fn read_group(digits: &[u8]) -> Option<u16> {
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    digits.iter().try_fold(0, |group, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => return None,
        };
        Some(group << 4 | u16::from(digit))
    })
}

fn put_v4(ip: Ipv4Addr, line: &mut Writer<'_>) {
    let [first, others @ ..] = ip.octets();
    line.digits(first.into());
    for octet in others {
        line.add(b".");
        line.digits(octet.into());
    }
}

fn put_v6(ip: Ipv6Addr, line: &mut Writer<'_>) {
    let groups = ip.segments();
    let (start, len) = longest_gap(&groups);
    let (head, rest) = groups.split_at_checked(start).unwrap_or((&groups, &[]));
    put_groups(head, line);
    if len > 0 {
        line.add(b"::");
    }
    put_groups(rest.get(len..).unwrap_or_default(), line);
}

/// Where the longest run of two or more zeros starts, the first of several, and how long it is.
fn longest_gap(groups: &[u16; 8]) -> (usize, usize) {
    let (mut longest, mut run) = ((groups.len(), 0), 0);
    for (place, group) in groups.iter().enumerate() {
        run = if *group == 0 { run + 1 } else { 0 };
        if run > 1 && run > longest.1 {
            longest = (place + 1 - run, run);
        }
    }
    longest
}

fn put_groups(groups: &[u16], line: &mut Writer<'_>) {
    let mut separator: &[u8] = b"";
    for group in groups {
        line.add(separator);
        separator = b":";
        for place in [12, 8, 4, 0] {
            let digit = (group >> place & 15) as u8;
            if group >> place > 0 || place == 0 {
                line.add(&[digit + if digit < 10 { b'0' } else { b'a' - 10 }]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;
    use proptest::prelude::*;

    fn written(ip: IpAddr) -> String {
        let mut buffer = [0; 45];
        let mut writer = Writer::new(&mut buffer);
        put(ip, &mut writer);
        String::from_utf8(writer.written().to_vec()).unwrap()
    }

    fn agrees(text: &str) {
        assert_eq!(read(text.as_bytes()), text.parse().ok(), "{text:?}");
    }

    #[test]
    fn texts_are_read_as_the_standard_library_reads_them() {
        for text in [
            "",
            ".",
            "1.2.3.4",
            "0.0.0.0",
            "255.255.255.255",
            "256.0.0.1",
            "01.2.3.4",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.",
            "1..3.4",
            "+1.2.3.4",
            " 1.2.3.4",
            "1.2.3.4 ",
            "::",
            ":::",
            ":",
            "::1",
            "1::",
            "1::2",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1::3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "1::2::3",
            "12345::",
            "g::",
            "ABCD:ef01::",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3:4:5:6:7:1.2.3.4",
            "1.2.3.4::",
            "1.2.3.4:1::",
            "::1.2.3.4:1",
            "::1.2.3",
            "1:2:3:4:5::1.2.3.4",
            "1:2:3:4:5:6::1.2.3.4",
            "fe80::1%1",
            "[::1]",
            "localhost",
            "1:",
            ":1",
            "1:2:3:4:5:6:7:",
            ":2:3:4:5:6:7:8",
            "0000:0::00",
            "::00000",
        ] {
            agrees(text);
        }
    }

    proptest! {
        #[test]
        fn whatever_looks_like_an_address_is_read_alike(text in "[0-2a:.]{0,20}|([01:]{1,3}){0,9}") {
            agrees(&text);
        }

        #[test]
        fn addresses_are_written_as_the_standard_library_prints_them(
            groups: [u16; 8],
            zeros: u8,
            v4: [u8; 4],
        ) {
            let mut sparse = groups;
            for (place, group) in sparse.iter_mut().enumerate() {
                *group *= u16::from(zeros >> place & 1);
            }
            for ip in [v4.into(), groups.into(), sparse.into(), Ipv4Addr::from(v4).to_ipv6_mapped().into()] {
                let ip: IpAddr = ip;
                prop_assert_eq!(written(ip), ip.to_string());
                prop_assert_eq!(read(written(ip).as_bytes()), Some(ip));
            }
        }
    }
}
