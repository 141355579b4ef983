//! stunnel, started with the section that the documentation shows.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use sam_std::Pin;
use tempfile::TempDir;

use crate::documentation::{self, block};
use crate::psk::Key;

/// A running stunnel; ends when this is dropped.
pub(crate) struct Stunnel {
    process: Child,
    log: Arc<Mutex<String>>,
    /// Its configuration and its keys.
    _folder: TempDir,
}

impl Stunnel {
    /// Listens at `at` for those who have one of the keys, and passes them on to `to`.
    pub(crate) fn start(at: SocketAddr, to: SocketAddr, keys: &[&Key]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("sam.psk");
        let mut file = fs::OpenOptions::new();
        let mut file = file
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&secrets)
            .unwrap();
        for key in keys {
            writeln!(file, "{}", key.line()).unwrap();
        }
        let section = block("stunnel.conf");
        let section = documentation::with(&section, "192.168.1.1:7657", &at.to_string());
        let section = documentation::with(&section, "127.0.0.1:7656", &to.to_string());
        let path = secrets.display().to_string();
        let section = documentation::with(&section, "/etc/stunnel/sam.psk", &path);
        let configuration = folder.path().join("sam.conf");
        fs::write(&configuration, section).unwrap();
        Self::run(&configuration, folder)
    }

    /// Listens at `at` with the certificate that the documentation makes, and tells its
    /// fingerprint and where it is.
    pub(crate) fn with_certificate(at: SocketAddr, to: SocketAddr) -> (Self, Shown) {
        Self::with_certificate_and(at, to, "sslVersionMin = TLSv1.2")
    }

    /// The same with other versions of TLS.
    pub(crate) fn with_certificate_and(
        at: SocketAddr,
        to: SocketAddr,
        versions: &str,
    ) -> (Self, Shown) {
        let folder = tempfile::tempdir().unwrap();
        let place = format!("{}/", folder.path().display());
        let script = documentation::with(&block("new-certificate.sh"), "/etc/stunnel/", &place);
        let told = Command::new("sh").args(["-euc", &script]).output().unwrap();
        assert!(told.status.success(), "{told:?}");
        let told = String::from_utf8(told.stdout).unwrap();
        let (_, fingerprint) = told.trim().split_once('=').expect("a fingerprint");
        let shown = Shown {
            pem: fs::read(folder.path().join("sam.pem")).unwrap(),
            pin: fingerprint.parse().unwrap(),
        };
        let section = block("stunnel-certificate.conf");
        let section = documentation::with(&section, "192.168.1.1:7658", &at.to_string());
        let section = documentation::with(&section, "127.0.0.1:7656", &to.to_string());
        let section = documentation::with(&section, "/etc/stunnel/", &place);
        let section = documentation::with(&section, "sslVersionMin = TLSv1.2", versions);
        let configuration = folder.path().join("sam.conf");
        fs::write(&configuration, section).unwrap();
        (Self::run(&configuration, folder), shown)
    }

    /// Ends it without a farewell.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn run(configuration: &std::path::Path, folder: TempDir) -> Self {
        let mut process = Command::new("stunnel")
            .arg(configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut log = String::new();
        for line in lines.by_ref().map_while(Result::ok) {
            log += &line;
            log.push('\n');
            if line.ends_with("Configuration successful") {
                break;
            }
        }
        assert!(log.ends_with("Configuration successful\n"), "{log}");
        let log = Arc::new(Mutex::new(log));
        let shared = Arc::clone(&log);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *shared.lock().unwrap() += &format!("{line}\n");
            }
        });
        Self {
            process,
            log,
            _folder: folder,
        }
    }

    /// Waits until its log says this.
    pub(crate) fn said(&self, words: &str) -> bool {
        let limit = Instant::now() + Duration::from_secs(5);
        while Instant::now() < limit {
            if self.log.lock().unwrap().contains(words) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        println!("{}", self.log.lock().unwrap());
        false
    }
}

/// What a stunnel shows of itself.
pub(crate) struct Shown {
    pub(crate) pem: Vec<u8>,
    pub(crate) pin: Pin,
}

impl Drop for Stunnel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
