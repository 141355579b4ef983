//! Bridges that ask who is talking.

use sam_core::ResultCode;
use sam_std::loopback::LoopbackBridge;
use sam_std::{Error, Router, Session};

use crate::client::{Client, bridge};

fn router(bridge: &LoopbackBridge) -> Router {
    Router::new(&bridge.addr().to_string()).unwrap()
}

#[test]
fn only_those_who_are_known_may_talk() {
    let bridge = LoopbackBridge::builder().user("me", "a \"b\" \\c");
    let bridge = bridge.start().unwrap();
    let required = "RESULT=I2P_ERROR MESSAGE=\"USER and PASSWORD required\"";
    let failed = "RESULT=I2P_ERROR MESSAGE=\"Authorization failed\"";
    let table = [
        ("", required),
        (" USER=me", required),
        (" USER=me PASSWORD=b", failed),
        (" USER=you PASSWORD=\"a \\\"b\\\" \\\\c\"", failed),
        (
            " USER=me PASSWORD=\"a \\\"b\\\" \\\\c\"",
            "RESULT=OK VERSION=3.3",
        ),
    ];
    for (login, expected) in table {
        let mut client = Client::new(&bridge);
        let reply = client.ask(&format!("HELLO VERSION{login}"));
        assert_eq!(reply, format!("HELLO REPLY {expected}"));
        if expected != "RESULT=OK VERSION=3.3" {
            assert_eq!(client.rest(), b"");
        }
    }
}

#[test]
fn every_socket_of_a_session_says_who_it_is() {
    let bridge = LoopbackBridge::builder().user("me", "secret");
    let bridge = bridge.start().unwrap();
    let nobody = router(&bridge).version().unwrap_err();
    assert!(
        matches!(&nobody, Error::Refused { code, .. } if *code == ResultCode::I2pError),
        "{nobody:?}"
    );
    let known = router(&bridge).with_login("me", "secret");
    assert!(!format!("{known:?}").contains("secret"));
    let [one, two] = [(); 2].map(|()| Session::builder(&known).create().unwrap());
    let _stream = one.connect(two.address()).unwrap();
    two.accept().unwrap();
}

#[test]
fn users_come_and_go() {
    let bridge = bridge();
    let open = router(&bridge);
    open.add_user("me", "secret").unwrap();
    open.set_auth(true).unwrap();
    assert!(open.version().is_err());
    let known = open.with_login("me", "secret");
    let missing = known.remove_user("you").unwrap_err();
    assert!(matches!(missing, Error::Refused { .. }), "{missing:?}");
    known.set_auth(false).unwrap();
    router(&bridge).remove_user("me").unwrap();
    router(&bridge).set_auth(true).unwrap();
    assert!(known.version().is_err());
}

#[test]
fn auth_and_help_are_answered_like_java_does() {
    let bridge = bridge();
    let mut client = Client::greeted(&bridge);
    let table = [
        ("AUTH ADD USER=me PASSWORD=x", "AUTH STATUS RESULT=OK"),
        (
            "AUTH ADD USER=me",
            "AUTH STATUS RESULT=I2P_ERROR MESSAGE=\"USER and PASSWORD required\"",
        ),
        ("AUTH REMOVE USER=me", "AUTH STATUS RESULT=OK"),
        (
            "AUTH REMOVE USER=me",
            "AUTH STATUS RESULT=I2P_ERROR MESSAGE=\"user not found\"",
        ),
        (
            "HELP",
            "HELP STATUS RESULT=OK MESSAGE=https://geti2p.net/en/docs/api/samv3",
        ),
    ];
    for (line, expected) in table {
        assert_eq!(client.ask(line), expected);
    }
    let help = router(&bridge).help().unwrap();
    assert_eq!(help, "https://geti2p.net/en/docs/api/samv3");
}
