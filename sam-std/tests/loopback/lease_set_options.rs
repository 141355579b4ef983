//! Lookups that ask what a lease set tells.

use sam_core::ResultCode;
use sam_core::key::HostName;
use sam_std::loopback::LoopbackBridge;
use sam_std::{Destination, Router, Session};

use crate::client::{Client, bridge};

const RECORD: &str = "1 86400 0 0 25 \"a\\b\"";

fn router(bridge: &LoopbackBridge) -> Router {
    Router::new(&bridge.addr().to_string()).unwrap()
}

/// A bridge that knows `site.i2p`, whose lease set tells two things, and `gone.i2p`, which has none.
fn telling() -> (LoopbackBridge, Destination) {
    let maker = bridge();
    let [site, gone] = [(); 2].map(|()| router(&maker).generate_destination().unwrap());
    let name = |name| HostName::new(name).unwrap();
    let bridge = LoopbackBridge::builder()
        .host_name(name("site.i2p"), &site.destination())
        .host_name(name("gone.i2p"), &gone.destination())
        .lease_set_option(&site.destination(), "_smtp._tcp", RECORD)
        .lease_set_option(&site.destination(), "no key", "x")
        .lease_set_option(&site.destination(), "a", "");
    let site = Destination::new(site.destination().as_bytes().into()).unwrap();
    (bridge.start().unwrap(), site)
}

#[test]
fn options_are_told_to_those_who_ask() {
    let (bridge, site) = telling();
    let router = router(&bridge);
    let session = Session::builder(&router).create().unwrap();
    let options = [("_smtp._tcp", RECORD), ("a", "")];
    let options = options.map(|(key, value)| (key.to_owned(), value.to_owned()));
    for told in [
        router.lookup_with_options("site.i2p"),
        router.lookup_with_options(&site),
        session.lookup_with_options("site.i2p"),
    ] {
        let told = told.unwrap();
        assert_eq!(told.destination, site);
        assert_eq!(told.options, options);
    }
    let mut client = Client::greeted(&bridge);
    let reply = client.ask("NAMING LOOKUP NAME=site.i2p");
    let without = format!("NAMING REPLY RESULT=OK NAME=site.i2p VALUE={site}");
    assert_eq!(reply, without);
    let reply = client.ask("NAMING LOOKUP OPTIONS=true NAME=site.i2p");
    let expected = r#" OPTION:_smtp._tcp="1 86400 0 0 25 \"a\\b\"" OPTION:a="""#;
    assert_eq!(reply, format!("{without}{expected}"));
}

#[test]
fn a_session_has_a_lease_set_and_others_have_none() {
    let (bridge, _) = telling();
    let router = router(&bridge);
    let session = Session::builder(&router).create().unwrap();
    let told = router.lookup_with_options(session.address()).unwrap();
    assert_eq!(&told.destination, session.destination());
    assert!(told.options.is_empty());
    assert!(router.lookup("gone.i2p").is_ok());
    let refused = router.lookup_with_options("gone.i2p").unwrap_err();
    assert!(
        refused.is_refused(ResultCode::LeasesetNotFound),
        "{refused:?}"
    );
    let unknown = router.lookup_with_options("nobody.i2p").unwrap_err();
    assert!(unknown.is_refused(ResultCode::KeyNotFound), "{unknown:?}");
}
