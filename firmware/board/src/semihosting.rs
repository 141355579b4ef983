//! The host, by traps that a debugger or QEMU answers: arguments in, an exit status out.

use cortex_m_semihosting::nr::open;
use cortex_m_semihosting::{debug, syscall1};
use static_cell::StaticCell;

use crate::host_file::HostFile;

/// The words the host passed to the program: `name=value`, apart from the program's own name.
#[derive(Clone, Copy)]
pub struct Arguments(&'static str);

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Status 0.
    Success,
    /// Status 1.
    Failure,
}

impl Arguments {
    /// The value of `name`, if it was given.
    pub fn get(&self, name: &str) -> Option<&'static str> {
        self.0
            .split_ascii_whitespace()
            .filter_map(|word| word.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Asks the host.
    pub(crate) fn from_host() -> Self {
        /// The operation SYS_GET_CMDLINE.
        const GET_COMMAND_LINE: usize = 0x15;
        static TEXT: StaticCell<[u8; 512]> = StaticCell::new();

        let text = TEXT.init([0; 512]);
        let mut block = [text.as_mut_ptr() as usize, text.len()];
        // SAFETY: the block is what the operation wants, a buffer and its length; the host fills
        // the one and sets the other.
        let failed = unsafe { syscall1(GET_COMMAND_LINE, block.as_mut_ptr() as usize) } != 0;
        assert!(!failed, "no arguments, or more than 512 bytes of them");
        let text = text.get(..block[1]).unwrap_or_default();
        Self(str::from_utf8(text).expect("arguments are UTF-8"))
    }
}

/// Random bytes, new ones with each call: the boards have no source of randomness, the host has
/// `/dev/urandom`.
///
/// # Panics
/// If the host has none: whoever guesses the numbers of a program can use its sessions.
pub fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    HostFile::open("/dev/urandom", open::R_BINARY)
        .and_then(|source| source.read_at(0, &mut bytes))
        .expect("the host has /dev/urandom");
    bytes
}

/// Ends the program, and the emulator with it.
pub fn exit(code: ExitCode) -> ! {
    let status = match code {
        ExitCode::Success => debug::EXIT_SUCCESS,
        ExitCode::Failure => debug::EXIT_FAILURE,
    };
    loop {
        debug::exit(status);
    }
}
