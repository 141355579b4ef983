//! AUTH, HELP and QUIT: asked of routers that may know them, and answered.

use sam_core::client::Inquiry;
use sam_core::error::{Error, Usage};
use sam_core::{Connection, Credentials, Event, Status, Step, Version, Writer};

use crate::common::{greeted, hear};

type Ask = fn(&mut Inquiry, &mut Writer<'_>) -> Result<(), Error>;

const QUESTIONS: [(Ask, &str, &str); 6] = [
    (
        |inquiry, tx| inquiry.set_auth(true, tx),
        "AUTH ENABLE\n",
        "AUTH STATUS RESULT=OK\n",
    ),
    (
        |inquiry, tx| inquiry.set_auth(false, tx),
        "AUTH DISABLE\n",
        "AUTH REPLY RESULT=OK\n",
    ),
    (
        |inquiry, tx| inquiry.add_user(&ME, tx),
        "AUTH ADD USER=me PASSWORD=\"a b\"\n",
        "AUTH STATUS RESULT=I2P_ERROR MESSAGE=\"no more\"\n",
    ),
    (
        |inquiry, tx| inquiry.remove_user("me", tx),
        "AUTH REMOVE USER=me\n",
        "AUTH STATUS RESULT=I2P_ERROR MESSAGE=\"user me not found\"\n",
    ),
    (
        Inquiry::help,
        "HELP\n",
        "HELP STATUS RESULT=OK MESSAGE=https://geti2p.net/en/docs/api/samv3\n",
    ),
    (
        Inquiry::quit,
        "QUIT\n",
        "SESSION STATUS RESULT=OK MESSAGE=closing\n",
    ),
];

const ME: Credentials<'static> = Credentials {
    user: "me",
    password: "a b",
};

#[test]
fn any_status_is_the_answer() {
    for (ask, said, answer) in QUESTIONS {
        let mut connection = greeted("3.2");
        let asked = connection.request(|utility, tx| ask(utility.ask()?, tx));
        assert_eq!(asked, Ok(()), "{said}");
        assert_eq!(connection.pending(), said.as_bytes());
        connection.transmitted(said.len()).unwrap();
        assert!(connection.machine().is_busy());
        hear(&mut connection, answer);
        let Step::Event(line) = connection.step().unwrap() else {
            panic!("{answer} is no event");
        };
        assert!(!connection.machine().is_busy(), "{answer}");
        let Event::Status(status) = connection.event(line).unwrap() else {
            panic!("{answer} is no status");
        };
        assert_eq!(status.is_ok(), answer.contains("RESULT=OK"));
        assert_eq!(status.message.is_some(), answer.contains("MESSAGE"));
    }
}

#[test]
fn routers_below_3_2_are_not_asked() {
    for (ask, said, _) in QUESTIONS {
        let mut connection = greeted("3.1");
        let asked = connection.request(|utility, tx| ask(utility.ask()?, tx));
        let refused = Usage::NeedsVersion(Version::V3_2);
        assert_eq!(asked, Err(Error::Usage(refused)), "{said}");
        assert!(connection.pending().is_empty());
        assert!(!connection.machine().is_busy());
    }
}

#[test]
fn a_user_without_a_name_or_with_two_lines_is_not_said() {
    let table = [
        ("", "x", Usage::Empty),
        ("me", "", Usage::Empty),
        ("me\nAUTH DISABLE", "x", Usage::Forbidden(b'\n')),
        ("me", "x\rAUTH DISABLE", Usage::Forbidden(b'\r')),
    ];
    for (user, password, expected) in table {
        let mut connection = greeted("3.3");
        let known = Credentials { user, password };
        let asked = connection.request(|utility, tx| utility.ask()?.add_user(&known, tx));
        assert_eq!(asked, Err(Error::Usage(expected)), "{user:?}");
        assert!(connection.pending().is_empty());
    }
}

#[test]
fn a_guarded_bridge_asks_who_may_talk() {
    use sam_core::bridge::{Bridge, Ending, Request};
    use sam_core::{ResultCode, Value};
    let refusal = Status::new(ResultCode::I2pError).with_message("who?");
    let table = [
        (Status::OK, "HELLO REPLY RESULT=OK VERSION=3.2\n", None),
        (
            refusal,
            "HELLO REPLY RESULT=I2P_ERROR MESSAGE=who?\n",
            Some(Ending::Close),
        ),
    ];
    for (status, expected, ending) in table {
        let bridge = Bridge::default().guarded();
        let mut connection = Connection::new(bridge, vec![0; 512], vec![0; 512]).unwrap();
        let hello = b"HELLO VERSION MAX=3.2 USER=me PASSWORD=x\n";
        connection.spare().unwrap()[..hello.len()].copy_from_slice(hello);
        connection.received(hello.len()).unwrap();
        let Step::Event(line) = connection.step().unwrap() else {
            panic!("nobody was asked");
        };
        let Ok(Request::Greet(said)) = connection.event(line) else {
            panic!("another request");
        };
        assert_eq!(said.user, Some(Value::from("me")));
        assert_eq!(connection.machine().version(), None);
        let answered = connection.request(|bridge, tx| {
            let reply = sam_core::Reply::Hello {
                status,
                version: None,
            };
            bridge.answer(&reply, tx)
        });
        assert_eq!(answered, Ok(()));
        assert_eq!(connection.pending(), expected.as_bytes());
        connection.transmitted(expected.len()).unwrap();
        let is_done = matches!(connection.step().unwrap(), Step::Done);
        assert_eq!(is_done.then(|| connection.machine().ending()), ending);
    }
}
