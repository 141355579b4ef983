//! What datagrams leave behind: nothing.

use std::process::Command;
use std::{env, fs};

use sam_std::loopback::LoopbackBridge;
use sam_std::{Datagrams, Router, Session};

/// More than chance makes of it, less than one in a hundred of what 10 000 datagrams are.
const SLACK: usize = 512 * 1024;

/// In a process of its own: descriptors and memory of this one belong to all tests.
#[test]
fn ten_thousand_datagrams_leave_descriptors_and_memory_as_they_were() {
    const CHILD: &str = "SAM_STD_TEST_ECONOMY";
    if env::var_os(CHILD).is_some() {
        return send_ten_thousand();
    }
    let mut child = Command::new(env::current_exe().unwrap());
    child.args([
        "--exact",
        "economy::ten_thousand_datagrams_leave_descriptors_and_memory_as_they_were",
    ]);
    let output = child.env(CHILD, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

fn send_ten_thousand() {
    let bridge = LoopbackBridge::start().unwrap();
    let router = Router::from(bridge.addr()).with_udp(bridge.udp_addr().into());
    let [sender, by_udp, on_control] = [
        Datagrams::repliable(),
        Datagrams::repliable(),
        Datagrams::repliable().on_control_socket(),
    ]
    .map(|datagrams| {
        Session::builder(&router)
            .create_datagrams(datagrams)
            .unwrap()
    });
    let payload = [7; 7_600];
    let mut heard = [0; 7_600];
    let mut send = |count| {
        for _ in 0..count {
            for receiver in [&by_udp, &on_control] {
                sender.send_to(&payload, receiver.destination()).unwrap();
                assert_eq!(receiver.recv(&mut heard).unwrap(), payload.len());
            }
        }
    };
    send(500);
    let [descriptors, memory] = [open_descriptors(), resident_bytes()];
    send(10_000);
    assert_eq!(open_descriptors(), descriptors);
    let grown = resident_bytes().saturating_sub(memory);
    assert!(grown < SLACK, "{grown} bytes more");
}

fn open_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn resident_bytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.unwrap().trim().strip_suffix(" kB").unwrap();
    kib.parse::<usize>().unwrap() * 1024
}
