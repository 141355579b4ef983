#!/usr/bin/env python3
"""A throw-away, private I2P network of real i2pd routers on one machine.

    testnet.py run [options] -- CMD    start, run CMD, stop; the exit status is CMD's
    testnet.py start [options]         start and leave running
    testnet.py status | stop | keys    of the network in --dir
    testnet.py exec -- CMD             run CMD where it can reach the routers
    testnet.py kill | revive --at PORT end the router with this SAM port without a goodbye; start
                                       it again on the data it has
    testnet.py check                   can a network be started here? If not, says why

Layout.  F floodfill routers without client interfaces hold the network database; N further
routers, deliberately *not* floodfills, offer SAM v3 on 127.0.0.1:<base>, <base+10>, ...
(the SAM UDP port is one below the TCP port).

Isolation.  The routers have a net id of their own, know no reseed host, and live in a network
namespace with a loopback interface and nothing else, no route either.  Clients therefore have
to be started with "run" or "exec".

Environment of CMD.  I2P_TESTNET_SAM lists the SAM ports, separated by commas.
I2P_TESTNET_WARM names a JSON file: for each port a list of {priv, pub, b32}, the keys of
destinations that are ready.  SESSION CREATE with such a key is answered at once, with a new key
after 20 s.  Each serves one session only.  I2P_TESTNET_DIR is --dir, for "kill" and "revive".

Only the standard library, i2pd and util-linux (unshare, nsenter) are needed.  README.md, next to
this file, has the reasons.
"""

from __future__ import annotations

import argparse
import base64
import ctypes
import dataclasses
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable

# The benchmarking range (RFC 2544): never routed on the Internet, yet i2pd takes it for public.
NAMESPACE_PREFIX = "198.18.77"
# Without a namespace; only i2pd 2.51 and later accept peers from a reserved range.
HOST_PREFIX = "127.77.0"
HOST_MINIMUM = (2, 51)

PUBLIC_NETWORK_ID = 2
CONSOLE_PORT = 7070  # web console of the floodfills, on their own addresses
NOWHERE = "a" * 52 + ".b32.i2p"  # a well-formed destination that nobody has
I2P_ALPHABET = bytes.maketrans(b"+/", b"-~")
ATTEMPTS = 3
SPOILT = b"RouterInfo: Signature verification failed"

MARKER_FILE = ".testnet"  # marks a directory as made by this script
STATE_FILE = "state.json"
WARM_FILE = "warm.json"

# From <linux/sockios.h> and <linux/if.h>.
SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
SIOCSIFADDR, SIOCSIFNETMASK = 0x8916, 0x891C
IFF_UP = 1


class NotReady(Exception):
    """The routers run, but something expected of them did not come about in time."""


class Failure(SystemExit):
    """Ends the script with a message and status 1."""

    def __init__(self, why: str) -> None:
        super().__init__(f"testnet: {why}")


# ---------------------------------------------------------------- keys and identities


def i2p_base64(raw: bytes) -> str:
    """Base64 as I2P spells it, with - and ~."""
    return base64.b64encode(raw).translate(I2P_ALPHABET).decode()


def identity(raw: bytes) -> bytes:
    """The destination or router identity at the start of a key file or RouterInfo."""
    certificate_length = struct.unpack(">H", raw[385:387])[0]
    return raw[: 387 + certificate_length]


def b32_name(raw: bytes) -> str:
    """The .b32.i2p name of the destination at the start of raw."""
    digest = hashlib.sha256(identity(raw)).digest()
    return base64.b32encode(digest).decode().lower().rstrip("=") + ".b32.i2p"


def netdb_file(datadir: Path, router_info: bytes) -> Path:
    """Where i2pd looks for this RouterInfo in a data directory."""
    name = i2p_base64(hashlib.sha256(identity(router_info)).digest())
    return datadir / "netDb" / f"r{name[0]}" / f"routerInfo-{name}.dat"


# ---------------------------------------------------------------- waiting and processes


def wait_for(what: str, test: Callable[[], object], seconds: float) -> None:
    """Poll until the test holds."""
    limit = time.monotonic() + seconds
    while not test():
        if time.monotonic() > limit:
            raise NotReady(f"timed out waiting for {what}")
        time.sleep(0.03)


