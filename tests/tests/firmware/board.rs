//! A program on an emulated board, its words and its end.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const LM3S6965EVB: &str = "lm3s6965evb";
pub(crate) const BOARDS: [&str; 2] = [LM3S6965EVB, "mps2-an385"];

/// Spares a board the DHCP.
pub(crate) const STATIC_ADDRESS: &str = "address=10.0.2.15/24";

/// Bytes that an interrupt adds to the stack; whether one comes when it is at its deepest is chance.
pub(crate) const INTERRUPT: usize = 256;

/// How long anything may take that a test waits for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The argument that names a port of this machine as the router's.
pub(crate) fn router_at(port: u16) -> String {
    format!("router=10.0.2.2:{port}")
}

/// A program that runs; ends with this.
pub(crate) struct Running {
    emulator: Child,
    lines: Receiver<String>,
    heard: Vec<String>,
}

/// How a program ended.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) output: String,
    pub(crate) took: Duration,
}

/// The built program; `program` may lie in a folder.
pub(crate) fn built(board: &str, program: &str) -> PathBuf {
    let built = std::env::var("SAM_FIRMWARE").expect("the directory of the programs");
    [&built, board, program].iter().collect()
}

/// Runs a program to its end, for a minute at most.
pub(crate) fn run(board: &str, program: &str, arguments: &[&str]) -> Run {
    let began = Instant::now();
    let output = emulator(board, program, arguments, 60).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    println!("{board}: {}\n{text}", output.status);
    print!("{}", String::from_utf8_lossy(&output.stderr));
    Run {
        status: output.status.code(),
        output: text,
        took: began.elapsed(),
    }
}

/// What runs a program, for so many seconds at most.
pub(crate) fn emulator(board: &str, program: &str, arguments: &[&str], seconds: u32) -> Command {
    let qemu = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/qemu.sh");
    let mut command = Command::new("timeout");
    command
        .args(["--kill-after=5", &seconds.to_string()])
        .arg(qemu)
        .arg(board)
        .arg(built(board, program))
        .args(arguments);
    command
}

impl Run {
    /// Asserts that the program ended with this status and said this.
    #[track_caller]
    pub(crate) fn ended(&self, status: i32, said: &str) {
        assert_eq!(self.status, Some(status), "{}", self.output);
        assert!(self.output.lines().any(|line| line == said), "not {said}");
    }
}

impl Running {
    /// Starts a program.
    pub(crate) fn start(board: &str, program: &str, arguments: &[&str]) -> Self {
        Self::of(emulator(board, program, arguments, 1800))
    }

    /// Starts what runs a program.
    pub(crate) fn of(mut emulator: Command) -> Self {
        let mut emulator = emulator.stdout(Stdio::piped()).spawn().unwrap();
        let output = emulator.stdout.take().unwrap();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            emulator,
            lines,
            heard: Vec::new(),
        }
    }

    /// Waits until the program says a line that begins so; returns the rest of it.
    #[track_caller]
    pub(crate) fn says(&mut self, beginning: &str) -> String {
        self.says_within(PATIENCE, beginning)
    }

    /// The same, for what may take longer than anything on this machine.
    #[track_caller]
    pub(crate) fn says_within(&mut self, patience: Duration, beginning: &str) -> String {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    println!("{line}");
                    let rest = line.strip_prefix(beginning).map(str::to_owned);
                    self.heard.push(line);
                    if let Some(rest) = rest {
                        return rest;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("it never says {beginning:?}"),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!(
                        "it has ended without saying {beginning:?}: {:#?}",
                        self.heard
                    )
                }
            }
        }
    }

    /// The address at which the program can be reached, once it says so.
    #[track_caller]
    pub(crate) fn address(&mut self) -> sam_std::Address {
        self.says("reachable as ").parse().unwrap()
    }

    /// Waits for the program's end; returns its status.
    pub(crate) fn ends(mut self) -> Option<i32> {
        for line in self.lines.iter() {
            println!("{line}");
        }
        self.emulator.wait().unwrap().code()
    }

    /// Asserts that the program still runs.
    #[track_caller]
    pub(crate) fn still_runs(&mut self) {
        assert_eq!(self.emulator.try_wait().unwrap(), None);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.emulator.try_wait() {
            // `timeout` passes the signal on, which it could not do with SIGKILL.
            let pid = self.emulator.id().to_string();
            let _ = Command::new("kill").arg(pid).status();
            let _ = self.emulator.wait();
        }
    }
}
