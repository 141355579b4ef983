//! `connect`: netcat to a peer.

use super::{check_address, create_session, linger};
use crate::cli::Connect;
use crate::failure::Failure;
use crate::relay::{AtEnd, Input};
use crate::talk::{say, waiting};
use crate::way::Router;

pub(crate) fn run(router: &Router, connect: &Connect) -> Result<(), Failure> {
    check_address(&connect.address)?;
    let session = create_session(router, &connect.identity)?;
    say(format_args!("connecting as {}", session.address()));
    let stream = waiting("looking for the peer", || session.connect(&connect.address))
        .map_err(Failure::at(router))?;
    say("connected");

    let ended = Input::start(AtEnd::Tell(connect.quiet))?.relay(&stream)?;
    drop(stream);
    say(&ended);
    if !ended.by_peer {
        linger(ended.last_sent, connect.linger.linger);
    }
    ended.into_result()
}
