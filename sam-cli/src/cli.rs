//! The arguments and their help.

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use sam_std::loopback::Personality;
use sam_std::{Endpoint, Pin, Tls, TlsError};

use crate::failure::Failure;
use crate::way::{Router, Way};

/// Length in characters of the shortest destination in base64.
const MIN_KEY_LEN: usize = 516;

const AFTER_HELP: &str = "\
Results go to standard output, all else to standard error.

Exit status:
  0  it worked
  1  it failed
  2  the arguments make no sense
  3  no router answers

Try it without a router:
  i2p-sam demo";

const DEMO_EXAMPLES: &str = "\
Examples:
  i2p-sam demo
  i2p-sam demo --sam 127.0.0.1:7656";

const VERSION_EXAMPLES: &str = "\
Examples:
  i2p-sam version
  i2p-sam version --sam router.lan:7656
  i2p-sam version --sam router.lan:7657 --tls-ca ca.pem
  i2p-sam version || echo 'no router yet'";

const KEYGEN_EXAMPLES: &str = "\
Examples:
  i2p-sam keygen -o server.key
  i2p-sam listen --key server.key

Keep the identity away from the router, and give it a key for a month:
  i2p-sam keygen --local -o identity.key
  i2p-sam keygen --offline identity.key --days 30 -o server.key";

const ADDRESS_EXAMPLES: &str = "\
Examples:
  i2p-sam address server.key
  i2p-sam lookup stats.i2p | i2p-sam address -
  i2p-sam address server.key | awk '$1 == \"b32\" { print $2 }'";

const LOOKUP_EXAMPLES: &str = "\
Examples:
  i2p-sam lookup stats.i2p
  i2p-sam lookup --b32 stats.i2p";

const CONNECT_EXAMPLES: &str = "\
Examples:
  printf 'GET / HTTP/1.0\\r\\nHost: stats.i2p\\r\\n\\r\\n' | i2p-sam connect stats.i2p
  i2p-sam connect ADDRESS < file
  i2p-sam connect --key me.key ADDRESS";

const LISTEN_EXAMPLES: &str = "\
Examples:
  i2p-sam listen
  i2p-sam listen --key server.key --once > received
  i2p-sam listen --once < file";

const BRIDGE_EXAMPLES: &str = "\
Examples:
  i2p-sam bridge
  i2p-sam bridge --port 7656
  i2p-sam bridge --exec ./tests-of-my-program --verbose
  i2p-sam bridge --seed 1 --transcript talk.sam --exec python3 chat.py
  i2p-sam bridge --json";

/// I2P from the command line, over a router's SAM port.
#[derive(Debug, Parser)]
#[command(name = "i2p-sam", version, after_help = AFTER_HELP, max_term_width = 80)]
pub(crate) struct Cli {
    /// The router's SAM port [default: $I2P_SAM_ADDRESS, else 127.0.0.1:7656].
    #[arg(long, global = true, value_name = "HOST:PORT", value_parser = endpoint)]
    #[arg(display_order = 100)]
    sam: Option<Endpoint>,

    /// Reach it through TLS, if a CA in this PEM file vouches for it.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "tls_pin")]
    #[arg(display_order = 101)]
    tls_ca: Option<PathBuf>,

    /// Reach it through TLS, if its certificate or public key has this SHA-256.
    #[arg(long, global = true, value_name = "HEX", value_parser = pin)]
    #[arg(display_order = 102)]
    tls_pin: Option<Pin>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch two sessions meet and play ping-pong; needs no router.
    ///
    /// Each of the two connects to the other, and every step is checked. It all happens inside
    /// this program, on a loopback bridge: nothing enters I2P, and nothing is anonymous.
    ///
    /// With --sam the same happens on a real router, which takes a minute or more. The variable
    /// I2P_SAM_ADDRESS does not count here.
    #[command(after_help = DEMO_EXAMPLES)]
    Demo,

    /// Show which SAM version the router speaks.
    ///
    /// If there is no answer, it says what may be the reason, and the exit status is 3.
    #[command(after_help = VERSION_EXAMPLES)]
    Version,

    /// Make a new identity, and keep its private key in a file.
    ///
    /// The router makes the key, or this program with --local, with Ed25519 signatures, and its b32
    /// address is printed. Whoever reads the file can pose as this identity, so only its owner can
    /// (mode 0600). It never replaces another file. Its format is the binary one of i2pd and
    /// Java I2P.
    #[command(after_help = KEYGEN_EXAMPLES)]
    Keygen(Keygen),

