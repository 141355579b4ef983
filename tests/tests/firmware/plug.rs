//! The board's cable and its reset button: QEMU's commands.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::board::{PATIENCE, Running, emulator};

/// A board whose cable can be pulled and whose reset button can be pressed.
///
/// Pulling the cable loses all frames, in both directions; the emulated Stellaris MAC has no PHY
/// that would notice.
pub(crate) struct Plug {
    commands: UnixStream,
    answers: BufReader<UnixStream>,
    _directory: TempDir,
}

impl Plug {
    /// Starts a program whose board has no power yet: it runs from [`Self::power_on`] on.
    pub(crate) fn start(board: &str, program: &str, arguments: &[&str]) -> (Self, Running) {
        Self::of(emulator(board, program, arguments, 300))
    }

    /// The same with what runs a program.
    pub(crate) fn of(mut command: Command) -> (Self, Running) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("qmp");
        command.env("QMP", &path);
        let running = Running::of(command);
        let commands = connect(&path);
        let mut plug = Self {
            answers: BufReader::new(commands.try_clone().unwrap()),
            commands,
            _directory: directory,
        };
        plug.answer("QMP");
        plug.tell("qmp_capabilities", json!({}));
        (plug, running)
    }

    pub(crate) fn power_on(&mut self) {
        self.tell("cont", json!({}));
    }

    pub(crate) fn press_reset(&mut self) {
        self.tell("system_reset", json!({}));
    }

    pub(crate) fn set_cable(&mut self, is_plugged_in: bool) {
        self.tell("set_link", json!({"name": "net", "up": is_plugged_in}));
    }

    fn tell(&mut self, command: &str, arguments: Value) {
        let line = json!({"execute": command, "arguments": arguments});
        writeln!(self.commands, "{line}").unwrap();
        self.answer("return");
    }

    /// Reads up to the answer that has this member; what comes before it are events.
    fn answer(&mut self, member: &str) {
        loop {
            let mut line = String::new();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "QEMU ended");
            let answer: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(answer.get("error"), None);
            if answer.get(member).is_some() {
                return;
            }
        }
    }
}

fn connect(path: &PathBuf) -> UnixStream {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return stream,
            Err(error) if Instant::now() > deadline => panic!("QEMU does not listen: {error}"),
            // QEMU makes the socket before it runs anything, and nobody tells.
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
}