def is_ours(pid: int, token: str) -> bool:
    """Does pid run with token as one of its arguments? Guards against a pid in use again."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return token.encode() in arguments


def end_process(pid: int, token: str, patience: float = 8.0) -> None:
    """TERM, then after `patience` seconds KILL; never touches a foreign process."""
    for signal_number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 3.0)):
        if not is_ours(pid, token):
            return
        os.kill(pid, signal_number)
        limit = time.monotonic() + seconds
        while is_ours(pid, token) and time.monotonic() < limit:
            try:
                os.waitpid(pid, os.WNOHANG)  # succeeds only for our own children
            except ChildProcessError:
                pass
            time.sleep(0.02)


def is_listening(host: str, port: int) -> bool:
    """Whether somebody listens there - found out without connecting.

    i2pd from 2.46 on remembers an aborted handshake and refuses that source address for minutes.
    """
    wanted = f"{struct.unpack('=I', socket.inet_aton(host))[0]:08X}:{port:04X}"
    listening = "0A"
    with open("/proc/thread-self/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table]
    return any(row[1] == wanted and row[3] == listening for row in rows)


# ---------------------------------------------------------------- state


@dataclasses.dataclass
class Router:
    """A router that was started."""

    pid: int
    datadir: str
    address: str
    sam: int  # its SAM port; 0 for a floodfill

    @property
    def token(self) -> str:
        """The argument its process is recognised by."""
        return f"--datadir={self.datadir}"

    def is_alive(self) -> bool:
        return is_ours(self.pid, self.token)


@dataclasses.dataclass
class Network:
    """What is written to the state file; enough to use or stop the network from elsewhere."""

    holder: int | None = None  # the process that keeps the network namespace alive
    userns: bool = False  # the namespace belongs to a user namespace of its own
    routers: list[Router] = dataclasses.field(default_factory=list)
    seconds: float | None = None  # what the start took

    @property
    def sam_ports(self) -> list[int]:
        return [router.sam for router in self.routers if router.sam]

    @property
    def alive(self) -> list[Router]:
        return [router for router in self.routers if router.is_alive()]

    @classmethod
    def load(cls, directory: Path) -> Network | None:
        try:
            fields = json.loads((directory / STATE_FILE).read_text())
        except (OSError, ValueError):
            return None
        fields["routers"] = [Router(**router) for router in fields["routers"]]
        return cls(**fields)

    def save(self, directory: Path) -> None:
        new = directory / f"{STATE_FILE}.new"
        new.write_text(json.dumps(dataclasses.asdict(self), indent=1))
        new.replace(directory / STATE_FILE)


# ---------------------------------------------------------------- network namespace


def bring_loopback_up() -> None:
    """Bring up lo and make the whole of NAMESPACE_PREFIX.0/24 local to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))
        settings = (SIOCSIFADDR, f"{NAMESPACE_PREFIX}.254"), (SIOCSIFNETMASK, "255.255.255.0")
        for code, value in settings:
            packed = socket.inet_aton(value)
            request = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, packed)
            fcntl.ioctl(control, code, request)


