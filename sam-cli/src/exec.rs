//! A command that this program ends with, and that ends with it.

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::process::{self, Child, Command, ExitCode, ExitStatus};

#[cfg(target_os = "linux")]
use crate::cli::TETHERED;
use crate::failure::Failure;

/// The variable that tells programs where SAM is.
const ADDRESS: &str = "I2P_SAM_ADDRESS";

/// Runs a command to its end, and passes its exit status on.
pub(crate) fn run(command: &[OsString], sam: SocketAddr) -> Result<ExitCode, Failure> {
    let (name, args) = command
        .split_first()
        .ok_or_else(|| Failure::usage("--exec needs a command"))?;
    let cannot_run = |error: io::Error| Failure::command(name, &error);
    // Nothing may happen to the command before somebody listens.
    let mut signals = Signals::new().map_err(cannot_run)?;
    let mut command = tether(name, args);
    let mut child = command
        .env(ADDRESS, sam.to_string())
        .spawn()
        .map_err(cannot_run)?;
    let status = signals.pass_on_until_end(&mut child).map_err(cannot_run)?;
    Ok(code(status))
}

/// This program once more, to become the command: a process alone can ask Linux to be told of its
/// parent's end, and what it has asked outlives exec.
#[cfg(target_os = "linux")]
fn tether(name: &OsString, args: &[OsString]) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(TETHERED).arg(process::id().to_string());
    command.arg("--").arg(name).args(args);
    command
}

#[cfg(not(target_os = "linux"))]
fn tether(name: &OsString, args: &[OsString]) -> Command {
    let mut command = Command::new(name);
    command.args(args);
    command
}

/// Becomes a command that is sent SIGTERM when `parent` ends. Returns only if that fails.
#[cfg(target_os = "linux")]
pub(crate) fn tethered(parent: u32, command: &[OsString]) -> Failure {
    use std::os::unix::process::{CommandExt, parent_id};

    use rustix::process::{Signal, set_parent_process_death_signal};

    let Some((name, args)) = command.split_first() else {
        return Failure::usage("no command");
    };
    if let Err(error) = set_parent_process_death_signal(Some(Signal::TERM)) {
        return Failure::command(name, &error.into());
    }
    if parent_id() != parent {
        return Failure::new("the bridge has ended");
    }
    Failure::command(name, &Command::new(name).args(args).exec())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn tethered(_parent: u32, _command: &[OsString]) -> Failure {
    Failure::usage("only Linux needs this")
}

/// The signals that this process gets.
#[cfg(unix)]
struct Signals(signal_hook::iterator::Signals);

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

        let all = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
        signal_hook::iterator::Signals::new(all).map(Self)
    }

    /// Passes all of them on but those that the child gets by itself, until it ends.
    fn pass_on_until_end(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        use rustix::process::{Pid, Signal, kill_process};

        // Nobody else waits for the child, so its number is nobody else's in here.
        for signal in self.0.forever() {
            if signal == signal_hook::consts::SIGCHLD {
                if let Some(status) = child.try_wait()? {
                    return Ok(status);
                }
            } else if let Some(signal) = Signal::from_named_raw(signal)
                && !is_from_keyboard(signal)
            {
                // It may just have ended.
                let _ = kill_process(Pid::from_child(child), signal);
            }
        }
        child.wait()
    }
}

/// Whether a terminal has sent the signal, which it does to the command as well. Many programs
/// take the second Ctrl-C for impatience.
#[cfg(unix)]
fn is_from_keyboard(signal: rustix::process::Signal) -> bool {
    use rustix::process::{Signal, getpgrp};
    use rustix::stdio::{stderr, stdin, stdout};
    use rustix::termios::tcgetpgrp;

    let is_in_foreground = |terminal| tcgetpgrp(terminal) == Ok(getpgrp());
    matches!(signal, Signal::INT | Signal::QUIT)
        && [stdin(), stdout(), stderr()]
            .into_iter()
            .any(is_in_foreground)
}

#[cfg(unix)]
fn code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;

    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    fn pass_on_until_end(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        child.wait()
    }
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
