//! Plays a recorded socket on the client's machines.

use sam_core::command::{DatagramParameters, SessionCreate};
use sam_core::operand::Host;
use sam_core::{
    Accept, Command, Connect, Connection, Create, Error, Forward, Greeting, Machine, SessionKey,
    SessionOption, SessionOptions, Style, Timeouts, TunnelOptions, Utility, Value, Writer,
};

use crate::drivers::{Driver, Stop};
use crate::recorded::{address, ask, second_command, session_id, target, versions};
use crate::tell::{Tell, tell_error};
use crate::transcript::Socket;

/// What came of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Each event, and last of all how it ended: `done` when line mode was over, `waiting` when
    /// the router waited for the client, or the error.
    pub told: Vec<String>,
    /// Each line the client said.
    pub said: Vec<String>,
    /// What the router said behind the last line.
    pub left: Vec<u8>,
}

/// Bytes for the longest line a client says here.
const TX_ROOM: usize = 2048;

/// Whether the role of a socket is one this crate's clients play.
pub fn is_playable(socket: &Socket) -> bool {
    match second_command(socket) {
        Some(Ok(Command::SessionCreate(create))) => !matches!(
            create.style,
            Style::Datagram | Style::Raw | Style::Datagram2 | Style::Datagram3
        ),
        _ => true,
    }
}

/// Whether a socket becomes a stream, so that its machine asks nothing more.
pub fn is_stream(socket: &Socket) -> bool {
    matches!(
        second_command(socket),
        Some(Ok(Command::StreamConnect(_) | Command::StreamAccept(_)))
    )
}

/// Plays a socket over a driver, with `room` bytes to receive lines in.
///
/// # Panics
/// If it is not [playable](is_playable), or the connection breaks its own contract.
pub fn play(socket: &Socket, driver: &mut impl Driver, room: usize) -> Outcome {
    let mut player = Player {
        driver,
        room,
        told: Vec::new(),
        left: Vec::new(),
    };
    player.play(socket);
    let told = player.told;
    let left = [&player.left, driver.wire().rest()].concat();
    let said = driver.wire().said.split_inclusive(|byte| *byte == b'\n');
    let said = said.map(|line| line.escape_ascii().to_string());
    Outcome {
        told,
        said: said.collect(),
        left,
    }
}

struct Player<'d, D> {
    driver: &'d mut D,
    room: usize,
    told: Vec<String>,
    left: Vec<u8>,
}