def hold() -> None:
    """Body of the process that keeps the namespace alive; it is already inside."""
    bring_loopback_up()
    print("up", flush=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        signal.pause()


def open_namespace(token: str) -> Network | None:
    """Start the holder process; None where the system refuses."""
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        return None
    userns = os.geteuid() != 0
    command = ["unshare", *(["--user", "--map-root-user"] if userns else []), "--net"]
    command += [sys.executable, os.path.abspath(__file__), "_hold", token]
    holder = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if holder.stdout.readline() == b"up\n":
        return Network(holder=holder.pid, userns=userns)
    holder.wait()
    return None


def enter_command(network: Network) -> list[str]:
    """The words before a command that run it where the routers are."""
    if not network.holder:
        return []
    user = ["--user", "--preserve-credentials"] if network.userns else []
    return ["nsenter", "--target", str(network.holder), *user, "--net", "--"]


def is_inside(network: Network) -> bool:
    """Whether this very process is where the routers are."""
    return os.path.samefile("/proc/self/ns/net", f"/proc/{network.holder}/ns/net")


def enter_namespace(network: Network) -> None:
    """Move this very process to where the routers are; there is no way back."""
    if not network.holder or is_inside(network):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for kind in ["user", "net"] if network.userns else ["net"]:
        descriptor = os.open(f"/proc/{network.holder}/ns/{kind}", os.O_RDONLY)
        if libc.setns(descriptor, 0):
            raise OSError(ctypes.get_errno(), f"setns {kind}")
        os.close(descriptor)


# ---------------------------------------------------------------- router configuration


def router_configuration(options: argparse.Namespace, address: str, sam_port: int) -> str:
    """i2pd.conf of one router; a floodfill if it has no SAM port."""
    floodfill = "false" if sam_port else "true"
    sam = f"enabled = true\nport = {sam_port}" if sam_port else "enabled = false"
    return f"""\
log = file
loglevel = {options.loglevel}
netid = {options.netid}
ipv4 = true
ipv6 = false
# An address of its own, for listening and for outgoing connections.
address4 = {address}
host = {address}
port = {options.transport_port}
nat = false
reservedrange = false
floodfill = {floodfill}
bandwidth = X
share = 100

[reseed]
urls =
yggurls =
threshold = 0
verify = true
[nettime]
enabled = false
frompeers = false
[upnp]
enabled = false

[ntcp2]
enabled = true
published = true
[ssu2]
enabled = false
published = false

[exploratory]
inbound.length = {options.exploratory_hops}
outbound.length = {options.exploratory_hops}
inbound.quantity = 2
outbound.quantity = 2

[persist]
profiles = false
addressbook = false
# SAM dereferences the address book: switched off, STREAM CONNECT crashes i2pd.
[addressbook]
enabled = true
defaulturl = http://{NOWHERE}/

[http]
enabled = {floodfill}
address = {address}
port = {CONSOLE_PORT}
strictheaders = false
[httpproxy]
enabled = false
[socksproxy]
enabled = false
[bob]
enabled = false
[i2cp]
enabled = false
[i2pcontrol]
enabled = false

[sam]
address = 127.0.0.1
{sam}
"""


def warm_tunnels(options: argparse.Namespace, address: str) -> str:
    """tunnels.conf whose only purpose is destinations that are published and ready.

    A UDP client tunnel is the one kind that publishes its lease set and leaves incoming streams
    alone, so that a SAM session can take the destination over.  Nothing is ever sent through the
    tunnel itself; its far end does not exist.
    """
    quantity = 2 if options.warm_hops else 1
    sections = [
        f"""\
[warm{number}]
type = udpclient
address = {address}
port = {options.transport_port + 1 + number}
destination = {NOWHERE}
keys = warm{number}.dat
signaturetype = 7
i2cp.leaseSetType = 3
i2cp.leaseSetEncType = 4
inbound.length = {options.warm_hops}
inbound.quantity = {quantity}
outbound.length = {options.warm_hops}
outbound.quantity = {quantity}
"""
        for number in range(options.warm)
    ]
    return "\n".join(sections)


def prepare_datadir(
    options: argparse.Namespace, datadir: Path, address: str, sam_port: int, known: list[bytes]
) -> None:
    """Write all a router finds at its start; `known` are the RouterInfos of earlier ones."""
    (datadir / "addressbook").mkdir(parents=True)
    (datadir / "i2pd.conf").write_text(router_configuration(options, address, sam_port))
    (datadir / "tunnels.conf").write_text(warm_tunnels(options, address) if sam_port else "")
    # A name known and no subscription: i2pd then does not try to update its address book.
    (datadir / "addressbook" / "addresses.csv").write_text(f"nowhere.i2p,{NOWHERE[:52]}\n")
    (datadir / "subscriptions.txt").write_text("# none\n")
    for router_info in known:
        path = netdb_file(datadir, router_info)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(router_info)


# ---------------------------------------------------------------- starting


def spawn_router(program: str, datadir: Path) -> subprocess.Popen:
    """Start i2pd on a prepared data directory."""
    command = [
        program,
        f"--datadir={datadir}",
        f"--conf={datadir / 'i2pd.conf'}",
        f"--tunconf={datadir / 'tunnels.conf'}",
        f"--tunnelsdir={datadir / 'tunnels.d'}",
        f"--pidfile={datadir / 'i2pd.pid'}",
    ]
    with open(datadir / "stdout", "wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=datadir,
            start_new_session=True,
        )


def start_routers(options: argparse.Namespace, network: Network) -> None:
    """Start one router after another; each knows the RouterInfos of all earlier ones."""
    program = shutil.which(options.i2pd)
    prefix = NAMESPACE_PREFIX if network.holder else HOST_PREFIX
    known: list[bytes] = []
    for number in range(1, options.floodfills + options.sam + 1):
        place = number - options.floodfills  # among the SAM routers, from 1
        sam_port = options.base_port + 10 * (place - 1) if place > 0 else 0
        address = f"{prefix}.{number}"
        datadir = options.dir / f"r{number}"
        prepare_datadir(options, datadir, address, sam_port, known)
        process = spawn_router(program, datadir)
        network.routers.append(Router(process.pid, str(datadir), address, sam_port))
        network.save(options.dir)

        def is_up() -> bool:
            if process.poll() is not None:
                raise Failure(f"router {number} ended at once, see {datadir}")
            return is_listening(address, options.transport_port)

        wait_for(f"router {number}", is_up, 20)
        known.append((datadir / "router.info").read_bytes())  # final by now


def sam_answers(port: int) -> bool:
    """Does a SAM bridge say hello on this port?"""
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as client:
            client.sendall(b"HELLO VERSION MIN=3.0 MAX=3.3\n")
            return b"RESULT=OK" in client.makefile("rb").readline()
    except OSError:
        return False


def read_warm_keys(options: argparse.Namespace, router: Router) -> list[dict[str, str]]:
    """The keys of a router's ready destinations, as soon as i2pd has made them."""
    keys = []
    for number in range(options.warm):
        path = Path(router.datadir) / f"warm{number}.dat"
        wait_for(str(path), lambda: path.exists() and path.stat().st_size > 387, 10)
        raw = path.read_bytes()
        public = i2p_base64(identity(raw))
        keys.append({"priv": i2p_base64(raw), "pub": public, "b32": b32_name(raw)})
    return keys


def console_page(host: str) -> str:
    """A floodfill's list of lease sets, as HTML; empty if it does not answer."""
    page = b""
    try:
        with socket.create_connection((host, CONSOLE_PORT), 2) as console:
            console.sendall(b"GET /?page=leasesets HTTP/1.0\r\nHost: localhost\r\n\r\n")
            while piece := console.recv(65536):
                page += piece
    except OSError:
        pass
    return page.decode("latin-1")


def wait_until_published(
    options: argparse.Namespace, network: Network, names: list[str], last_attempt: bool
) -> None:
    """Wait until the floodfills list the lease sets of all these destinations.

    i2pd builds the first tunnels of a destination up to about 13 s after its start (a random
    delay of 0..9 s, then a grid of 5 s) and publishes the lease set at once thereafter.
    """
    floodfills = [router.address for router in network.routers if not router.sam]
    logs = [Path(router.datadir) / "i2pd.log" for router in network.routers]

    def are_published() -> bool:
        if not last_attempt and any(SPOILT in log.read_bytes() for log in logs):
            raise NotReady("a router refuses another's RouterInfo")
        time.sleep(0.2)
        pages = "".join(console_page(address) for address in floodfills)
        return all(name[:52] in pages for name in names)

    wait_for("lease sets of the ready destinations", are_published, options.timeout)


def bring_up(options: argparse.Namespace, network: Network, last_attempt: bool) -> None:
    """Start the routers and wait until they are of use; runs where the routers are."""
    start_routers(options, network)
    warm = {}
    for router in network.routers:
        if router.sam:
            port = router.sam
            wait_for(f"SAM on port {port}", lambda: sam_answers(port), 20)
            warm[str(port)] = read_warm_keys(options, router)
    (options.dir / WARM_FILE).write_text(json.dumps(warm, indent=1))
    if options.warm and not options.no_wait:
        names = [key["b32"] for keys in warm.values() for key in keys]
        wait_until_published(options, network, names, last_attempt)


def bring_up_in_child(options: argparse.Namespace, network: Network, last_attempt: bool) -> bool:
    """bring_up() in a process that moves into the namespace; False: not ready, try again."""
    again = 75  # EX_TEMPFAIL
    sys.stdout.flush()
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        status = 1
        try:
            enter_namespace(network)
            bring_up(options, network, last_attempt)
            status = 0
        except NotReady as error:
            print(f"testnet: {error}", file=sys.stderr)
            status = 1 if last_attempt else again
        except BaseException as error:  # the child must not return into its parent's code
            print(error, file=sys.stderr)
        sys.stderr.flush()
        os._exit(status)
    try:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        child = 0
    finally:
        if child:  # interrupted
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
    if status not in (0, again):
        raise Failure("not started")
    return status == 0


def make_directory(directory: Path) -> None:
    """An empty directory of ours; refuses to replace one that is not."""
    if directory.is_dir() and os.listdir(directory) and not (directory / MARKER_FILE).exists():
        raise Failure(f"{directory} exists and was not made by this script")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)
    (directory / MARKER_FILE).touch()


