//! `i2p-sam`: I2P from the command line, over a router's SAM port.

mod cli;
mod commands;
mod exec;
mod failure;
mod relay;
mod talk;
mod way;

use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(&cli::Cli::read()) {
        Ok(status) => status,
        Err(failure) => failure.report(),
    }
}
