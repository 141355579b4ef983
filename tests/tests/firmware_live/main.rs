//! The programs of `firmware/` on emulated boards, at real routers, with a peer on another router.
//!
//! `./test.sh firmware-live` runs these inside the private network of `tests/testnet`: what is
//! 10.0.2.2 to a board is 127.0.0.1 there. The programs ask for tunnels of three hops with a
//! destination that nobody knows yet, as they would at home, so each session takes i2pd 2.45.1
//! twenty seconds and more.

#[expect(dead_code, reason = "the tests of the firmware use the rest")]
#[path = "../firmware/board.rs"]
mod board;

mod i2p_site;
mod network;
mod ping_pong;
#[expect(dead_code, reason = "the tests of the firmware use the rest")]
#[path = "../firmware/readings.rs"]
mod readings;
mod sensor;
