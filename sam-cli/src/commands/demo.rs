//! `demo`: two sessions find each other and play ping-pong, and every step is checked.

use std::io::{Read, Write};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use sam_std::loopback::LoopbackBridge;
use sam_std::{Destination, Error};

use crate::failure::Failure;
use crate::talk::{BUILDING_TUNNELS, print, waiting};
use crate::way::{Router, Session, Way};

/// How long a peer may take to answer.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long a new destination may be unknown to the router's network, and how often to ask.
const UNTIL_KNOWN: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(3);

const PING: &[u8; 4] = b"ping";
const PONG: &[u8; 4] = b"pong";

/// Without a router.
pub(crate) fn on_loopback() -> Result<(), Failure> {
    let bridge = LoopbackBridge::builder()
        .peer_line_with_first_data(true)
        .start()
        .map_err(|error| Failure::new(format_args!("cannot start the loopback: {error}")))?;
    print("This runs on a loopback inside this program. It is not I2P: nothing leaves this")?;
    print("computer, and NOTHING IS ANONYMOUS. The sessions, names and streams are SAM's.")?;
    print("It tells who calls in one segment with the caller's first bytes, as routers may.")?;
    print("")?;
    play(&Router::over(Way::Plain(bridge.addr().into())))
}

/// With one.
pub(crate) fn on_router(router: &Router) -> Result<(), Failure> {
    router.version().map_err(Failure::at(router))?;
    print(format_args!(
        "This runs on the router at {router}, with new identities."
    ))?;
    print("")?;
    play(router)
}

/// One of the two.
struct Player {
    name: &'static str,
    session: Session,
}

fn play(router: &Router) -> Result<(), Failure> {
    let start = Instant::now();
    let (alice, bob) = waiting(BUILDING_TUNNELS, || create_both(router))?;
    print("Two sessions, each with an address of its own:")?;
    for player in [&alice, &bob] {
        print(format_args!(
            "  {:5}  {}",
            player.name,
            player.session.address()
        ))?;
    }
    print("")?;
    look_up(router, &alice, &bob)?;
    ping_pong(router, &alice, &bob)?;
    ping_pong(router, &bob, &alice)?;
    print(format_args!(
        "All of it was checked and is right; it took {:.2} s.",
        start.elapsed().as_secs_f32()
    ))
}

/// At the same time, as a real router needs as long for both as for one.
fn create_both(router: &Router) -> Result<(Player, Player), Failure> {
    let create = |name| {
        let session = Session::builder(router).create();
        session
            .map(|session| Player { name, session })
            .map_err(Failure::at(router))
    };
    thread::scope(|scope| {
        let alice = scope.spawn(|| create("Alice"));
        let bob = create("Bob");
        Ok((join(alice)?, bob?))
    })
}

fn look_up(router: &Router, asker: &Player, sought: &Player) -> Result<(), Failure> {
    let address = sought.session.address();
    let found = patiently(|| asker.session.lookup(&address)).map_err(Failure::at(router))?;
    check(found == *sought.session.destination(), "the look-up")?;
    print(format_args!(
        "{} looks {}'s address up, and finds the right destination ({} bytes).",
        asker.name,
        sought.name,
        found.as_bytes().len()
    ))?;
    print("")
}

fn ping_pong(router: &Router, caller: &Player, called: &Player) -> Result<(), Failure> {
    let (asked, answered) = thread::scope(|scope| {
        let answering = scope.spawn(|| answer(&called.session));
        // A call that failed ends the wait for it.
        let asked = ask(caller, called).inspect_err(|_| called.session.close());
        (asked, join(answering))
    });
    let pong = asked.map_err(Failure::at(router))?;
    let (peer, ping) = answered.map_err(Failure::at(router))?;
    check(
        peer.as_ref() == Some(caller.session.destination()),
        "who called",
    )?;
    check(ping == *PING, "the ping")?;
    check(pong == *PONG, "the pong")?;
    print(format_args!("{} connects to {}:", caller.name, called.name))?;
    print(format_args!(
        "  {} sees that it is {}, and gets \"{}\"",
        called.name,
        caller.name,
        ping.escape_ascii()
    ))?;
    print(format_args!(
        "  {} gets \"{}\"",
        caller.name,
        pong.escape_ascii()
    ))?;
    print("")
}

/// Calls, sends a ping, and returns what comes back.
fn ask(caller: &Player, called: &Player) -> Result<[u8; 4], Error> {
    let address = called.session.address();
    let mut stream = patiently(|| caller.session.connect(&address))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(PING)?;
    let mut reply = [0; 4];
    stream.read_exact(&mut reply)?;
    Ok(reply)
}

/// Waits for a call, answers with a pong; returns who called and what was said.
fn answer(session: &Session) -> Result<(Option<Destination>, [u8; 4]), Error> {
    let mut stream = session.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut question = [0; 4];
    stream.read_exact(&mut question)?;
    stream.write_all(PONG)?;
    // The caller ends the stream: it has the pong then.
    stream.read_to_end(&mut Vec::new())?;
    Ok((stream.peer().cloned(), question))
}

/// Tries again while the router says no, as it does until a new destination is known.
fn patiently<R>(ask: impl Fn() -> Result<R, Error>) -> Result<R, Error> {
    let end = Instant::now() + UNTIL_KNOWN;
    waiting("looking for the peer", || {
        loop {
            match ask() {
                Err(Error::Refused { .. }) if Instant::now() < end => thread::sleep(PAUSE),
                other => return other,
            }
        }
    })
}

fn check(is_right: bool, what: &str) -> Result<(), Failure> {
    if is_right {
        Ok(())
    } else {
        Err(Failure::new(format_args!(
            "{what} is not what it has to be"
        )))
    }
}

fn join<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
