use super::*;
use crate::grammar::Pairs;
use crate::time::Duration;
use crate::writer::Writer;
use std::format;
use std::string::String;

fn written(options: SessionOptions<'_>) -> Result<String, Error> {
    let mut buffer = [0; 256];
    let mut writer = Writer::new(&mut buffer);
    Options::from(options).encode(&mut writer);
    writer.check()?;
    Ok(String::from_utf8(writer.written().to_vec()).unwrap())
}

#[test]
fn the_default_says_quantities_and_encryption_type() {
    assert_eq!(
        written(SessionOptions::DEFAULT).unwrap(),
        " inbound.quantity=3 outbound.quantity=3 i2cp.leaseSetEncType=4"
    );
}

#[test]
fn an_option_by_name_replaces_the_typed_one() {
    let others = [
        SessionOption::other("inbound.quantity", "1"),
        SessionOption::other("i2cp.leaseSetEncType", "6,4"),
        SessionOption::other("a.b", "c d"),
    ];
    let options = SessionOptions {
        others: &others,
        ..SessionOptions::DEFAULT
    };
    assert_eq!(
        written(options).unwrap(),
        " outbound.quantity=3 inbound.quantity=1 i2cp.leaseSetEncType=6,4 a.b=\"c d\""
    );
}

#[test]
fn keys_that_are_no_options_are_refused() {
    for key in [
        "",
        "a b",
        "a-b",
        "a=b",
        "a\nb",
        "ID",
        "DESTINATION",
        "LISTEN_PORT",
        "ü",
    ] {
        let others = [SessionOption::other(key, "x")];
        let options = SessionOptions {
            others: &others,
            ..SessionOptions::DEFAULT
        };
        assert_eq!(
            written(options),
            Err(Error::Usage(Usage::OptionKey)),
            "{key:?}"
        );
    }
    let twice = [SessionOption::gzip(true), SessionOption::gzip(false)];
    let options = SessionOptions {
        others: &twice,
        ..SessionOptions::DEFAULT
    };
    assert_eq!(written(options), Err(Error::Usage(Usage::OptionKey)));
}

#[test]
fn values_with_line_breaks_are_refused() {
    let others = [SessionOption::other("a", "1\nSESSION CREATE")];
    let options = SessionOptions {
        others: &others,
        ..SessionOptions::DEFAULT
    };
    assert_eq!(options.validate(), Err(Usage::Forbidden(b'\n')));
}

#[test]
fn empty_values_are_refused() {
    let others = [SessionOption::other("a", "")];
    let options = SessionOptions {
        others: &others,
        ..SessionOptions::DEFAULT
    };
    assert_eq!(options.validate(), Err(Usage::Empty));
}

#[test]
fn equality_counts_options_and_is_symmetric() {
    let options = |text: &'static str| Options::from_pairs(Pairs::new(text.as_bytes()));
    assert_eq!(options(" a=1 b=2"), options(" b=2 a=1"));
    assert_ne!(options(" a=1 a=1"), options(" a=1 b=2"));
    assert_ne!(options(" a=1 b=2"), options(" a=1 a=1"));
    assert_ne!(options(" a=1 a=1 b=2"), options(" a=1 b=2 b=2"));
}

#[test]
fn tunnels_out_of_range_are_refused() {
    for (length, quantity, ok) in [(0, 1, true), (7, 16, true), (8, 1, false), (0, 0, false)] {
        let inbound = TunnelOptions {
            length: Some(length),
            quantity: Some(quantity),
        };
        let options = SessionOptions {
            inbound,
            ..SessionOptions::DEFAULT
        };
        assert_eq!(options.validate().is_ok(), ok, "{length} {quantity}");
    }
}