def i2pd_version(program: str) -> tuple[int, int]:
    text = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"version (\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def open_network(options: argparse.Namespace) -> Network:
    """A network without routers yet, in a namespace if one is wanted and to be had."""
    if not shutil.which(options.i2pd):
        raise Failure(f"{options.i2pd} not found")
    network = open_namespace(str(options.dir)) if options.netns != "no" else None
    if network:
        return network
    if options.netns == "yes":
        raise Failure("cannot create a network namespace here")
    if i2pd_version(options.i2pd) < HOST_MINIMUM:
        raise Failure("this i2pd needs a network namespace, which cannot be had here")
    return Network()


# ---------------------------------------------------------------- commands


def start(options: argparse.Namespace) -> None:
    """Start the network, unless one of this size runs already."""
    network = Network.load(options.dir)
    if network:
        count = options.sam + options.floodfills
        if len(network.alive) == len(network.routers) == count:
            report(network)
            return
    stop(options, quiet=True)
    began = time.monotonic()
    for attempt in range(1, ATTEMPTS + 1):
        make_directory(options.dir)
        network = open_network(options)
        network.save(options.dir)
        try:
            ready = bring_up_in_child(options, network, attempt == ATTEMPTS)
        except BaseException as error:
            stop(options, quiet=True, keep=isinstance(error, Failure))  # it leaves the logs
            raise
        if ready:
            break
        stop(options, quiet=True)
        print("testnet: starting again", file=sys.stderr)
    network = Network.load(options.dir)  # the child has filled in the routers
    network.seconds = round(time.monotonic() - began, 2)
    network.save(options.dir)
    report(network)


