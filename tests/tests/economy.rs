//! How often the drivers call the transport.

use sam_tests::client::play;
use sam_tests::drivers::{Asynch, Blocking, Driver};
use sam_tests::transcript::{Socket, of};
use sam_tests::wire::{Habits, Wire};

fn recorded(name: &str) -> Socket {
    let mut sockets = of("i2pd-2.59.0").into_iter();
    sockets
        .find(|socket| socket.name == format!("i2pd-2.59.0/{name}"))
        .unwrap()
}

/// Writes and reads of a whole conversation, over a transport that delivers whole replies.
fn calls(socket: &Socket, mut driver: impl Driver) -> (usize, usize) {
    let outcome = play(socket, &mut driver, 2048);
    assert_eq!(outcome.told.last().unwrap(), "done");
    (driver.wire().writes, driver.wire().reads)
}

#[test]
fn a_connect_takes_two_writes_and_two_reads() {
    let socket = recorded("ping-pong X");
    let wire = Wire::new(&socket, Habits::GOOD);
    assert_eq!(calls(&socket, Blocking(wire.clone())), (2, 2));
    assert_eq!(calls(&socket, Asynch { wire, polls: 1 }), (2, 2));
}

#[test]
fn an_accept_takes_two_writes_and_three_reads_at_most() {
    let socket = recorded("ping-pong A");
    let wire = Wire::new(&socket, Habits::GOOD);
    // The peer line may come together with the status: then it is one read less.
    assert_eq!(calls(&socket, Blocking(wire.clone())), (2, 2));
    let status = "HELLO REPLY RESULT=OK VERSION=3.3\nSTREAM STATUS RESULT=OK\n";
    let habits = Habits {
        split: Some(status.len()),
        ..Habits::GOOD
    };
    let apart = wire.with(habits);
    assert_eq!(calls(&socket, Blocking(apart.clone())), (2, 3));
    assert_eq!(
        calls(
            &socket,
            Asynch {
                wire: apart,
                polls: 1
            }
        ),
        (2, 3)
    );
}

#[test]
fn a_line_is_one_write() {
    for socket in of("i2pd-2.59.0")
        .into_iter()
        .filter(sam_tests::client::is_playable)
    {
        let mut driver = Blocking(Wire::new(&socket, Habits::GOOD));
        let outcome = play(&socket, &mut driver, 2048);
        assert_eq!(driver.wire().writes, outcome.said.len(), "{}", socket.name);
    }
}
