//! The device: sam-core's machines and drivers on a line of its own for each.

use embedded_io::{Error as _, ErrorKind};
use sam_core::io::{IoError, Stream, blocking};
use sam_core::{
    Accept, Accepted, Address, Connect, Connection, Create, Created, Greeting, SessionId,
    SessionKey, SessionOptions, Timeouts,
};

use crate::network::Identity;
use crate::sam::{Line, Way};

pub(crate) type Error = IoError<ErrorKind>;

/// A device with a session, which lives as long as this.
pub(crate) struct Device<'w> {
    way: Way<'w>,
    pub(crate) id: SessionId,
    pub(crate) identity: Identity,
    _control: Line,
}

impl<'w> Device<'w> {
    /// Brings its session online.
    pub(crate) fn start(way: Way<'w>) -> Result<Self, Error> {
        let identity = Identity::fresh();
        let mut entropy = [0; 16];
        getrandom::fill(&mut entropy).unwrap();
        let id = SessionId::random(entropy);
        let key = identity.private_key();
        let key = SessionKey::Binary(key.as_bytes());
        let options = SessionOptions::DEFAULT;
        let create = Create::new(Greeting::default(), Timeouts::DEFAULT, &id, key, options);
        let create = create.map_err(sam_core::Error::from)?;
        let mut connection = Connection::new(create, vec![0; 2048], vec![0; 2048])?;
        let mut control = dial(&way)?;
        loop {
            match blocking::recv(&mut connection, &mut control)? {
                Some(Created::Ready { .. }) => break,
                Some(_) => {}
                None => return Err(sam_core::Error::Closed.into()),
            }
        }
        Ok(Self {
            way,
            id,
            identity,
            _control: control,
        })
    }

    /// Opens a stream to a peer.
    pub(crate) fn connect(&self, to: &Address) -> Result<Stream<Line, Vec<u8>>, Error> {
        let machine = Connect::new(Greeting::default(), Timeouts::DEFAULT, &self.id, to);
        let mut connection = Connection::new(machine, vec![0; 2048], vec![0; 2048])?;
        let mut line = dial(&self.way)?;
        while blocking::next(&mut connection, &mut line)?.is_some() {}
        Ok(Stream::new(line, connection.into_unread()))
    }

    /// Waits for a peer; says who it was.
    pub(crate) fn accept(&self) -> Result<(Stream<Line, Vec<u8>>, Address), Error> {
        let machine = Accept::new(Greeting::default(), Timeouts::DEFAULT, &self.id);
        let mut connection = Connection::new(machine, vec![0; 2048], vec![0; 2048])?;
        let mut line = dial(&self.way)?;
        let mut peer = None;
        while let Some(event) = blocking::recv(&mut connection, &mut line)? {
            if let Accepted::Peer(told) = event {
                let mut bytes = [0; 512];
                let destination = told.destination.decode(&mut bytes);
                peer = Some(Address::from(&destination.map_err(sam_core::Error::from)?));
            }
        }
        Ok((Stream::new(line, connection.into_unread()), peer.unwrap()))
    }
}

fn dial(way: &Way<'_>) -> Result<Line, Error> {
    way.dial().map_err(|error| IoError::Transport(error.kind()))
}