def stop(options: argparse.Namespace, quiet: bool = False, keep: bool = False) -> None:
    """End every process of the network and remove its directory."""
    network = Network.load(options.dir)
    if not network:
        if not quiet:
            print("not running")
        return
    for router in network.alive:  # all at once, then wait for each
        os.kill(router.pid, signal.SIGTERM)
    for router in network.routers:
        end_process(router.pid, router.token)
    if network.holder:
        end_process(network.holder, str(options.dir))
    (options.dir / STATE_FILE).unlink()
    if not (options.keep or keep):
        shutil.rmtree(options.dir, ignore_errors=True)
    if not quiet:
        print("stopped")


def kill(options: argparse.Namespace) -> None:
    """End a router as a power failure does: no connection is closed by it."""
    router = router_at(options, Network.load(options.dir))
    if router.is_alive():
        os.kill(router.pid, signal.SIGKILL)
        wait_for("the end of the router", lambda: not router.is_alive(), 5)


def revive(options: argparse.Namespace) -> None:
    """Start a router that was killed; returns when its SAM port answers."""
    network = Network.load(options.dir)
    router = router_at(options, network)
    if router.is_alive():
        raise Failure("that router runs")
    enter_namespace(network)
    router.pid = spawn_router(shutil.which(options.i2pd), Path(router.datadir)).pid
    network.save(options.dir)
    wait_for(f"SAM on port {router.sam}", lambda: sam_answers(router.sam), 20)


def router_at(options: argparse.Namespace, network: Network | None) -> Router:
    """The router that --at names."""
    for router in network.routers if network else []:
        if router.sam and router.sam == options.at:
            return router
    raise Failure(f"no router with SAM on port {options.at}: say --at PORT")