    /// Show the address and the types of a destination or key file.
    ///
    /// Private parts are never shown. A private key has to be in a file that is closed to others,
    /// or come from standard input: all users of a computer can see arguments. No router is
    /// needed.
    #[command(after_help = ADDRESS_EXAMPLES)]
    Address {
        /// A file, a destination in base64, or - for standard input; binary or base64.
        #[arg(value_name = "FILE|BASE64|-")]
        of: String,
    },

    /// Print the destination of a name or b32 address.
    ///
    /// Names stand in the router's address book, and may mean something else on another router.
    /// They never reach DNS.
    #[command(after_help = LOOKUP_EXAMPLES)]
    Lookup {
        /// A name such as stats.i2p, a b32 address or a destination in base64.
        name: String,

        /// Print the b32 address instead.
        #[arg(long)]
        b32: bool,
    },

    /// Connect to a peer, like netcat.
    ///
    /// Standard input goes to the peer, and what the peer sends goes to standard output, until the
    /// peer ends the stream. The peer sees who connects: a new address each time, or that of
    /// --key.
    ///
    /// When the input ends, the stream stays open for answers. Only after some silence (-q) is the
    /// peer told that the input has ended: i2pd drops all answers that come after that.
    #[command(after_help = CONNECT_EXAMPLES)]
    Connect(Connect),

    /// Wait for peers, like netcat -l.
    ///
    /// One peer after the other is served: what it sends goes to standard output, and standard
    /// input goes to it, until it ends the stream. The end of the input ends nothing, because i2pd
    /// would drop what the peer has still to send. Input that comes later is for the next peer.
    ///
    /// The address is told on standard error.
    #[command(after_help = LISTEN_EXAMPLES)]
    Listen(Listen),

    /// Run a SAM bridge without a router, for tests; no anonymity.
    ///
    /// Programs find each other on it as they would in I2P, but all of it stays on this computer.
    /// Its address is printed when it is ready, and it runs until it is interrupted, or until its
    /// input ends if that is a pipe or a socket: so it ends with the program that has started it,
    /// however that ends. Terminals, files and /dev/null end nothing.
    #[command(after_help = BRIDGE_EXAMPLES)]
    #[command(override_usage = "i2p-sam bridge [OPTIONS] [--exec CMD ARGS...]")]
    Bridge(Bridge),

    /// Becomes a command that ends when its parent does; for `bridge --exec` alone.
    #[command(name = TETHERED, hide = true)]
    Tethered {
        /// The process it is to end with.
        parent: u32,

        #[arg(trailing_var_arg = true, required = true)]
        command: Vec<OsString>,
    },
}

/// The name of the command that nobody but this program says.
pub(crate) const TETHERED: &str = "__tethered";

#[derive(Args, Debug)]
pub(crate) struct Bridge {
    /// The TCP port on 127.0.0.1; 0 is any free one.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Print one line of JSON instead of the address, with the ports as "tcp" and "udp", and the
    /// "personality".
    #[arg(long, conflicts_with = "exec")]
    pub(crate) json: bool,

    /// Hear and speak like this router: spec, i2pd-2.45, i2pd, java or emissary.
    #[arg(long, value_name = "ROUTER", default_value_t)]
    pub(crate) personality: Personality,

    /// Make the same keys in each run, those that belong to this number.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// Record who says what, and all that streams carry, in this file.
    ///
    /// What the file holds already is lost. Private keys and passwords are replaced, and only its
    /// owner can read it (mode 0600).
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,

    /// Run a command with the address in I2P_SAM_ADDRESS, and end with it.
    ///
    /// All that follows is the command and its arguments. Input and output are the command's, so is
    /// the exit status: 128 and the number of the signal if one has ended it, 127 if it was not
    /// found, 126 if it could not be run. Signals are passed on to it. If this program is killed,
    /// Linux sends the command SIGTERM.
    #[arg(long, requires = "command")]
    pub(crate) exec: bool,

