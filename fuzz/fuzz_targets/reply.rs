//! `cargo fuzz run reply`
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| sam_fuzz::reply(data));
