//! Running the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::thread;

use sam_std::loopback::LoopbackBridge;
use sam_std::{Router, Session};

/// The program without a router.
pub(crate) fn i2p_sam(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_i2p-sam"));
    command.env_remove("I2P_SAM_ADDRESS").args(args);
    command
}

/// The program with a bridge for a router.
pub(crate) fn i2p_sam_at(bridge: &LoopbackBridge, args: &[&str]) -> Command {
    let mut command = i2p_sam(args);
    command.env("I2P_SAM_ADDRESS", bridge.addr().to_string());
    command
}

pub(crate) fn bridge() -> LoopbackBridge {
    LoopbackBridge::builder()
        .peer_line_with_first_data(true)
        .start()
        .unwrap()
}

/// A session in this process.
pub(crate) fn session(bridge: &LoopbackBridge) -> Session {
    let router = Router::from(bridge.addr());
    Session::builder(&router).create().unwrap()
}

pub(crate) fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

pub(crate) fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

/// Bytes of all values, in an order that does not repeat soon.
pub(crate) fn noise(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    })
    .take(len)
    .collect()
}

/// A program that runs; killed if it still does when it is dropped.
pub(crate) struct Running {
    child: Child,
    /// Taken to end the input.
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) stdout: Option<ChildStdout>,
    talk: BufReader<std::process::ChildStderr>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            talk: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it says a line that begins like this, and returns the rest of the line.
    pub(crate) fn hear(&mut self, start: &str) -> String {
        let mut line = String::new();
        while self.talk.read_line(&mut line).unwrap() > 0 {
            if let Some(rest) = line.trim_end().strip_prefix(start) {
                return rest.to_owned();
            }
            line.clear();
        }
        panic!("it ended without saying {start:?}");
    }

    /// Writes all of the input and ends it, from a thread of its own.
    pub(crate) fn feed(&mut self, bytes: Vec<u8>) {
        let mut stdin = self.stdin.take().unwrap();
        thread::spawn(move || stdin.write_all(&bytes));
    }

    /// Reads this much of its output.
    pub(crate) fn read(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let stdout = self.stdout.as_mut().unwrap();
        stdout.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Waits for its end: the exit status and the rest of what it has put out.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<u8>) {
        let mut rest = Vec::new();
        if let Some(stdout) = &mut self.stdout {
            stdout.read_to_end(&mut rest).unwrap();
        }
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
