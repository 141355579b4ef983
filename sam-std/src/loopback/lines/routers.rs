//! Lines with a router's habits.

use std::io;
use std::time::Instant;

use sam_core::{Line, Machine};

use super::super::personality::{Answer, Around, Heard};
use super::{Fate, Lines, say};

/// Bytes a router reads at a time.
const READ_BYTES: usize = 8 * 1024;

impl Lines {
    /// Gives an answer in a router's words.
    pub(super) fn tell(&mut self, answer: Answer) -> io::Result<()> {
        let Some(hearing) = &self.hearing else {
            return Ok(());
        };
        if let Answer::Say(text) | Answer::Part(text) = answer {
            say(&self.socket, &hearing.fill(text))?;
        }
        match answer {
            Answer::Part(_) | Answer::Close => self.fate = Fate::Closed,
            Answer::Hang => self.fate = Fate::Deaf,
            // The specification closes where this router does not, and does no more either.
            _ if self.connection.machine().is_done() => self.fate = Fate::Deaf,
            _ => {}
        }
        Ok(())
    }

    /// Hears a line as a router would: understands it, or answers it.
    pub(super) fn hear(&mut self) -> io::Result<()> {
        let Some(hearing) = &mut self.hearing else {
            return Ok(());
        };
        let around = Around {
            hub: &self.hub,
            version: self.connection.machine().version(),
            is_session: self.connection.machine().is_session(),
        };
        match hearing.next(&around) {
            Some((line, heard)) => {
                self.socket.track().heard(&line);
                match heard {
                    Heard::Answer(answer) => self.tell(answer),
                    Heard::Line(line) => {
                        if around.version.is_none() {
                            let patience = self.hub.settings.personality.patience();
                            self.said_by = patience.map(|patience| Instant::now() + patience);
                        }
                        self.pass_on(&line)
                    }
                }
            }
            None => {
                let mut read = vec![0; READ_BYTES];
                match self.read(&mut read)? {
                    0 => self.connection.received(0).map_err(io::Error::other),
                    count => {
                        let read = read.get(..count).unwrap_or_default();
                        if let Some(hearing) = &mut self.hearing {
                            hearing.receive(read);
                        }
                        Ok(())
                    }
                }
            }
        }
    }

    /// Lets the router's half have a line.
    fn pass_on(&mut self, line: &[u8]) -> io::Result<()> {
        let room = self.connection.spare().map_err(io::Error::other)?;
        let room = room.get_mut(..line.len());
        let room = room.ok_or(io::ErrorKind::InvalidData)?;
        room.copy_from_slice(line);
        self.connection
            .received(line.len())
            .map_err(io::Error::other)
    }

    /// Waits for the client's end.
    pub(super) fn hear_out(&self) -> io::Result<Option<Line>> {
        let mut lost = vec![0; READ_BYTES];
        while self.socket.read(&mut lost, self.said_by)? > 0 {}
        Ok(None)
    }

    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.socket.read(room, self.said_by);
        self.in_time(read)
    }
}
