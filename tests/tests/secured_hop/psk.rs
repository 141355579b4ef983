//! A device's half of the hop: embedded-tls with a pre-shared key, blocking.

use std::net::TcpStream;

use embedded_io::{ErrorKind, ErrorType, Read, Write};
use embedded_io_adapters::std::FromStd;
use embedded_tls::blocking::TlsConnection;
use embedded_tls::{Aes128GcmSha256, MaxFragmentLength, TlsConfig, TlsContext, TlsError};

use crate::chance::Chance;
use crate::records::Records;

/// A key and the name it goes by.
pub(crate) struct Key {
    pub(crate) identity: &'static str,
    secret: [u8; 32],
}

/// A connection through the hop.
pub(crate) type Secured = TlsConnection<'static, Checked, Aes128GcmSha256>;

impl Key {
    /// A new one.
    pub(crate) fn random(identity: &'static str) -> Self {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).unwrap();
        Self { identity, secret }
    }

    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// As stunnel's file of secrets has it.
    pub(crate) fn line(&self) -> String {
        let hex = self.secret.iter().map(|byte| format!("{byte:02x}"));
        format!("{}:{}", self.identity, hex.collect::<String>())
    }

    /// Shakes hands, with the sizes that firmware has.
    pub(crate) fn secure(&self, stream: TcpStream) -> Result<Secured, TlsError> {
        let identities = [self.identity.as_bytes()];
        let config = TlsConfig::new()
            .with_psk(&self.secret, &identities)
            .with_max_fragment_length(MaxFragmentLength::Bits10);
        open(stream, &config)
    }
}

/// Shakes hands without any key.
pub(crate) fn without_key(stream: TcpStream) -> Result<Secured, TlsError> {
    open(stream, &TlsConfig::new())
}

fn open(stream: TcpStream, config: &TlsConfig<'_>) -> Result<Secured, TlsError> {
    let checked = Checked {
        stream: FromStd::new(stream),
        records: Records::new(),
    };
    let (rx, tx) = (vec![0; 1024 + 256].leak(), vec![0; 640].leak());
    let mut connection = TlsConnection::new(checked, rx, tx);
    let chance = Chance(|out: &mut [u8]| getrandom::fill(out).unwrap());
    connection.open(TlsContext::new(config, chance))?;
    Ok(connection)
}

/// A socket from which no record comes that a router would not send.
pub(crate) struct Checked {
    stream: FromStd<TcpStream>,
    records: Records,
}

impl ErrorType for Checked {
    type Error = ErrorKind;
}

impl Read for Checked {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let count = self.stream.read(out).map_err(|error| kind(&error))?;
        self.records
            .inspect(&out[..count])
            .map_err(|_| ErrorKind::InvalidData)?;
        Ok(count)
    }
}

impl Write for Checked {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.stream.write(bytes).map_err(|error| kind(&error))
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

fn kind(error: &std::io::Error) -> ErrorKind {
    embedded_io::Error::kind(error)
}
