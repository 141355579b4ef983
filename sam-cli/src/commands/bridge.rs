//! `bridge`: a SAM port without a router.

use std::io;
use std::process::ExitCode;
use std::thread;

use sam_std::loopback::LoopbackBridge;

use crate::cli::Bridge;
use crate::exec;
use crate::failure::Failure;
use crate::talk::{print, say};

pub(crate) fn run(wanted: &Bridge) -> Result<ExitCode, Failure> {
    let mut builder = LoopbackBridge::builder()
        .port(wanted.port)
        .personality(wanted.personality);
    if let Some(seed) = wanted.seed {
        builder = builder.seed(seed);
    }
    if let Some(file) = &wanted.transcript {
        builder = builder.transcript(file);
    }
    let bridge = builder.start().map_err(|error| {
        Failure::new(format_args!(
            "cannot start a bridge on port {}: {error}",
            wanted.port
        ))
    })?;
    say("a loopback for tests: nothing leaves this computer, and nothing is anonymous");
    if let Some(file) = &wanted.transcript {
        say(format_args!(
            "{} records who talks to whom, and all that streams carry",
            file.display()
        ));
    }
    if wanted.exec {
        return exec::run(&wanted.command, bridge.addr());
    }
    if wanted.json {
        let (address, port) = (bridge.addr(), bridge.addr().port());
        let (udp, personality) = (bridge.udp_addr().port(), wanted.personality);
        print(format_args!(
            r#"{{"address":"{address}","tcp":{port},"udp":{udp},"personality":"{personality}"}}"#
        ))?;
    } else {
        print(bridge.addr())?;
    }
    wait_for_the_end();
    Ok(ExitCode::SUCCESS)
}

/// Returns once the program that has started this one has closed its end of the input.
fn wait_for_the_end() {
    if !ends_with_its_parent() {
        say("Ctrl-C ends it");
        loop {
            thread::park();
        }
    }
    say("Ctrl-C ends it, and the end of its input");
    // What is said there means nothing, and an error means that nothing more will be said.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
}

/// Whether somebody holds the other end of the input, and not a terminal, a file or `/dev/null`,
/// from which shells have programs read that run in the background.
#[cfg(unix)]
fn ends_with_its_parent() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let input = io::stdin().as_fd().try_clone_to_owned().map(File::from);
    let kind = input.and_then(|input| input.metadata());
    kind.is_ok_and(|kind| kind.file_type().is_fifo() || kind.file_type().is_socket())
}

#[cfg(not(unix))]
fn ends_with_its_parent() -> bool {
    false
}
