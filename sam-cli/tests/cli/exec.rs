//! `bridge --exec`: a command that a bridge lives for.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::program::{Running, i2p_sam, stderr, stdout};

const I2P_SAM: &str = env!("CARGO_BIN_EXE_i2p-sam");

/// Longer than the end of a command takes to be noticed, and shorter than the commands here live.
const PATIENCE: Duration = Duration::from_secs(20);

fn exec(command: &[&str]) -> Command {
    i2p_sam(&[&["bridge", "--exec"], command].concat())
}

fn output(command: &[&str]) -> Output {
    exec(command).output().unwrap()
}

fn kill(signal: &str, pid: u32) {
    let killed = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status();
    assert!(killed.unwrap().success());
}

#[test]
fn the_command_finds_the_bridge() {
    let output = output(&[I2P_SAM, "version"]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), "SAM 3.3\n")
    );
}

#[test]
fn all_that_follows_is_the_commands() {
    let output = output(&["printf", "%s|", "--port", "1", "--", "--json", "", "a b"]);
    assert_eq!(stdout(&output), "--port|1|--|--json||a b|");
}

#[test]
fn the_exit_status_is_the_commands() {
    let table = [
        ("exit 0", 0),
        ("exit 7", 7),
        ("kill -9 $$", 128 + 9),
        ("kill -TERM $$", 128 + 15),
    ];
    for (script, status) in table {
        let output = output(&["sh", "-c", script]);
        assert_eq!(output.status.code(), Some(status), "{script}");
    }
}

#[test]
fn a_command_that_cannot_be_run_has_the_status_of_shells() {
    let missing = output(&["/no/such/command"]);
    assert_eq!(missing.status.code(), Some(127));
    assert!(stderr(&missing).contains("cannot run /no/such/command"));
    assert_eq!(output(&["/"]).status.code(), Some(126));
}

#[test]
fn signals_are_passed_on() {
    const SCRIPT: &str = "trap 'kill -9 $!; echo caught; exit 3' NAME; sleep 60 & echo ready; wait";
    for signal in ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2"] {
        let script = SCRIPT.replace("NAME", signal);
        let mut running = Running::start(exec(&["sh", "-c", &script]));
        assert_eq!(running.read(6), b"ready\n");
        kill(&format!("-{signal}"), running.pid());
        assert_eq!(running.end(), (Some(3), b"caught\n".to_vec()), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_command_does_not_outlive_a_bridge_that_is_killed() {
    let mut running = Running::start(exec(&["sh", "-c", "echo ready; exec sleep 60"]));
    assert_eq!(running.read(6), b"ready\n");
    let killed = Instant::now();
    kill("-KILL", running.pid());
    // The command holds the other end of this pipe.
    let mut rest = Vec::new();
    running
        .stdout
        .take()
        .unwrap()
        .read_to_end(&mut rest)
        .unwrap();
    assert!(killed.elapsed() < PATIENCE);
}

#[test]
fn no_bridge_is_left_behind() {
    let mut running = Running::start(exec(&["sh", "-c", "echo $I2P_SAM_ADDRESS; read line"]));
    let mut address = String::new();
    BufReader::new(running.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let address = address.trim_end();
    assert!(std::net::TcpStream::connect(address).is_ok());
    drop(running.stdin.take());
    running.end();
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn a_seed_makes_the_same_keys_and_a_transcript_does_not_show_them() {
    let directory = tempfile::tempdir().unwrap();
    let keygen = |seed: &str, file: &str| {
        let file = directory.path().join(file);
        let options = [
            "bridge",
            "--seed",
            seed,
            "--transcript",
            file.to_str().unwrap(),
        ];
        let command = ["--exec", I2P_SAM, "keygen", "--print"];
        let output = i2p_sam(&[&options[..], &command].concat())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        // Either side may be the first to close.
        let transcript = fs::read_to_string(file).unwrap();
        let is_line = |line: &&str| !line.contains("A!!") && !line.contains("@A");
        let lines = transcript.lines().filter(is_line);
        let lines = lines.map(|line| format!("{line}\n")).collect::<String>();
        (stdout(&output).trim_end().to_owned(), lines)
    };
    let (key, transcript) = keygen("1", "one.sam");
    assert_eq!(key.len(), 908);
    assert_eq!(keygen("1", "same.sam"), (key.clone(), transcript.clone()));
    assert_ne!(keygen("2", "other.sam").0, key);
    assert!(transcript.contains("\nA-> DEST GENERATE SIGNATURE_TYPE=7\nA<- DEST REPLY PUB="));
    assert!(!transcript.contains(&key[key.len() - 48..]));
}
