//! PRIMARY sessions: what the router is asked, and what becomes of its answers.

use sam_std::sam_core::error::Usage;
use sam_std::{Datagrams, Error, PrimarySession, ResultCode, Session, Version};

use crate::keys;
use crate::router::{ScriptedRouter, Scripts, Wire, id};
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
            web.close();
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

/// A router of version 3.3 at which `first`, the session, and `second`, the probe, go this way.
fn probed(
    first: impl FnOnce(&mut Wire) + Send + 'static,
    second: impl FnOnce(&mut Wire) + Send + 'static,
) -> ScriptedRouter {
    Scripts::default()
        .then(|wire| {
            create(wire, "PRIMARY");
            online(wire);
            first(wire);
            wire.hear_end();
        })
        .then(|wire| {
            create(wire, "PRIMARY");
            online(wire);
            wire.hear_start("SESSION ADD STYLE=DATAGRAM ID=");
            second(wire);
        })
        .start()
}

fn primary(scripted: &ScriptedRouter) -> PrimarySession {
    let udp = "127.0.0.1:9".parse().unwrap();
    let router = scripted.router().with_udp(udp);
    Session::builder(&router).primary().unwrap()
}

#[test]
fn a_router_that_ends_sessions_for_a_style_is_not_asked_for_it_on_the_real_one() {
    for refusal in [
        "",
        "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Unsupported STYLE\"\n",
    ] {
        bounded(move || {
            let scripted = probed(
                |wire| wire.answer_lookup("n1.i2p", &keys::destination(1).to_string()),
                move |wire| wire.say(refusal),
            );
            let primary = primary(&scripted);
            // The answer is remembered: there is no third script.
            for _ in 0..2 {
                let refused = primary.add_datagrams(Datagrams::repliable()).unwrap_err();
                assert!(matches!(refused, Error::Unsupported), "{refused}");
            }
            assert_eq!(primary.lookup("n1.i2p").unwrap(), keys::destination(1));
        });
    }
}

#[test]
fn a_router_that_survives_its_refusal_is_asked_on_the_real_session() {
    const DUPLICATE: &str = "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Duplicate\"\n";
    bounded(|| {
        let scripted = probed(
            |wire| {
                wire.hear_start("SESSION ADD STYLE=DATAGRAM ID=");
                wire.say(DUPLICATE);
            },
            |wire| {
                wire.say(DUPLICATE);
                wire.answer_lookup("ME", &keys::destination(1).to_string());
                wire.hear_end();
            },
        );
        let primary = primary(&scripted);
        let refused = primary.add_datagrams(Datagrams::repliable()).unwrap_err();
        assert!(refused.is_refused(ResultCode::I2pError), "{refused}");
        assert!(primary.is_alive());
    });
}

#[test]
fn an_old_router_is_not_asked_for_subsessions_for_datagrams() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.line();
                wire.say("HELLO REPLY RESULT=OK VERSION=3.1\n");
                wire.hear_start("SESSION CREATE STYLE=PRIMARY ID=");
                online(wire);
                wire.hear_end();
            })
            .start();
        let primary = primary(&scripted);
        let refused = primary.add_datagrams(Datagrams::raw()).unwrap_err();
        let needs = Usage::NeedsVersion(Version::V3_2);
        assert!(matches!(refused, Error::Usage(usage) if usage == needs));
        assert!(primary.is_alive());
    });
}

#[test]
fn settings_of_subsessions_are_for_subsessions() {
    bounded(|| {
        let scripted = Scripts::default().start();
        for datagrams in [
            Datagrams::repliable().listen_port(7),
            Datagrams::raw().listen_protocol(0),
        ] {
            let router = scripted.router().with_udp("127.0.0.1:9".parse().unwrap());
            let refused = Session::builder(&router).create_datagrams(datagrams);
            assert!(matches!(refused, Err(Error::Usage(Usage::NotNow))));
        }
    });
}

#[test]
fn dropping_a_subsession_waits_for_nobody() {
    bounded(|| {
        let (asked, wait) = std::sync::mpsc::channel();
        let scripted = Scripts::default()
            .then(move |wire| {
                create(wire, "PRIMARY");
                online(wire);
                let add = |wire: &mut Wire| {
                    let heard = wire.hear_start("SESSION ADD STYLE=STREAM ID=");
                    heard.split(' ').next().unwrap().to_owned()
                };
                let ids = [add(wire), {
                    wire.say("SESSION STATUS RESULT=OK\n");
                    add(wire)
                }];
                wire.say("SESSION STATUS RESULT=OK\n");
                wire.hear(&format!("SESSION REMOVE ID={}", ids[0]));
                wire.hear("NAMING LOOKUP NAME=n1.i2p");
                asked.send(()).unwrap();
                // Behind the question that is outstanding.
                wire.say(format!(
                    "NAMING REPLY RESULT=OK NAME=n1.i2p VALUE={}\n",
                    keys::destination(1)
                ));
                wire.hear(&format!("SESSION REMOVE ID={}", ids[1]));
                // The answers to both, which nobody waits for, and to what is asked next.
                add(wire);
                wire.say("SESSION STATUS RESULT=OK\nSESSION STATUS RESULT=I2P_ERROR\n");
                wire.say("SESSION STATUS RESULT=DUPLICATED_ID\n");
                wire.hear_end();
            })
            .start();
        let primary = scripted.builder().primary().unwrap();
        let [first, second] = [1, 2].map(|port| primary.add_stream(port).unwrap());
        drop(first);
        std::thread::scope(|scope| {
            let lookup = scope.spawn(|| primary.lookup("n1.i2p"));
            wait.recv().unwrap();
            drop(second);
            assert_eq!(lookup.join().unwrap().unwrap(), keys::destination(1));
        });
        let refused = primary.add_stream(3).unwrap_err();
        assert!(refused.is_refused(ResultCode::DuplicatedId), "{refused}");
    });
}
