//! SAM on a local network, attacked: in clear, where each attack succeeds on a real i2pd, and
//! through the secured hop of `docs/secured-hop.md`, where each fails.
//!
//! `./test.sh secured-hop` runs these inside the private network of `tests/testnet`. The router's
//! SAM port is on its own 127.0.0.1, stunnel's on the router's address in a local network, and the
//! device, its neighbours and the attacker live on the other side of that (see [`lan`]).

mod attacks;
#[expect(dead_code, reason = "the tests of the firmware use the rest")]
#[path = "../firmware/board.rs"]
mod board;
mod certificate;
#[path = "../../../firmware/programs/src/secured/chance.rs"]
mod chance;
mod clear;
mod device;
mod documentation;
mod firmware;
mod forgeries;
mod hop;
mod lan;
mod network;
#[expect(dead_code, reason = "the tests of the firmware use the rest")]
#[path = "../firmware/peer.rs"]
mod peer;
mod psk;
#[path = "../../../firmware/programs/src/secured/records.rs"]
mod records;
mod relay;
mod sam;
mod snippets;
mod stunnel;
