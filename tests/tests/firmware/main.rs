//! The programs of `firmware/` on emulated boards, with a router made for the occasion.
//!
//! `./test.sh firmware` builds the programs and runs these in a network namespace that leads
//! nowhere: what is 10.0.2.2 to a board is 127.0.0.1 here.

mod board;
mod defmt;
mod delegated;
mod i2p_site;
mod identity;
mod peer;
mod ping_pong;
mod plug;
mod readings;
mod sensor;
mod troubles;
mod version;
