//! What went wrong, in one sentence, and what can be done about it.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::process::ExitCode;

use sam_std::{Error, ResultCode};

use crate::talk::say;
use crate::way::Router;

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const UNREACHABLE: u8 = 3;
const COMMAND_NOT_RUN: u8 = 126;
const COMMAND_NOT_FOUND: u8 = 127;

const NO_ROUTER: &str = "\
Start a router, or switch on its SAM port:
  i2pd      on Debian:  apt install i2pd  (SAM is then on 127.0.0.1:7656)
            on OpenWrt: enabled = true in section [sam] of /etc/i2pd/i2pd.conf
  Java I2P  http://127.0.0.1:7657/configclients, \"SAM application bridge\":
            start it, and have it run at startup
If it is elsewhere: --sam HOST:PORT, or the variable I2P_SAM_ADDRESS.

Without any router: `i2p-sam demo` shows what there is to see, `i2p-sam bridge`
stands in for a router in tests.";

/// Why a command did not do what it should.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever read our output has seen enough.
    Unread,
    /// Something that can be said.
    Said {
        status: u8,
        what: String,
        advice: Option<String>,
    },
}

impl Failure {
    /// A failure without advice.
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self::Said {
            status: FAILED,
            what: what.to_string(),
            advice: None,
        }
    }

    /// The caller has to say it otherwise.
    pub(crate) fn usage(what: impl fmt::Display) -> Self {
        Self::Said {
            status: USAGE,
            what: what.to_string(),
            advice: None,
        }
    }

    /// A command that cannot be run, with the exit status shells have for that.
    pub(crate) fn command(name: &OsStr, error: &io::Error) -> Self {
        Self::Said {
            status: match error.kind() {
                io::ErrorKind::NotFound => COMMAND_NOT_FOUND,
                _ => COMMAND_NOT_RUN,
            },
            what: format!("cannot run {}: {error}", name.display()),
            advice: None,
        }
    }

    /// A failure to write to standard output.
    pub(crate) fn stdout(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Unread
        } else {
            Self::new(format_args!("cannot write to standard output: {error}"))
        }
    }

    /// An error in talking to a router.
    pub(crate) fn at(router: &Router) -> impl Fn(Error) -> Self {
        let router = router.to_string();
        move |error| Self::Said {
            status: match error {
                Error::Unreachable { .. } => UNREACHABLE,
                _ => FAILED,
            },
            advice: advice(&error, &router),
            what: error.to_string(),
        }
    }

    /// The same failure with advice.
    pub(crate) fn advise(self, words: &str) -> Self {
        match self {
            Self::Unread => Self::Unread,
            Self::Said { status, what, .. } => Self::Said {
                status,
                what,
                advice: Some(words.to_owned()),
            },
        }
    }

    /// Tells people, and the exit status for programs.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Unread => ExitCode::SUCCESS,
            Self::Said {
                status,
                what,
                advice,
            } => {
                say(format_args!("i2p-sam: {what}"));
                if let Some(advice) = advice {
                    say(format_args!("\n{advice}"));
                }
                ExitCode::from(status)
            }
        }
    }
}

/// What to do about an error, where there is something.
fn advice(error: &Error, router: &str) -> Option<String> {
    let words = match error {
        Error::Unreachable { .. } => match port_of_something_else(router) {
            Some(port) => return Some(format!("{port}\n\n{NO_ROUTER}")),
            None => NO_ROUTER,
        },
        Error::TlsExpected => {
            "Give its certificate's fingerprint with --tls-pin, or a CA with --tls-ca."
        }
        Error::Malformed { .. } | Error::Closed | Error::TimedOut => {
            return port_of_something_else(router);
        }
        Error::Refused { code, .. } => match code {
            ResultCode::KeyNotFound | ResultCode::InvalidKey => {
                "A name has to be in the router's address book, and a b32 address has to be\n\
                 that of somebody who is online."
            }
            ResultCode::CantReachPeer | ResultCode::LeasesetNotFound | ResultCode::Timeout => {
                "The peer may be offline, or too new to be known everywhere: try again in a\n\
                 minute."
            }
            ResultCode::DuplicatedDest => "Another session has the same key: end that one first.",
            _ => return None,
        },
        _ => return None,
    };
    Some(words.to_owned())
}

/// What listens on this port usually, if it is not SAM.
fn port_of_something_else(router: &str) -> Option<String> {
    let (_, port) = router.rsplit_once(':')?;
    let owner = match port {
        "4444" => "the HTTP proxy of I2P routers",
        "4447" => "i2pd's SOCKS proxy",
        "7070" => "i2pd's web console",
        "7654" => "the I2CP port of I2P routers",
        "7655" => "SAM's UDP port, which is for datagrams only",
        "7657" => "the router console of Java I2P",
        _ => return None,
    };
    Some(format!(
        "Port {port} is usually {owner}.\nSAM is on 7656, unless configured otherwise."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_something_else_are_named() {
        let hint = port_of_something_else("[::1]:4444").unwrap_or_default();
        assert!(hint.contains("HTTP proxy"));
        assert_eq!(port_of_something_else("127.0.0.1:7656"), None);
    }
}
