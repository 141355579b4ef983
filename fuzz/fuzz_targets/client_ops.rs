//! `cargo fuzz run client_ops`
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| sam_fuzz::client_ops(data));
