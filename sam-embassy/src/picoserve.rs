//! Streams as sockets of picoserve 0.20, so that a web server is reached over I2P.

use embedded_io_async::Write as _;
use picoserve::io::{Socket, Write};
use picoserve::mem::{BorrowedBuffer, BorrowedCursor};
use picoserve::{Timeouts, Timer};

use crate::dial::Dial;
use crate::error::Error;
use crate::stream::{ReadHalf, Stream, WriteHalf};

/// Bytes that are formatted at once, before they go to the stream.
const CHUNK: usize = 256;

impl<Runtime, T: Dial> Socket<Runtime> for Stream<T> {
    type Error = Error;
    type ReadHalf<'a> = ReadHalf<'a, T>;
    type WriteHalf<'a> = WriteHalf<'a, T>;

    fn split(&mut self) -> (ReadHalf<'_, T>, WriteHalf<'_, T>) {
        Stream::split(self)
    }

    async fn abort<C: Timer<Runtime>>(
        self,
        _: &Timeouts,
        _: &C,
    ) -> Result<(), picoserve::Error<Error>> {
        drop(self);
        Ok(())
    }

    async fn shutdown<C: Timer<Runtime>>(
        self,
        timeouts: &Timeouts,
        timer: &C,
    ) -> Result<(), picoserve::Error<Error>> {
        let closed = timer.run_with_timeout(timeouts.write, self.close());
        closed
            .await
            .map_err(picoserve::Error::WriteTimeout)?
            .map_err(picoserve::Error::Write)
    }
}

impl<T: Dial> Write for WriteHalf<'_, T> {
    async fn write_with<F: FnOnce(BorrowedCursor<'_>) -> R, R>(
        &mut self,
        fill: F,
    ) -> Result<R, Error> {
        let mut chunk = [0; CHUNK];
        let mut chunk = BorrowedBuffer::new(&mut chunk);
        let result = fill(chunk.unfilled());
        self.write_all(chunk.filled()).await?;
        Ok(result)
    }
}
