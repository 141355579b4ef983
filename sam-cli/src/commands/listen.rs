//! `listen`: netcat for peers that come.

use sam_std::Address;

use super::{create_session, linger};
use crate::cli::Listen;
use crate::failure::Failure;
use crate::relay::{AtEnd, Input};
use crate::talk::say;
use crate::way::Router;

pub(crate) fn run(router: &Router, listen: &Listen) -> Result<(), Failure> {
    let session = create_session(router, &listen.identity)?;
    say(format_args!("listening as {}", session.address()));
    let input = Input::start(AtEnd::KeepOpen)?;
    loop {
        let stream = session.accept().map_err(Failure::at(router))?;
        if let Some(peer) = stream.peer() {
            say(format_args!("connected from {}", Address::from(peer)));
        }
        let ended = input.relay(&stream)?;
        drop(stream);
        say(&ended);
        if listen.once {
            linger(ended.last_sent, listen.linger.linger);
            return ended.into_result();
        }
        if let Some(why) = ended.cut_off {
            say(why);
        }
    }
}
