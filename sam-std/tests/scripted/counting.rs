//! A transport that counts.

use std::fmt;
use std::io;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sam_std::{Dial, Endpoint, Transport};

/// Dials an endpoint and counts.
#[derive(Clone)]
pub(crate) struct Counting {
    endpoint: Endpoint,
    dialled: Arc<Mutex<Vec<Arc<Counts>>>>,
    /// Writes that come through on each connection; those behind them find it closed.
    writable: usize,
}

#[derive(Default)]
struct Counts {
    reads: AtomicUsize,
    writes: AtomicUsize,
}

pub(crate) struct Counted {
    stream: TcpStream,
    counts: Arc<Counts>,
    writable: usize,
}

impl Counting {
    pub(crate) fn new(endpoint: impl Into<Endpoint>) -> Self {
        Self {
            endpoint: endpoint.into(),
            dialled: Arc::default(),
            writable: usize::MAX,
        }
    }

    /// Connections that take so many writes and no more.
    pub(crate) fn broken_after(self, writable: usize) -> Self {
        Self { writable, ..self }
    }

    pub(crate) fn dials(&self) -> usize {
        self.dialled.lock().unwrap().len()
    }

    /// Writes and reads of the connection dialled last.
    pub(crate) fn last(&self) -> (usize, usize) {
        let dialled = self.dialled.lock().unwrap();
        let counts = dialled.last().unwrap();
        let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        (count(&counts.writes), count(&counts.reads))
    }
}

impl fmt::Display for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "counted {}", self.endpoint)
    }
}

impl Dial for Counting {
    type Transport = Counted;

    fn dial(&self, patience: Duration) -> io::Result<Counted> {
        let counts = Arc::default();
        self.dialled.lock().unwrap().push(Arc::clone(&counts));
        let stream = self.endpoint.dial(patience)?;
        let writable = self.writable;
        Ok(Counted {
            stream,
            counts,
            writable,
        })
    }
}

impl Transport for Counted {
    fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        let result = Transport::read(&self.stream, out);
        self.counts.reads.fetch_add(1, Ordering::SeqCst);
        result
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let writes = self.counts.writes.fetch_add(1, Ordering::SeqCst);
        if writes < self.writable {
            Transport::write(&self.stream, bytes)
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(limit)
    }

    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.stream.set_write_timeout(limit)
    }

    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        Transport::shutdown(&self.stream, how)
    }

    fn local_ip(&self) -> Option<IpAddr> {
        self.stream.local_ip()
    }
}
