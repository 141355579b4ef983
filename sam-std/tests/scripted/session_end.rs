//! How sessions end, and who notices.

use std::sync::mpsc;
use std::thread;

use sam_std::{Error, Session};

use crate::router::{OK, Scripts, Wire};
use crate::watchdog::bounded;

const ACCEPTS: usize = 3;

/// Has accepts, a connect and some lookups wait in threads of their own and ends the session:
/// `control` is what the router does when the accepts and the connect are waiting, `end` what
/// the program does.
fn everyone_wakes(
    lookups: usize,
    control: impl FnOnce(&mut Wire) + Send + 'static,
    end: impl FnOnce(&Session),
) {
    let (waiting, is_waiting) = mpsc::channel();
    let mut scripts = Scripts::default().then(move |wire| {
        wire.create();
        is_waiting.iter().take(ACCEPTS + 1).for_each(drop);
        control(wire);
    });
    for _ in 0..=ACCEPTS {
        let waiting = waiting.clone();
        // Like emissary, the router leaves these sockets open when the session ends.
        scripts = scripts.then(move |wire| {
            wire.greet();
            if wire.line().starts_with("STREAM ACCEPT") {
                wire.say(OK);
            }
            waiting.send(()).unwrap();
            wire.hear_end();
        });
    }
    let scripted = scripts.start();
    let session = scripted.session();
    thread::scope(|scope| {
        let mut verbs: Vec<_> = (0..ACCEPTS)
            .map(|_| scope.spawn(|| session.accept().map(drop)))
            .collect();
        verbs.push(scope.spawn(|| session.connect("silent.i2p").map(drop)));
        for _ in 0..lookups {
            verbs.push(scope.spawn(|| session.lookup("silent.i2p").map(drop)));
        }
        end(&session);
        for verb in verbs {
            let result = verb.join().unwrap();
            assert!(matches!(result, Err(Error::SessionEnded)), "{result:?}");
        }
    });
    assert!(!session.is_alive());
    let afterwards = [
        session.accept().map(drop),
        session.connect("silent.i2p").map(drop),
        session.lookup("silent.i2p").map(drop),
        session.forward(scripted.addr()).map(drop),
    ];
    for result in afterwards {
        assert!(matches!(result, Err(Error::SessionEnded)), "{result:?}");
    }
}

#[test]
fn a_router_that_closes_the_session_wakes_everyone() {
    bounded(|| {
        let control = |wire: &mut Wire| wire.hear("NAMING LOOKUP NAME=silent.i2p");
        everyone_wakes(2, control, |_| {});
    });
}

#[test]
fn a_router_that_resets_the_session_wakes_everyone() {
    bounded(|| everyone_wakes(2, Wire::turn_away, |_| {}));
}

#[test]
fn a_router_that_says_goodbye_wakes_everyone() {
    bounded(|| {
        let goodbye = "SESSION STATUS RESULT=I2P_ERROR MESSAGE=\"Router restart\"\n";
        // A lookup would take it for its answer.
        everyone_wakes(0, move |wire| wire.say(goodbye), |_| {});
    });
}

#[test]
fn closing_from_another_thread_wakes_everyone() {
    bounded(|| {
        let (asked, is_asked) = mpsc::channel();
        everyone_wakes(
            2,
            move |wire| {
                wire.hear("NAMING LOOKUP NAME=silent.i2p");
                asked.send(()).unwrap();
                wire.hear_end();
            },
            move |session| {
                is_asked.recv().unwrap();
                session.close();
            },
        );
    });
}

#[test]
fn dropping_the_session_ends_it_at_the_router() {
    bounded(|| {
        let (ended, has_ended) = mpsc::channel();
        let scripted = Scripts::default()
            .then(move |wire| {
                wire.keep_session();
                ended.send(()).unwrap();
            })
            .start();
        drop(scripted.session());
        has_ended.recv().unwrap();
    });
}

#[test]
fn closing_twice_is_closing() {
    bounded(|| {
        let scripted = Scripts::default().then(Wire::keep_session).start();
        let session = scripted.session();
        session.close();
        session.close();
        assert!(!session.is_alive());
    });
}

#[test]
fn a_line_too_long_for_the_session_ends_it() {
    bounded(|| everyone_wakes(0, |wire| wire.say("x".repeat(20_000)), |_| {}));
}

#[test]
fn sessions_and_streams_go_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Session>();
    check::<sam_std::Stream>();
    check::<sam_std::Router>();
    check::<sam_std::Forwarding>();
    check::<sam_std::Incoming<'_>>();
    check::<sam_std::SessionBuilder<'_>>();
    check::<Error>();
}
