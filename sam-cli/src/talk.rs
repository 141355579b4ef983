//! Words for people on standard error, results on standard output.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;

/// What a new session is waited for with.
pub(crate) const BUILDING_TUNNELS: &str =
    "building tunnels: seconds usually, minutes if the router has just started";

/// Work that takes no longer is not talked about.
const SLOW: Duration = Duration::from_millis(400);

/// Says something to people. Nothing depends on whether they hear it.
pub(crate) fn say(words: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{words}");
}

/// Prints a line of the result.
pub(crate) fn print(line: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(Failure::stdout)
}

/// Does something that may be slow. If it is, a terminal shows a spinner and the time, and anything
/// else a line.
pub(crate) fn waiting<R>(what: &'static str, work: impl FnOnce() -> R) -> R {
    thread::scope(|scope| {
        // Closed when the work is done, however it ends.
        let (_working, done) = mpsc::channel::<()>();
        scope.spawn(move || {
            if done.recv_timeout(SLOW) == Err(RecvTimeoutError::Timeout) {
                show(what, &done);
            }
        });
        work()
    })
}

fn show(what: &'static str, done: &Receiver<()>) {
    if !io::stderr().is_terminal() {
        return say(what);
    }
    let style = ProgressStyle::with_template("{spinner:.green} {msg} ({elapsed})");
    let spinner = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_elapsed(SLOW)
        .with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    let _ = done.recv();
    spinner.finish_and_clear();
}
