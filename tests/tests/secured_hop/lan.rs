//! The local network: a namespace of its own, joined to the routers' by one wire.
//!
//! On its side live the device, its neighbours and whoever attacks it. What listens on the
//! router's 127.0.0.1 does not exist there.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// The machine with the router, as the network sees it.
pub(crate) const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 77, 1));
/// Somebody in between, or who would like to be.
pub(crate) const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 77, 66));

/// Nothing here takes as long, on loopback.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn dial(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = within(|| TcpStream::connect_timeout(&to, PATIENCE))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Whether something listens there, as far as one can tell from here.
pub(crate) fn reaches(to: SocketAddr) -> bool {
    within(|| TcpStream::connect_timeout(&to, Duration::from_secs(1))).is_ok()
}

/// Listens as somebody of the network, at any port.
pub(crate) fn listen(at: IpAddr) -> TcpListener {
    within(|| TcpListener::bind((at, 0))).unwrap()
}

/// A socket for datagrams of somebody's in the network.
pub(crate) fn datagrams(at: IpAddr) -> UdpSocket {
    let socket = within(|| UdpSocket::bind((at, 0))).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    socket
}

/// Makes sure that the network is there, so that the router has its address in it.
pub(crate) fn join() {
    namespace();
}

/// Runs something in the network's namespace; what it opens stays there.
fn within<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    let enter = || {
        move_into_link_name_space(namespace().as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
        act()
    };
    // Only this thread moves.
    thread::scope(|scope| scope.spawn(enter).join().unwrap())
}

/// The network, which lives as long as the tests.
fn namespace() -> &'static File {
    static NAMESPACE: OnceLock<(File, Child)> = OnceLock::new();
    let (file, _) = NAMESPACE.get_or_init(|| {
        // It ends when this process, and so its input, does.
        let mut holder = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo there && exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut there = String::new();
        let said = holder.stdout.as_mut().unwrap();
        io::BufRead::read_line(&mut io::BufReader::new(said), &mut there).unwrap();
        assert_eq!(there, "there\n");
        let pid = holder.id().to_string();

        let wire = format!("link add lan0 type veth peer name eth0 netns {pid}");
        ip(&[], &wire);
        ip(&[], &format!("address add {ROUTER}/24 dev lan0"));
        ip(&[], "link set lan0 up");
        let inside = ["nsenter", "--net", "--target", &pid];
        ip(&inside, &format!("address add {ATTACKER}/24 dev eth0"));
        ip(&inside, "link set lo up");
        ip(&inside, "link set eth0 up");
        let file = File::open(format!("/proc/{pid}/ns/net"));
        (file.unwrap(), holder)
    });
    file
}

fn ip(before: &[&str], words: &str) {
    let mut command = before.to_vec();
    command.push("ip");
    command.extend(words.split(' '));
    let status = Command::new(command[0]).args(&command[1..]).status();
    assert!(status.unwrap().success(), "{words}");
}