impl<D: Driver> Player<'_, D> {
    fn play(&mut self, socket: &Socket) {
        let said = socket.said();
        let greeting = Greeting {
            versions: versions(said.first().copied().unwrap_or_default()),
            credentials: None,
        };
        let timeouts = Timeouts::DEFAULT;
        // PONGs are the machine's own business.
        let mut asks = said
            .into_iter()
            .skip(1)
            .filter(|line| !line.starts_with(b"PONG"));
        match second_command(socket) {
            Some(Ok(Command::StreamConnect(connect))) => {
                let id = session_id(connect.id);
                let address = address(connect.destination);
                let target = target(&connect, &address);
                let mut machine = Connect::new(greeting, timeouts, &id, target);
                if let Some(ports) = connect.ports {
                    machine = machine.ports(ports);
                }
                if connect.silent {
                    machine = machine.silent();
                }
                self.run(machine);
            }
            Some(Ok(Command::StreamAccept(accept))) => {
                let id = session_id(accept.id);
                let machine = Accept::new(greeting, timeouts, &id);
                self.run(if accept.silent {
                    machine.silent()
                } else {
                    machine
                });
            }
            Some(Ok(Command::StreamForward(forward))) => {
                let id = session_id(forward.id);
                let host = match forward.host {
                    Some(Host::Ip(ip)) => Some(ip),
                    _ => None,
                };
                let mut machine = Forward::new(greeting, timeouts, &id, host, forward.port);
                if forward.ssl {
                    machine = machine.ssl();
                }
                self.run(if forward.silent {
                    machine.silent()
                } else {
                    machine
                });
            }
            Some(Ok(Command::SessionCreate(create))) => {
                asks.next();
                self.run_session(&create, greeting, asks);
            }
            Some(Err(line)) if line.starts_with(b"SESSION CREATE") => {
                asks.next();
                let create = SessionCreate {
                    style: Style::Stream,
                    id: Value::from("unknown"),
                    key: SessionKey::TRANSIENT,
                    datagrams: DatagramParameters::default(),
                    options: SessionOptions::DEFAULT.into(),
                };
                self.run_session(&create, greeting, asks);
            }
            _ => {
                let utility = Utility::new(greeting, timeouts);
                self.run_asking(utility, |utility, tx| match asks.next() {
                    Some(line) => utility.ask().and_then(|inquiry| ask(inquiry, line, tx)),
                    None => Err(Error::Closed),
                });
            }
        }
    }

    fn run_session<'l>(
        &mut self,
        create: &SessionCreate<'_>,
        greeting: Greeting<'_>,
        mut asks: impl Iterator<Item = &'l [u8]>,
    ) {
        let mut others = Vec::new();
        let options = create.options.each(&mut |key, value| {
            let key = String::from_utf8(key.into()).unwrap();
            others.push((key, value.as_str().unwrap().to_owned()));
            Ok(())
        });
        assert_eq!(options, Ok(()));
        let others: Vec<_> = others
            .iter()
            .map(|(key, value)| SessionOption::other(key, value))
            .collect();
        let options = SessionOptions {
            inbound: TunnelOptions::default(),
            outbound: TunnelOptions::default(),
            lease_set_enc_type: None,
            others: &others,
        };
        let key = match create.key {
            SessionKey::Transient(_) => SessionKey::TRANSIENT,
            // This crate refuses to say what cannot be a key.
            SessionKey::Text(text) if text.expose() == "AAAA" => SessionKey::Binary(&[0; 388]),
            key => key,
        };
        let id = session_id(create.id);
        let machine = Create::new(greeting, Timeouts::DEFAULT, &id, key, options).unwrap();
        if let Some(connection) = self.connect(machine)
            && let Some(connection) = self.go_on(connection, |_, _| Err(Error::Closed))
        {
            let session = connection.then(Create::into_session);
            let over = self.go_on(session, |session, tx| match asks.next() {
                Some(line) => ask(session.ask(), line, tx),
                None => Err(Error::Closed),
            });
            assert!(over.is_none(), "a session never becomes a stream");
        }
    }

    fn run<M: Machine>(&mut self, machine: M)
    where
        for<'l> M::Event<'l>: Tell,
    {
        self.run_asking(machine, |_, _| Err(Error::Closed));
    }

    fn run_asking<M: Machine>(
        &mut self,
        machine: M,
        ask: impl FnMut(&mut M, &mut Writer<'_>) -> Result<(), Error>,
    ) where
        for<'l> M::Event<'l>: Tell,
    {
        if let Some(connection) = self.connect(machine)
            && let Some(connection) = self.go_on(connection, ask)
        {
            self.told.push("done".into());
            self.left = connection.into_unread().as_slice().to_vec();
        }
    }

    fn connect<M: Machine>(&mut self, machine: M) -> Option<Connection<M, Vec<u8>>> {
        let tx_room = self.room.max(TX_ROOM);
        match Connection::new(machine, vec![0; self.room], vec![0; tx_room]) {
            Ok(connection) => Some(connection),
            Err(error) => {
                self.told.push(tell_error(error));
                None
            }
        }
    }

    /// Runs until line mode is over; `None` if it ended otherwise, which has been told then.
    ///
    /// When the router waits, `ask` says something; an error means that there is nothing to say.
    fn go_on<M: Machine>(
        &mut self,
        mut connection: Connection<M, Vec<u8>>,
        mut ask: impl FnMut(&mut M, &mut Writer<'_>) -> Result<(), Error>,
    ) -> Option<Connection<M, Vec<u8>>>
    where
        for<'l> M::Event<'l>: Tell,
    {
        loop {
            match self.driver.next(&mut connection) {
                Ok(Some(line)) => {
                    self.told.push(connection.event(line).unwrap().tell());
                    let again = connection.event(line).unwrap().tell();
                    assert_eq!(
                        self.told.last(),
                        Some(&again),
                        "an event can be looked at twice"
                    );
                }
                Ok(None) => return Some(connection),
                Err(Stop::Waiting) => {
                    if connection.request(&mut ask).is_err() {
                        self.told.push("waiting".into());
                        return None;
                    }
                }
                Err(Stop::Failed(error)) => {
                    let again = self.driver.next(&mut connection);
                    assert_eq!(again, Err(Stop::Failed(error)), "an error lasts");
                    self.told.push(tell_error(error));
                    return None;
                }
            }
        }
    }
}
