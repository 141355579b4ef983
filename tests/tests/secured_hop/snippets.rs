//! The snippets of the documentation, each read by the program it is for.
//!
//! stunnel's section is what all tests of the hop start stunnel with.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::documentation::{self, block};
use crate::lan::{self, ATTACKER, ROUTER};

/// Runs a program with this as its input.
fn fed(program: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[track_caller]
fn succeeds(output: &Output) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && complaint.is_empty(),
        "{complaint}"
    );
}

#[test]
fn the_lines_for_openwrt_are_a_shell_script() {
    succeeds(&fed("sh", &["-n"], &block("openwrt.sh")));
}

#[test]
fn the_lines_that_make_a_key_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sam.psk");
    let script = block("new-key.sh");
    let script = documentation::with(&script, "/etc/stunnel/sam.psk", &path.to_string_lossy());
    succeeds(&fed("sh", &["-eu"], &script));
    let line = fs::read_to_string(&path).unwrap();
    let secret = line
        .strip_prefix("sensor1:")
        .and_then(|rest| rest.strip_suffix('\n'));
    let secret = secret.expect("one line with name and key");
    assert_eq!(secret.len(), 64);
    assert!(secret.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn the_readme_warns_and_leads_to_the_hop() {
    let readme = documentation::read("README.md");
    assert!(readme.contains("**The SAM port has no lock.**"));
    assert!(readme.contains("(docs/secured-hop.md)"));
}

/// The rules for nftables, in force until this is dropped.
struct Rules;

impl Rules {
    /// The documentation's, for a device with this address.
    fn load(device: &str) -> Self {
        let rules = documentation::with(&block("firewall.nft"), "192.168.20.15", device);
        succeeds(&fed("nft", &["--file", "-"], &rules));
        Self
    }
}

impl Drop for Rules {
    fn drop(&mut self) {
        succeeds(&fed("nft", &["delete", "table", "inet", "sam"], ""));
    }
}

#[test]
#[ignore = "needs the private network: ./test.sh secured-hop"]
fn the_firewall_lets_the_device_reach_the_hop_and_nothing_else() {
    lan::join();
    let [sam, hop] = [7656, 7657].map(|port| SocketAddr::from((ROUTER, port)));
    let _listening = [sam, hop].map(|at| TcpListener::bind(at).unwrap());
    let datagrams = UdpSocket::bind((ROUTER, 7655)).unwrap();
    datagrams
        .set_read_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    let sender = lan::datagrams(ATTACKER);
    let reached = || {
        sender
            .send_to(b"anybody there?", datagrams.local_addr().unwrap())
            .unwrap();
        let takes_datagrams = datagrams.recv(&mut [0; 64]).is_ok();
        (lan::reaches(hop), lan::reaches(sam), takes_datagrams)
    };

    assert_eq!(reached(), (true, true, true));
    let rules = Rules::load(&ATTACKER.to_string()); // whose address is the device's, this once
    assert_eq!(reached(), (true, false, false));
    drop(rules);
    let _rules = Rules::load("192.168.77.15");
    assert_eq!(reached(), (false, false, false));
    // The machine's own programs are not kept out.
    assert!(TcpStream::connect(sam).is_ok());
}