#[test]
fn each_option_is_written_with_its_own_key() {
    use SessionOption as Of;
    use Tunnels::{Inbound, Outbound};
    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let minutes = |minutes: u32| Duration::from_secs(60 * minutes);
    let key_line = format!("i2cp.leaseSetPrivKey={KEY}");
    let table = [
        (Inbound.length_variance(-7), "inbound.lengthVariance=-7"),
        (Outbound.length_variance(7), "outbound.lengthVariance=7"),
        (Inbound.backup_quantity(16), "inbound.backupQuantity=16"),
        (Outbound.backup_quantity(0), "outbound.backupQuantity=0"),
        (Inbound.nickname("my-site"), "inbound.nickname=my-site"),
        (Outbound.nickname("ü"), "outbound.nickname=ü"),
        (
            Of::lease_set_type(LeaseSetType::Standard),
            "i2cp.leaseSetType=3",
        ),
        (
            Of::lease_set_type(LeaseSetType::Encrypted),
            "i2cp.leaseSetType=5",
        ),
        (
            Of::lease_set_auth(LeaseSetAuth::None),
            "i2cp.leaseSetAuthType=0",
        ),
        (
            Of::lease_set_auth(LeaseSetAuth::Dh),
            "i2cp.leaseSetAuthType=1",
        ),
        (
            Of::lease_set_auth(LeaseSetAuth::Psk),
            "i2cp.leaseSetAuthType=2",
        ),
        (
            Of::lease_set_secret("c2VjcmV0"),
            "i2cp.leaseSetSecret=c2VjcmV0",
        ),
        (Of::lease_set_private_key(KEY), &*key_line),
        (
            Of::dont_publish_lease_set(true),
            "i2cp.dontPublishLeaseSet=true",
        ),
        (Of::fast_receive(true), "i2cp.fastReceive=true"),
        (Of::gzip(false), "i2cp.gzip=false"),
        (Of::reduce_on_idle(true), "i2cp.reduceOnIdle=true"),
        (
            Of::reduce_idle_time(minutes(5)),
            "i2cp.reduceIdleTime=300000",
        ),
        (Of::reduce_quantity(5), "i2cp.reduceQuantity=5"),
        (Of::close_on_idle(true), "i2cp.closeOnIdle=true"),
        (
            Of::close_idle_time(minutes(30)),
            "i2cp.closeIdleTime=1800000",
        ),
        (
            Of::message_reliability(Reliability::BestEffort),
            "i2cp.messageReliability=BestEffort",
        ),
        (
            Of::message_reliability(Reliability::None),
            "i2cp.messageReliability=None",
        ),
        (Of::bundle_reply_info(false), "shouldBundleReplyInfo=false"),
        (Of::tags_to_send(128), "crypto.tagsToSend=128"),
        (
            Of::connect_timeout(minutes(1)),
            "i2p.streaming.connectTimeout=60000",
        ),
        (
            Of::max_concurrent_streams(0),
            "i2p.streaming.maxConcurrentStreams=0",
        ),
        (
            Of::max_connections_per_minute(1),
            "i2p.streaming.maxConnsPerMinute=1",
        ),
        (
            Of::max_connections_per_hour(2),
            "i2p.streaming.maxConnsPerHour=2",
        ),
        (
            Of::max_connections_per_day(3),
            "i2p.streaming.maxConnsPerDay=3",
        ),
        (
            Of::max_total_connections_per_minute(4),
            "i2p.streaming.maxTotalConnsPerMinute=4",
        ),
        (
            Of::max_total_connections_per_hour(5),
            "i2p.streaming.maxTotalConnsPerHour=5",
        ),
        (
            Of::max_total_connections_per_day(0x7FFF_FFFF),
            "i2p.streaming.maxTotalConnsPerDay=2147483647",
        ),
    ];
    for (option, expected) in table {
        let options = SessionOptions {
            others: &[option],
            ..NONE
        };
        assert_eq!(written(options).unwrap(), format!(" {expected}"));
    }
}

#[test]
fn an_option_that_no_router_takes_is_refused() {
    use SessionOption as Of;
    use Tunnels::{Inbound, Outbound};
    let millis = Duration::from_millis;
    let long = "x".repeat(256);
    let table = [
        (Inbound.length_variance(8), Usage::OutOfRange),
        (Outbound.length_variance(-8), Usage::OutOfRange),
        (Inbound.backup_quantity(17), Usage::OutOfRange),
        (Inbound.nickname(""), Usage::Empty),
        (Inbound.nickname("my site"), Usage::Forbidden(b' ')),
        (Inbound.nickname("a\"b"), Usage::Forbidden(b'"')),
        (Inbound.nickname("a\nb"), Usage::Forbidden(b'\n')),
        (Of::lease_set_secret(""), Usage::Empty),
        (Of::lease_set_secret("a+b"), Usage::Forbidden(b'+')),
        (Of::lease_set_private_key("AAAA"), Usage::OutOfRange),
        (Of::reduce_idle_time(millis(299_999)), Usage::OutOfRange),
        (Of::close_idle_time(millis(0x8000_0000)), Usage::OutOfRange),
        (Of::reduce_quantity(0), Usage::OutOfRange),
        (Of::reduce_quantity(6), Usage::OutOfRange),
        (Outbound.nickname(&long), Usage::TooLong),
        (Of::lease_set_secret(&long), Usage::TooLong),
        (Of::tags_to_send(0), Usage::OutOfRange),
        (Of::tags_to_send(129), Usage::OutOfRange),
        (Of::connect_timeout(millis(0)), Usage::OutOfRange),
        (Of::max_concurrent_streams(0x8000_0000), Usage::OutOfRange),
    ];
    for (option, expected) in table {
        let options = SessionOptions {
            others: &[option],
            ..NONE
        };
        assert_eq!(option.validate(), Err(expected), "{option:?}");
        assert_eq!(options.validate(), Err(expected), "{option:?}");
        assert_eq!(written(options), Err(Error::Usage(expected)), "{option:?}");
    }
}

#[test]
fn encryption_types_are_a_list_of_numbers() {
    let table = [
        ("4", Ok(())),
        ("6,4", Ok(())),
        ("65535", Ok(())),
        ("", Err(Usage::Empty)),
        ("65536", Err(Usage::OutOfRange)),
        ("6,,4", Err(Usage::OutOfRange)),
        ("4,", Err(Usage::OutOfRange)),
        ("4\n", Err(Usage::Forbidden(b'\n'))),
        ("ECIES", Err(Usage::Forbidden(b'E'))),
    ];
    for (types, expected) in table {
        let options = SessionOptions {
            lease_set_enc_type: Some(types),
            ..NONE
        };
        assert_eq!(options.validate(), expected, "{types:?}");
    }
}

/// Everything is up to the router.
const NONE: SessionOptions<'static> = SessionOptions {
    inbound: TunnelOptions {
        length: None,
        quantity: None,
    },
    outbound: TunnelOptions {
        length: None,
        quantity: None,
    },
    lease_set_enc_type: None,
    others: &[],
};