def report(network: Network) -> None:
    """Print what runs."""
    print(f"routers   {len(network.alive)} of {len(network.routers)} running")
    namespace = f"pid {network.holder}" if network.holder else "none (loopback of the host)"
    print(f"namespace {namespace}")
    for router in network.routers:
        role = f"SAM 127.0.0.1:{router.sam}" if router.sam else "floodfill"
        print(f"  {router.address:<18} {role} pid {router.pid}  {router.datadir}")
    print("SAM_PORTS=" + ",".join(map(str, network.sam_ports)))
    if network.seconds is not None:
        print(f"started in {network.seconds:.1f} s", flush=True)


def status(options: argparse.Namespace) -> int:
    """0: all routers run; 1: some do; 3: none."""
    network = Network.load(options.dir)
    if not network or not network.alive:
        print("not running")
        return 3
    report(network)
    return 0 if len(network.alive) == len(network.routers) else 1


def execute(options: argparse.Namespace, command: list[str]) -> int:
    """Run a command where the routers are."""
    network = Network.load(options.dir)
    if not network:
        raise Failure("not running")
    environment = dict(
        os.environ,
        I2P_TESTNET_SAM=",".join(map(str, network.sam_ports)),
        I2P_TESTNET_WARM=str(options.dir / WARM_FILE),
        I2P_TESTNET_DIR=str(options.dir),
    )
    return subprocess.call(enter_command(network) + command, env=environment)


def run(options: argparse.Namespace, command: list[str]) -> int:
    """Start, execute, and stop whatever happens in between."""
    try:
        start(options)
        return execute(options, command)
    finally:
        stop(options, quiet=True)


def check(options: argparse.Namespace) -> None:
    """End with a message unless a network can be started here; starts no router."""
    network = open_network(options)
    if network.holder:
        end_process(network.holder, str(options.dir))


def parse_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    temporary = os.environ.get("TMPDIR", tempfile.gettempdir())
    actions = ["start", "stop", "status", "keys", "exec", "run", "kill", "revive", "check"]
    parser.add_argument("action", choices=actions)
    add = parser.add_argument
    add("--dir", type=Path, default=Path(temporary) / "i2p-testnet")
    add("--i2pd", default=os.environ.get("I2PD", "i2pd"), help="router program")
    add("--sam", type=int, default=2, help="number of routers with SAM (2)")
    add("--floodfills", type=int, default=1, help="number of floodfill routers (1)")
    add("--base-port", type=int, default=27656, help="first SAM port; +10 for each further")
    add("--transport-port", type=int, default=27700, help="NTCP2 port of every router")
    add("--netid", type=int, default=77)
    add("--exploratory-hops", type=int, default=0)
    add("--at", type=int, help="SAM port of the router to kill or revive")
    add("--warm", type=int, default=8, help="ready destinations per SAM router (8; 0: none)")
    add("--warm-hops", type=int, default=0)
    add("--no-wait", action="store_true", help="do not wait for the ready destinations")
    add("--timeout", type=float, default=30, help="seconds to wait for the ready destinations")
    add("--netns", choices=["auto", "yes", "no"], default="auto")
    add("--loglevel", default="warn")
    add("--keep", action="store_true", help="stop leaves the data directory")
    options = parser.parse_args(arguments)
    options.dir = options.dir.absolute()
    if options.netid == PUBLIC_NETWORK_ID:
        raise Failure(f"{PUBLIC_NETWORK_ID} is the public network")
    if options.sam < 1 or options.floodfills < 1 or options.sam + options.floodfills > 200:
        raise Failure("need at least one SAM router and one floodfill, and no more than 200")
    return options


def main(arguments: list[str]) -> int | None:
    if arguments[:1] == ["_hold"]:
        return hold()
    command: list[str] = []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, command = arguments[:cut], arguments[cut + 1 :]
    options = parse_options(arguments)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if options.action in ("exec", "run") and not command:
        raise Failure(f"{options.action} needs -- COMMAND")
    if options.action in ("start", "run"):  # leave through "finally"
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, frame: sys.exit(128 + number))
    if options.action == "keys":
        print((options.dir / WARM_FILE).read_text())
        return 0
    if options.action == "exec":
        return execute(options, command)
    if options.action == "run":
        return run(options, command)
    actions = {
        "start": start,
        "stop": stop,
        "status": status,
        "kill": kill,
        "revive": revive,
        "check": check,
    }
    return actions[options.action](options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
