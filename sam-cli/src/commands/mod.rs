//! The commands, one file for each.

mod address;
mod bridge;
mod connect;
mod demo;
mod keygen;
mod listen;
mod lookup;
mod version;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use sam_std::{KeyFile, ToTarget};

use crate::cli::{Cli, Command, Identity};
use crate::exec;
use crate::failure::Failure;
use crate::talk::{BUILDING_TUNNELS, waiting};
use crate::way::{Router, Session};

/// Does what the arguments say.
pub(crate) fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    match &cli.command {
        Command::Bridge(bridge) => return bridge::run(bridge),
        Command::Tethered { parent, command } => return Err(exec::tethered(*parent, command)),
        Command::Demo if !cli.names_router() => demo::on_loopback(),
        Command::Demo => demo::on_router(&cli.router()?),
        Command::Version => version::run(&cli.router()?),
        Command::Keygen(keygen) => keygen::run(cli, keygen),
        Command::Address { of } => address::run(of),
        Command::Lookup { name, b32 } => lookup::run(&cli.router()?, name, *b32),
        Command::Connect(connect) => connect::run(&cli.router()?, connect),
        Command::Listen(listen) => listen::run(&cli.router()?, listen),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// A session with the identity the caller wants.
fn create_session(router: &Router, identity: &Identity) -> Result<Session, Failure> {
    let key = match &identity.key {
        Some(path) => Some(KeyFile::load(path).map_err(Failure::new)?),
        None => None,
    };
    let builder = Session::builder(router);
    waiting(BUILDING_TUNNELS, || match &key {
        Some(key) => builder.key(key).create(),
        None => builder.create(),
    })
    .map_err(Failure::at(router))
}

/// Refuses what is no address in I2P, and does not repeat it: it might be a private key.
fn check_address(text: &str) -> Result<(), Failure> {
    text.to_target(|_| ()).map_err(|_| {
        Failure::usage("this is no address in I2P").advise(
            "There are names that end in .i2p, b32 addresses that end in .b32.i2p, and\n\
             destinations in base64.",
        )
    })
}

/// Gives the router time to deliver what was sent last, before the session ends.
fn linger(last_sent: Option<Instant>, limit: Duration) {
    let left = last_sent.map(|last| limit.saturating_sub(last.elapsed()));
    if let Some(left) = left.filter(|left| !left.is_zero()) {
        waiting("letting the router deliver the last bytes", || {
            thread::sleep(left);
        });
    }
}