    /// The command of --exec.
    #[arg(
        trailing_var_arg = true,
        requires = "exec",
        hide = true,
        value_name = "CMD"
    )]
    pub(crate) command: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct Keygen {
    #[command(flatten)]
    pub(crate) target: KeyTarget,

    /// Make the key here; no router is needed.
    #[arg(long)]
    pub(crate) local: bool,

    /// Make a key that a router may be given instead of this identity: it has the same address,
    /// and signs for it for some days.
    ///
    /// The identity itself can then stay on another machine. Whoever takes the new key can pose as
    /// it, but only until then. i2pd and Java I2P take such keys, emissary does not.
    #[arg(
        long,
        value_name = "IDENTITY",
        requires = "days",
        conflicts_with = "local"
    )]
    pub(crate) offline: Option<PathBuf>,

    /// How long that key is good for.
    #[arg(long, value_name = "N", requires = "offline")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: Option<u32>,
}

/// Where a key goes.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(crate) struct KeyTarget {
    /// The file to make; without it, the private key is printed in base64, say into a secret
    /// store, and the address goes to standard error.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Print the private key even on a terminal.
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Connect {
    /// A name, a b32 address or a destination in base64.
    pub(crate) address: String,

    #[command(flatten)]
    pub(crate) identity: Identity,

    /// After the end of the input, end the stream once nothing has moved for this long.
    #[arg(short = 'q', value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub(crate) quiet: Duration,

    #[command(flatten)]
    pub(crate) linger: Linger,
}

#[derive(Args, Debug)]
pub(crate) struct Listen {
    #[command(flatten)]
    pub(crate) identity: Identity,

    /// End after the first peer.
    #[arg(long)]
    pub(crate) once: bool,

    #[command(flatten)]
    pub(crate) linger: Linger,
}

#[derive(Args, Debug)]
pub(crate) struct Identity {
    /// The identity to use, made by keygen; without it, a new one.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Linger {
    /// Keep the session for this long after the last byte sent, for the router to deliver it.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub(crate) linger: Duration,
}

impl Cli {
    /// Reads the arguments; ends the program if they make no sense.
    ///
    /// One destination in 64 begins with a hyphen, as an option does. No option is as long, so
    /// these are put behind a `--`. What another program is to be run with stays as it is.
    pub(crate) fn read() -> Self {
        let is_key =
            |arg: &OsString| arg.len() >= MIN_KEY_LEN && arg.as_encoded_bytes().starts_with(b"-");
        let mut args: Vec<_> = env::args_os().collect();
        let is_others = |arg: &OsString| arg == "--exec" || arg == TETHERED;
        let others = args.iter().position(is_others).unwrap_or(args.len());
        let others = args.split_off(others);
        let (keys, mut args): (Vec<_>, Vec<_>) = args.into_iter().partition(is_key);
        if !keys.is_empty() && !args.iter().any(|arg| arg == "--") {
            args.push("--".into());
        }
        Self::parse_from(args.into_iter().chain(keys).chain(others))
    }

    /// The router that `--sam` or the environment names, or the usual place.
    pub(crate) fn router(&self) -> Result<Router, Failure> {
        let endpoint = match &self.sam {
            Some(endpoint) => endpoint.clone(),
            None => Endpoint::from_env().map_err(|error| {
                Failure::usage(format!("I2P_SAM_ADDRESS is not HOST:PORT: {error}"))
            })?,
        };
        Ok(Router::over(self.way(endpoint)?))
    }

    /// Whether the arguments say anything about the router.
    pub(crate) const fn names_router(&self) -> bool {
        self.sam.is_some() || self.tls_ca.is_some() || self.tls_pin.is_some()
    }

    fn way(&self, endpoint: Endpoint) -> Result<Way, Failure> {
        let tls = match (&self.tls_ca, self.tls_pin) {
            (Some(path), _) => {
                let said = |error: &dyn Display| {
                    Failure::usage(format_args!("{}: {error}", path.display()))
                };
                let pem = fs::read(path).map_err(|error| said(&error))?;
                Tls::with_ca(endpoint, &pem).map_err(|error: TlsError| said(&error))?
            }
            (None, Some(pin)) => Tls::with_pin(endpoint, pin).map_err(Failure::usage)?,
            (None, None) => return Ok(Way::Plain(endpoint)),
        };
        Ok(Way::Tls(tls))
    }
}

fn pin(text: &str) -> Result<Pin, &'static str> {
    text.parse()
        .map_err(|_| "not 64 hexadecimal digits, with or without colons")
}

fn endpoint(text: &str) -> Result<Endpoint, &'static str> {
    text.parse()
        .map_err(|_| "not HOST:PORT, such as 127.0.0.1:7656, router.lan:7656 or [::1]:7656")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or("not a number of seconds")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
