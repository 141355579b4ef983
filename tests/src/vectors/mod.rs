//! What a client says, and what each router answers: the files of `tests/vectors`.
//!
//! [`Vector::all`] reads them, [`Place::play`] says to a bridge what the client says, and an
//! [`Answer`] is what the bridge said then, or what it should have said.

mod answer;
mod mutation;
mod place;
mod text;

use std::fs;
use std::path::PathBuf;

pub use answer::{Answer, End, Heard};
pub use mutation::mutated_answers;
pub use place::Place;

use text::unescaped;

/// A conversation of a few bytes in which routers differ.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The file without its ending.
    pub name: String,
    /// What is done first.
    pub before: Before,
    /// What the client does then.
    pub steps: Vec<Step>,
    /// What the routers answer.
    pub cells: Vec<Cell>,
}

/// What is done before the client says what the vector is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing: the connection is new.
    Nothing,
    /// HELLO.
    Hello,
    /// HELLO, and a session on another socket.
    Session,
    /// HELLO, and a session on the same socket.
    OwnSession,
}

/// One thing that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The client sends this in one write; `<ID>` and `<KEY>` are those of the session.
    Write(Vec<u8>),
    /// Somebody else connects to the session with these options.
    Peer(String),
}

/// What one router answers.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The column.
    pub router: String,
    /// Whether it was seen on a socket, not only read from code.
    pub observed: bool,
    /// The answer, if it is known.
    pub answer: Option<Answer>,
}

/// The columns.
pub const ROUTERS: [&str; 6] = ["i2pd-2.45", "i2pd", "java", "emissary", "go", "spec"];

impl Vector {
    /// All vectors, by name.
    ///
    /// # Panics
    /// If a file cannot be read, or is not understood.
    pub fn all() -> Vec<Self> {
        let files = fs::read_dir(directory()).unwrap();
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "vector"));
        files.sort();
        let vectors = files.iter().map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy();
            Self::read(&name, &fs::read_to_string(path).unwrap())
        });
        vectors.collect()
    }

    /// Reads one vector.
    ///
    /// # Panics
    /// If a line is none that a vector is made of, or if a column is missing: what is not
    /// understood is not tested either.
    pub fn read(name: &str, file: &str) -> Self {
        let mut vector = Self {
            name: name.to_owned(),
            before: Before::Nothing,
            steps: Vec::new(),
            cells: Vec::new(),
        };
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            vector
                .understand(line)
                .unwrap_or_else(|| panic!("{name}: not understood: {line}"));
        }
        let columns: Vec<_> = vector.cells.iter().map(|cell| &cell.router).collect();
        assert_eq!(columns, ROUTERS, "{name}");
        assert!(!vector.steps.is_empty(), "{name}: nothing is said");
        vector
    }

    /// What a router answers.
    pub fn cell(&self, router: &str) -> &Cell {
        let cell = self.cells.iter().find(|cell| cell.router == router);
        cell.unwrap_or_else(|| panic!("{}: no column {router}", self.name))
    }

    /// What is said, as it stands in the file.
    pub fn shown(&self) -> String {
        let steps = self.steps.iter().map(|step| match step {
            Step::Write(bytes) => format!("> {}", bytes.escape_ascii()),
            Step::Peer(options) => format!("peer: {options}"),
        });
        steps.collect::<Vec<_>>().join("\n")
    }

    fn understand(&mut self, line: &str) -> Option<()> {
        if let Some(written) = line.strip_prefix("> ") {
            self.steps.push(Step::Write(unescaped(written)?));
            return Some(());
        }
        let (head, rest) = line.split_once(": ")?;
        match head {
            "before" => {
                self.before = match rest {
                    "nothing" => Before::Nothing,
                    "hello" => Before::Hello,
                    "session" => Before::Session,
                    "own-session" => Before::OwnSession,
                    _ => return None,
                }
            }
            "peer" => self.steps.push(Step::Peer(rest.to_owned())),
            column => {
                let router = column.strip_suffix(" (code)");
                self.cells.push(Cell {
                    router: router.unwrap_or(column).to_owned(),
                    observed: router.is_none(),
                    answer: self.answer(rest)?,
                });
            }
        }
        Some(())
    }

    /// The answer a cell tells, which may be that of a cell before.
    fn answer(&self, cell: &str) -> Option<Option<Answer>> {
        if cell == "not known" {
            return Some(None);
        }
        match cell.strip_prefix("as ") {
            Some(other) => {
                let other = self.cells.iter().find(|cell| cell.router == other)?;
                Some(other.answer.clone())
            }
            None => Answer::read(cell).map(Some),
        }
    }
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}
