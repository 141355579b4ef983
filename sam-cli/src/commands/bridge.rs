//! `bridge`: a SAM port without a router.

use std::thread;

use sam_std::loopback::LoopbackBridge;

use crate::failure::Failure;
use crate::talk::{print, say};

pub(crate) fn run(port: u16) -> Result<(), Failure> {
    let bridge = LoopbackBridge::builder()
        .port(port)
        .start()
        .map_err(|error| Failure::new(format_args!("cannot listen on port {port}: {error}")))?;
    say("a loopback for tests: nothing leaves this computer, and nothing is anonymous");
    print(bridge.addr())?;
    say("Ctrl-C ends it");
    loop {
        thread::park();
    }
}
