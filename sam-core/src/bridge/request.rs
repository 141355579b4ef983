//! What the program behind the bridge half has to do.

use crate::command::{
    Auth, Hello, NamingLookup, SessionAdd, SessionCreate, StreamAccept, StreamConnect,
    StreamForward,
};
use crate::header::CountedSend;
use crate::types::SignatureType;
use crate::value::Value;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Request<'l> {
    /// Whether the client may talk at all; only from a [guarded](super::Bridge::guarded) bridge.
    /// The answer is a [`Reply::Hello`](crate::Reply::Hello), whose version the bridge fills in.
    Greet(Hello<'l>),
    /// A change of who may talk. The answer is a [`Reply::Other`](crate::Reply::Other) of the verb
    /// `AUTH`.
    Auth(Auth<'l>),
    /// A session that lives as long as this connection.
    Create(SessionCreate<'l>),
    /// A subsession of the session that this connection has.
    Add(SessionAdd<'l>),
    /// The end of the subsession with this ID.
    Remove(Value<'l>),
    /// A stream to a peer; after the answer OK this connection is that stream.
    Connect(StreamConnect<'l>),
    /// A stream from a peer; after the answer OK, and [`Bridge::peer`](super::Bridge::peer), this connection is it.
    Accept(StreamAccept<'l>),
    /// Streams from peers, dialled to a socket of the client's as long as this connection lives.
    Forward(StreamForward<'l>),
    /// Which destination a name stands for, and what its leaseset tells, if that is asked for: the
    /// answer is `LEASESET_NOT_FOUND` then if there is none.
    Lookup(NamingLookup<'l>),
    /// A datagram; its payload follows, and no answer is due.
    Send(CountedSend<'l>),
    /// A new pair of keys; without a type, of the router's default one.
    Generate(Option<SignatureType>),
}

/// What becomes of the connection once line mode is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Ending {
    /// Close it.
    Close,
    /// It is a stream now.
    Stream,
}
