//! PRIMARY sessions: what the router is asked, and what becomes of its answers.

use sam_std::{Error, ResultCode, Session};

use crate::keys;
use crate::router::{Scripts, Wire, id};
use crate::watchdog::bounded;

const UNKNOWN: &str = "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unknown STYLE\"\n";

fn create(wire: &mut Wire, style: &str) {
    wire.greet();
    wire.hear_start(&format!("SESSION CREATE STYLE={style} ID="));
}

fn online(wire: &mut Wire) {
    let private = keys::private();
    wire.say(format!("SESSION STATUS RESULT=OK DESTINATION={private}\n"));
}

#[test]
fn a_router_that_knows_only_master_is_remembered() {
    for refusal in [UNKNOWN, ""] {
        bounded(move || {
            let master = |wire: &mut Wire| {
                create(wire, "MASTER");
                online(wire);
                wire.hear_end();
            };
            let scripted = Scripts::default()
                .then(move |wire| {
                    create(wire, "PRIMARY");
                    wire.say(refusal);
                })
                .then(master)
                .then(master)
                .start();
            let router = scripted.router();
            for _ in 0..2 {
                drop(Session::builder(&router).id(id()).primary().unwrap());
            }
        });
    }
}

#[test]
fn another_refusal_of_primary_is_final() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                create(wire, "PRIMARY");
                wire.say("SESSION STATUS RESULT=DUPLICATED_DEST\n");
            })
            .start();
        let refused = scripted.builder().primary().unwrap_err();
        assert!(refused.is_refused(ResultCode::DuplicatedDest), "{refused}");
    });
}

#[test]
fn subsessions_are_added_and_removed_with_any_router_s_answer() {
    let private = keys::private();
    let table = [
        "SESSION STATUS RESULT=OK ID=\"$\" MESSAGE=\"done $\"\n".to_owned(),
        format!("SESSION STATUS RESULT=OK DESTINATION={private}\n"),
        "PING 7\nSESSION STATUS RESULT=OK ID=another\nSESSION STATUS RESULT=OK\n".to_owned(),
    ];
    for answer in table {
        bounded(move || {
            let scripted = Scripts::default()
                .then(move |wire| {
                    create(wire, "PRIMARY");
                    online(wire);
                    let heard = wire.hear_start("SESSION ADD STYLE=STREAM ID=");
                    let id = heard.strip_suffix(" FROM_PORT=80 TO_PORT=0").unwrap();
                    for removes in [true, false] {
                        wire.say(answer.replace('$', id));
                        if answer.starts_with("PING") {
                            wire.hear("PONG 7");
                        }
                        if removes {
                            wire.hear(&format!("SESSION REMOVE ID={id}"));
                        }
                    }
                    wire.hear_end();
                })
                .start();
            let primary = scripted.builder().primary().unwrap();
            let web = primary.add_stream(80).unwrap();
            assert_eq!(web.destination(), primary.destination());
            drop(web);
            assert!(primary.is_alive());
        });
    }
}

#[test]
fn a_refused_subsession_leaves_the_session_alone() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                create(wire, "PRIMARY");
                online(wire);
                wire.hear_start("SESSION ADD STYLE=STREAM ID=");
                wire.say("SESSION STATUS RESULT=DUPLICATED_ID\n");
                wire.answer_lookup("n1.i2p", &keys::destination(1).to_string());
                wire.hear_end();
            })
            .start();
        let primary = scripted.builder().primary().unwrap();
        let refused = primary.add_stream(80).unwrap_err();
        assert!(refused.is_refused(ResultCode::DuplicatedId), "{refused}");
        assert_eq!(primary.lookup("n1.i2p").unwrap(), keys::destination(1));
    });
}

#[test]
fn a_router_that_ends_the_session_instead_of_adding_to_it_is_heard() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                create(wire, "PRIMARY");
                online(wire);
                wire.hear_start("SESSION ADD STYLE=STREAM ID=");
            })
            .start();
        let primary = scripted.builder().primary().unwrap();
        assert!(matches!(primary.add_stream(80), Err(Error::SessionEnded)));
    });
}
