//! What needs no session: keys, and lookups on sockets of their own.

use sam_std::{Error, ResultCode, SignatureType};

use crate::hello::is_cut;
use crate::keys;
use crate::router::{Scripts, found};
use crate::watchdog::bounded;

#[test]
fn keys_are_made_on_request_and_only_of_the_type_asked_for() {
    bounded(|| {
        let good = format!(
            "DEST REPLY PUB={} PRIV={}\n",
            keys::public(),
            keys::private()
        );
        let bad = format!(
            "DEST REPLY PUB={} PRIV={}\n",
            "A".repeat(516),
            keys::dsa_private()
        );
        let answers = [
            good,
            bad,
            "DEST REPLY RESULT=I2P_ERROR MESSAGE=\"SIGNATURE_TYPE 7 unsupported\"\n".to_owned(),
        ];
        let mut scripts = Scripts::default();
        for answer in answers.clone() {
            scripts = scripts.then(move |wire| {
                wire.greet();
                wire.hear("DEST GENERATE SIGNATURE_TYPE=7");
                wire.say(answer);
                wire.hear_end();
            });
        }
        let scripted = scripts
            .then(move |wire| {
                wire.create();
                for answer in answers {
                    wire.hear("DEST GENERATE SIGNATURE_TYPE=7");
                    wire.say(answer);
                }
                wire.hear_end();
            })
            .start();
        let router = scripted.router();
        let results: Vec<_> = (0..3).map(|_| router.generate_destination()).collect();
        let session = scripted.session();
        let others = (0..3).map(|_| session.generate_destination()).collect();
        for results in [results, others] {
            let [key, mistyped, refused] = results.try_into().unwrap();
            assert_eq!(key.unwrap().destination().to_string(), keys::public());
            let mistyped = mistyped.unwrap_err();
            assert!(matches!(mistyped, Error::Malformed { .. }), "{mistyped:?}");
            let refused = refused.unwrap_err();
            assert!(refused.is_refused(ResultCode::I2pError), "{refused:?}");
        }
    });
}

#[test]
fn a_type_that_some_routers_crash_on_is_never_sent() {
    bounded(|| {
        let scripted = Scripts::default()
            .then(|wire| {
                wire.greet();
                wire.hear_end();
            })
            .start();
        let error = scripted
            .router()
            .generate_destination_of(SignatureType(4))
            .unwrap_err();
        assert!(matches!(error, Error::Usage(_)), "{error:?}");
    });
}

#[test]
fn a_router_without_a_session_is_asked_on_a_socket_of_its_own() {
    bounded(|| {
        let refusal = "DEST REPLY RESULT=I2P_ERROR MESSAGE=\"DEST GENERATE required\"";
        let scripted = Scripts::default()
            .then(|wire| {
                wire.greet();
                wire.say("PING 1\n");
                wire.answer_lookup("n1.i2p", &keys::destination(1).to_string());
                wire.hear("PONG 1");
                wire.hear_end();
            })
            .then(move |wire| {
                wire.greet();
                wire.line();
                wire.say(refusal);
            })
            .then(|wire| {
                wire.greet();
                wire.line();
                wire.hear_end();
            })
            .start();
        let router = scripted.router();
        assert_eq!(router.lookup("n1.i2p").unwrap(), keys::destination(1));
        let error = router.lookup("n2.i2p").unwrap_err();
        let said = "the router refused: I2P_ERROR (DEST GENERATE required)";
        assert_eq!(error.to_string(), said);
        let error = scripted.router_in_haste().lookup("n3.i2p").unwrap_err();
        assert!(matches!(error, Error::TimedOut), "{error:?}");
    });
}

#[test]
fn an_end_at_any_byte_of_the_answer_is_an_error() {
    bounded(|| {
        let answer = found("n1.i2p", &keys::destination(1).to_string());
        let mut scripts = Scripts::default();
        for end in 0..answer.len() {
            let cut = answer[..end].to_owned();
            scripts = scripts.then(move |wire| {
                wire.greet();
                wire.line();
                wire.say(cut);
            });
        }
        let scripted = scripts.start();
        for end in 0..answer.len() {
            let error = scripted.router().lookup("n1.i2p").unwrap_err();
            assert!(is_cut(&error), "at {end}: {error:?}");
        }
    });
}
