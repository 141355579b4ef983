//! Lookups that ask for the options of a leaseset.

use sam_core::error::{Error, Usage};
use sam_core::{Address, Event, LeaseSetOptions, ResultCode, Step, Value, Version};

use crate::common::{PUBLIC, greeted, hear};

fn site() -> Address {
    "site.i2p".parse().unwrap()
}

#[test]
fn options_stand_in_the_line_of_the_answer() {
    let mut connection = greeted("3.3");
    let asked = connection.request(|utility, tx| utility.ask()?.lookup_with_options(&site(), tx));
    assert_eq!(asked, Ok(()));
    let said = b"NAMING LOOKUP NAME=site.i2p OPTIONS=true\n";
    assert_eq!(connection.pending(), said);
    connection.transmitted(said.len()).unwrap();
    hear(
        &mut connection,
        &format!(
            "NAMING REPLY RESULT=OK NAME=site.i2p VALUE={PUBLIC} OPTION:_smtp._tcp=\"1 86400\"\n"
        ),
    );
    let Step::Event(line) = connection.step().unwrap() else {
        panic!("no answer");
    };
    let options = LeaseSetOptions::parse(connection.last_line()).unwrap();
    let told: Vec<_> = options.iter().collect();
    assert_eq!(told, [(&b"_smtp._tcp"[..], Value::from("1 86400"))]);
    assert!(matches!(connection.event(line), Ok(Event::Found(_))));
}

#[test]
fn without_a_leaseset_nothing_is_found() {
    let mut connection = greeted("3.3");
    let asked = connection.request(|utility, tx| utility.ask()?.lookup_with_options(&site(), tx));
    assert_eq!(asked, Ok(()));
    let said = connection.pending().len();
    connection.transmitted(said).unwrap();
    hear(
        &mut connection,
        "NAMING REPLY RESULT=LEASESET_NOT_FOUND NAME=site.i2p\n",
    );
    let Step::Event(line) = connection.step().unwrap() else {
        panic!("no answer");
    };
    let Ok(Event::NotFound(status)) = connection.event(line) else {
        panic!("another answer");
    };
    assert_eq!(status.code(), ResultCode::LeasesetNotFound);
}

#[test]
fn routers_below_3_3_are_not_asked() {
    for version in ["3.0", "3.1", "3.2"] {
        let mut connection = greeted(version);
        let asked =
            connection.request(|utility, tx| utility.ask()?.lookup_with_options(&site(), tx));
        let refused = Usage::NeedsVersion(Version::V3_3);
        assert_eq!(asked, Err(Error::Usage(refused)), "{version}");
        assert!(connection.pending().is_empty());
        assert!(!connection.machine().is_busy());
    }
}

#[test]
fn a_late_answer_is_known_by_its_name_with_and_without_options() {
    let mut connection = greeted("3.3");
    let other: Address = "other.i2p".parse().unwrap();
    let asked = connection.request(|utility, tx| {
        utility.ask()?.lookup(&other, tx)?;
        utility.ask()?.abandon();
        utility.ask()?.lookup_with_options(&site(), tx)
    });
    assert_eq!(asked, Ok(()));
    while !connection.pending().is_empty() {
        let said = connection.pending().len();
        connection.transmitted(said).unwrap();
    }
    hear(
        &mut connection,
        "NAMING REPLY RESULT=KEY_NOT_FOUND NAME=other.i2p\n",
    );
    assert!(matches!(connection.step(), Ok(Step::Receive)));
    hear(
        &mut connection,
        &format!("NAMING REPLY RESULT=OK NAME=site.i2p VALUE={PUBLIC}\n"),
    );
    let Step::Event(line) = connection.step().unwrap() else {
        panic!("no answer");
    };
    assert!(matches!(connection.event(line), Ok(Event::Found(_))));
}
