//! The core's drivers over a [`Wire`], called again and again until they get on.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use sam_core::io::{IoError, asynch, blocking};
use sam_core::{Connection, Error, Line, Machine};

use crate::wire::{Wire, WireError};

/// Runs a connection over a wire.
pub trait Driver {
    /// The wire.
    fn wire(&mut self) -> &mut Wire;

    /// Runs to the next event; `None` if line mode is over.
    ///
    /// # Errors
    /// Why there is none.
    fn next<M: Machine>(
        &mut self,
        connection: &mut Connection<M, Vec<u8>>,
    ) -> Result<Option<Line>, Stop>;
}

/// Why there is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The router waits for the client.
    Waiting,
    /// The connection is finished.
    Failed(Error),
}

/// The blocking driver.
#[derive(Debug)]
pub struct Blocking(pub Wire);

impl Driver for Blocking {
    fn wire(&mut self) -> &mut Wire {
        &mut self.0
    }

    fn next<M: Machine>(
        &mut self,
        connection: &mut Connection<M, Vec<u8>>,
    ) -> Result<Option<Line>, Stop> {
        loop {
            if let Some(result) = settled(blocking::next(connection, &mut self.0)) {
                return result;
            }
        }
    }
}

/// The async driver.
#[derive(Debug)]
pub struct Asynch {
    /// The wire.
    pub wire: Wire,
    /// How often a future is polled before it is dropped and made anew.
    pub polls: usize,
}

impl Driver for Asynch {
    fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn next<M: Machine>(
        &mut self,
        connection: &mut Connection<M, Vec<u8>>,
    ) -> Result<Option<Line>, Stop> {
        loop {
            match poll(self.polls, asynch::next(connection, &mut self.wire)) {
                Some(result) => {
                    if let Some(result) = settled(result) {
                        return result;
                    }
                }
                None if self.wire.stalled => return Err(Stop::Waiting),
                None => {}
            }
        }
    }
}

/// Polls a future so many times, then drops it.
pub fn poll<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..times).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

/// What a driver said; `None` if it should be called again.
fn settled(result: Result<Option<Line>, IoError<WireError>>) -> Option<Result<Option<Line>, Stop>> {
    match result {
        Ok(line) => Some(Ok(line)),
        Err(IoError::Sam(error)) => Some(Err(Stop::Failed(error))),
        Err(IoError::Transport(WireError::Stalled)) => Some(Err(Stop::Waiting)),
        Err(IoError::Transport(WireError::Interrupted) | IoError::WriteZero) => None,
        Err(error) => panic!("an error this test does not know: {error:?}"),
    }
}
