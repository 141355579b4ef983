//! Seeds, past findings and recorded conversations through the bodies of the fuzz targets.
//!
//! So that a finding stays fixed on machines that have neither nightly nor libFuzzer.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use sam_fuzz::{BODIES, Body};

#[test]
fn seeds_hold() {
    for (target, body) in BODIES {
        let seeds = files(&project().join("fuzz/seeds").join(target));
        assert!(!seeds.is_empty(), "{target}");
        for seed in seeds {
            run_file(body, &seed);
        }
    }
}

#[test]
fn past_findings_stay_fixed() {
    for (target, body) in BODIES {
        for input in files(&project().join("fuzz/regressions").join(target)) {
            run_file(body, &input);
        }
    }
}

#[test]
fn every_seed_is_explained() {
    let readme = fs::read_to_string(project().join("fuzz/seeds/README.md")).unwrap();
    for (target, _) in BODIES {
        for seed in files(&project().join("fuzz/seeds").join(target)) {
            let name = name(&seed);
            assert!(readme.contains(&format!("`{name}`")), "{target}/{name}");
        }
    }
}

/// Under both parsers, because a peer may say what is the other's to say.
#[test]
fn recorded_lines_hold() {
    let mut lines = 0;
    let transcripts = files(&project().join("tests/transcripts"));
    for router in transcripts.iter().filter(|path| path.is_dir()) {
        for transcript in files(router) {
            let origin = transcript.display().to_string();
            let text = fs::read_to_string(&transcript).unwrap();
            for said in text.lines().filter_map(said) {
                run(sam_fuzz::reply, said.as_bytes(), &origin);
                run(sam_fuzz::command, said.as_bytes(), &origin);
                lines += 1;
            }
        }
    }
    assert!(lines > 300, "only {lines} lines found");
}

/// The line that an event of a transcript is about, if it is about one: `A-> line`, `B<- line`.
fn said(event: &str) -> Option<&str> {
    let (_, event) = event.split_at_checked(1)?;
    let said = event
        .strip_prefix("-> ")
        .or_else(|| event.strip_prefix("<- "))?;
    Some(said.strip_suffix(" (no LF)").unwrap_or(said))
}

fn run_file(body: Body, path: &Path) {
    run(body, &fs::read(path).unwrap(), &path.display().to_string());
}

/// Runs one input and says which it was if it fails.
fn run(body: Body, data: &[u8], origin: &str) {
    let ran = catch_unwind(|| body(data));
    assert!(ran.is_ok(), "the input that failed: {origin}");
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is in a directory, in order and without hidden files.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| !name(path).starts_with('.'))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap()
}
