//! Datagrams that leave on the session's own socket.

use std::io;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;

use sam_core::client::ControlDatagrams;
use sam_core::header::CountedSend;
use sam_core::{Error as CoreError, Writer};

use super::Control;
use crate::dial::Transport;
use crate::error::{Error, Result};

/// How long nothing is written before a datagram and behind it. i2pd forgets what it reads together
/// with a line before, and what it reads together with a datagram's end waits for the next bytes.
/// Nothing tells when it has read one.
const READ_ALONE: Duration = Duration::from_millis(5);

impl<T: Transport> Control<T> {
    /// Sends a datagram.
    ///
    /// Nothing is locked meanwhile that the keeper needs: a router that does not take this one
    /// before its own are read would wait for ever.
    pub(in super::super) fn send(
        &self,
        say: impl FnOnce(&mut ControlDatagrams, &mut Writer<'_>) -> Result<(), CoreError>,
    ) -> Result<()> {
        let sending = self.sending.lock();
        let mut sending = sending.unwrap_or_else(PoisonError::into_inner);
        sending.resize(CountedSend::MAX_LEN, 0);
        let mut writer = Writer::new(&mut sending);
        let mut state = self.lock();
        if state.ended {
            return Err(Error::SessionEnded);
        }
        state
            .connection
            .request(|machine, _| say(machine, &mut writer))
            .map_err(|error| Error::about(error, &[]))?;
        state.writing = true;
        let said = state.said;
        drop(state);
        thread::sleep(READ_ALONE.saturating_sub(said.elapsed()));
        let has_left = self.write_all(writer.written());
        thread::sleep(READ_ALONE);
        let mut state = self.lock();
        state.writing = false;
        match has_left {
            true => self.drive(&mut state),
            // A part of it may have left.
            false => self.end(&mut state),
        }
        self.changed.notify_all();
        has_left.then_some(()).ok_or(Error::SessionEnded)
    }

    fn write_all(&self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match self.transport.write(bytes) {
                Ok(count) if count > 0 => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => return false,
            }
        }
        true
    }
}
