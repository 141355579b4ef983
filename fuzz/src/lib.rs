//! What is fuzzed: one function of bytes for each target.
//!
//! They panic when a promise of `sam-core` is broken and return otherwise, whatever the bytes.
//! Nothing here knows a fuzzer: libFuzzer calls them from `fuzz_targets/`, the ordinary tests
//! replay seeds and regressions through [`BODIES`], and AFL++ or honggfuzz can call them as well.
#![forbid(unsafe_code)]

mod client_ops;
mod command;
mod keys;
mod line;
mod reply;

pub use client_ops::client_ops;
pub use command::command;
pub use reply::reply;

/// A target's function; panics on a finding.
pub type Body = fn(&[u8]);

/// Every target by its name, which is that of its directories under `seeds/` and `regressions/`.
pub const BODIES: [(&str, Body); 3] = [
    ("reply", reply),
    ("command", command),
    ("client_ops", client_ops),
];
