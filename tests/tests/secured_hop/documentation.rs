//! The documentation, and the parts of it that programs read.

use std::fs;
use std::path::Path;

/// A file of this project.
pub(crate) fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The block of `docs/secured-hop.md` whose fence bears this name.
pub(crate) fn block(name: &str) -> String {
    let text = read("docs/secured-hop.md");
    let mut lines = text.lines();
    lines
        .find(|line| line.starts_with("```") && line.ends_with(&format!(" {name}")))
        .unwrap_or_else(|| panic!("no block {name}"));
    let lines = lines.take_while(|line| *line != "```");
    lines.map(|line| format!("{line}\n")).collect()
}

/// The block with something else in the place of an example, which has to be there.
pub(crate) fn with(block: &str, example: &str, real: &str) -> String {
    assert!(block.contains(example), "{example} is not in\n{block}");
    block.replace(example, real)
}
