#!/usr/bin/env python3
"""Record what a real router says, one transcript for each scenario.

    testnet.py run -- python3 record.py OUTDIR ROUTER-NAME

Expects the environment testnet.py gives to a command: I2P_TESTNET_SAM (SAM ports, separated by
commas; the first and the last are used) and I2P_TESTNET_WARM (a file of keys to use; without it
the router makes new ones).  RECORD_OPTIONS replaces the session options sent.

The format is described in ../transcripts/README.md.  Session keys end up in the transcripts: use
throw-away keys of a private network only.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from pathlib import Path

DEFAULT_OPTIONS = (
    "inbound.length=0 outbound.length=0 inbound.quantity=1 outbound.quantity=1 "
    "i2cp.leaseSetEncType=4"
)
OPTIONS = os.environ.get("RECORD_OPTIONS", DEFAULT_OPTIONS)
NEW_KEY = "TRANSIENT SIGNATURE_TYPE=7"
HELLO = "HELLO VERSION MIN=3.1 MAX=3.3"
NOBODY = "a" * 52 + ".b32.i2p"


class Tape:
    """The transcript of one scenario."""

    def __init__(self, directory: Path, title: str, router: str) -> None:
        self.file = open(directory / f"{title}.sam", "w", encoding="utf-8")
        self.note(f"{title}: recorded from {router}")

    def __enter__(self) -> Tape:
        return self

    def __exit__(self, *_) -> None:
        self.file.close()

    def put(self, line: str) -> None:
        self.file.write(f"{line}\n")

    def note(self, text: str) -> None:
        self.put(f"# {text}")


class Client:
    """A socket to the router that writes down all it sends and receives."""

    def __init__(self, tape: Tape, label: str, port: int, hello: bool = True) -> None:
        self.tape = tape
        self.label = label
        self.unread = b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tape.put(f"@{label} open")
        if hello:
            self.ask(HELLO)

    def mark(self, sign: str, text: str) -> None:
        self.tape.put(f"{self.label}{sign} {text}")

    def say(self, line: str, payload: bytes = b"") -> None:
        """Send a line and what follows it in one write."""
        self.mark("->", line)
        if payload:
            self.mark("=>", payload.hex())
        self.socket.sendall(line.encode() + b"\n" + payload)

    def say_raw(self, data: bytes) -> None:
        self.mark("=>", data.hex())
        self.socket.sendall(data)

    def hear(self, wait: float = 25.0) -> str | None:
        """Receive a line; None if none came."""
        self.socket.settimeout(wait)
        try:
            while b"\n" not in self.unread:
                piece = self.socket.recv(65536)
                if not piece:
                    self.end_of_file()
                    return None
                self.unread += piece
        except socket.timeout:
            self.mark("..", f"nothing in {wait:g} s")
            return None
        except ConnectionResetError:
            self.mark("!!", "reset")
            return None
        line, self.unread = self.unread.split(b"\n", 1)
        text = line.decode("utf-8", "replace")
        self.mark("<-", text)
        return text

    def end_of_file(self) -> None:
        if self.unread:
            self.mark("<-", self.unread.decode("utf-8", "replace") + " (no LF)")
            self.unread = b""
        self.mark("!!", "eof")

    def hear_raw(self, size: int, wait: float = 10.0) -> bytes:
        """Receive so many bytes, or as many as come."""
        self.socket.settimeout(wait)
        try:
            while len(self.unread) < size:
                piece = self.socket.recv(65536)
                if not piece:
                    self.mark("!!", "eof")
                    break
                self.unread += piece
        except socket.timeout:
            self.mark("..", f"only {len(self.unread)} bytes in {wait:g} s")
        data, self.unread = self.unread[:size], self.unread[size:]
        self.mark("<=", data.hex())
        return data

    def ask(self, line: str, wait: float = 25.0) -> str | None:
        self.say(line)
        return self.hear(wait)

    def own_destination(self) -> str | None:
        """The destination of the session this socket controls."""
        reply = self.ask("NAMING LOOKUP NAME=ME")
        return reply.split("VALUE=")[1].split()[0] if reply and "VALUE=" in reply else None

    def close(self) -> None:
        self.socket.close()
        self.tape.put(f"@{self.label} close")


class Recorder:
    """All scenarios against one router, or two of a kind."""

    def __init__(self, directory: Path, router: str) -> None:
        self.directory = directory
        self.router = router
        ports = [int(port) for port in os.environ["I2P_TESTNET_SAM"].split(",")]
        self.near, self.far = ports[0], ports[-1]
        warm = os.environ.get("I2P_TESTNET_WARM")
        self.keys = json.loads(Path(warm).read_text()) if warm else {}

    def tape(self, title: str) -> Tape:
        return Tape(self.directory, title, self.router)

    def key(self, port: int) -> str:
        keys = self.keys.get(str(port))
        return keys.pop()["priv"] if keys else NEW_KEY

    def session(self, tape: Tape, label: str, port: int, name: str, style: str) -> Client:
        """A socket with a session on it, or with a refused attempt at one."""
        client = Client(tape, label, port)
        command = f"SESSION CREATE STYLE={style} ID={name} DESTINATION={self.key(port)} {OPTIONS}"
        client.ask(command, 120)
        return client

    def lines(self, title: str, *lines: str, hello: bool = True, wait: float = 4.0) -> None:
        """A scenario of questions and answers on one socket."""
        with self.tape(title) as tape:
            client = Client(tape, "A", self.near, hello)
            for line in lines:
                try:
                    if client.ask(line, wait) is None:
                        break
                except (BrokenPipeError, ConnectionResetError):
                    client.mark("!!", "reset")
                    break
            client.close()

    def one_liners(self) -> None:
        hellos = [
            "HELLO VERSION",
            "HELLO VERSION MIN=3.0 MAX=3.1",
            "HELLO VERSION MIN=3.0 MAX=3.3",
            "HELLO VERSION MIN=3.1 MAX=3.3",
            "HELLO VERSION MIN=3.2 MAX=3.3",
            "HELLO VERSION MIN=3.3 MAX=3.3",
            "HELLO VERSION MIN=9.0 MAX=9.9",
            "HELLO FOO",
        ]
        for number, line in enumerate(hellos):
            self.lines(f"hello-{number}", line, hello=False)
        self.lines("dest-generate", "DEST GENERATE SIGNATURE_TYPE=7")
        self.lines(
            "naming-unknown",
            "NAMING LOOKUP NAME=nobody-has-this.i2p",
            f"NAMING LOOKUP NAME={NOBODY}",
            wait=20,
        )
        self.lines("unknown-verb", "FOO BAR")
        self.lines("ping", "PING hello  world")
        self.lines("quit", "QUIT")
        self.lines("help", "HELP")
        self.lines("connect-unknown-id", f"STREAM CONNECT ID=nope DESTINATION={NOBODY}")
        self.lines("accept-unknown-id", "STREAM ACCEPT ID=nope")
        self.lines("create-bad-key", "SESSION CREATE STYLE=STREAM ID=badkey DESTINATION=AAAA")
        self.lines(
            "create-bad-style", "SESSION CREATE STYLE=NONSENSE ID=badstyle DESTINATION=TRANSIENT"
        )

    def ping_pong(self) -> None:
        """A stream there and back, then what goes wrong around streams."""
        with self.tape("ping-pong") as tape:
            server = self.session(tape, "S", self.near, "rec-srv", "STREAM")
            client = self.session(tape, "C", self.far, "rec-cli", "STREAM")
            destination = server.own_destination()
            if destination:
                self.stream(tape, destination)
                self.stream_mistakes(tape, server, client)

    def stream(self, tape: Tape, destination: str) -> None:
        acceptor = Client(tape, "A", self.near)
        acceptor.ask("STREAM ACCEPT ID=rec-srv")
        time.sleep(0.3)
        caller = Client(tape, "X", self.far)
        reply = caller.ask(f"STREAM CONNECT ID=rec-cli DESTINATION={destination}", 90)
        if not reply or "RESULT=OK" not in reply:
            return
        caller.say_raw(b"PING")
        acceptor.hear(60)
        acceptor.hear_raw(4)
        acceptor.say_raw(b"PONG")
        caller.hear_raw(4)
        caller.close()
        acceptor.hear(20)

    def stream_mistakes(self, tape: Tape, server: Client, client: Client) -> None:
        tape.note("duplicate id")
        second = Client(tape, "D", self.near)
        second.ask(f"SESSION CREATE STYLE=STREAM ID=rec-srv DESTINATION={NEW_KEY} {OPTIONS}", 60)
        second.close()
        tape.note("connect with a bad destination")
        caller = Client(tape, "E", self.far)
        caller.ask("STREAM CONNECT ID=rec-cli DESTINATION=AAAA", 30)
        caller.close()
        tape.note("stream command on the session socket")
        client.ask("STREAM ACCEPT ID=rec-cli", 5)
        client.close()
        tape.note("session closed under a pending accept")
        pending = Client(tape, "P", self.near)
        pending.ask("STREAM ACCEPT ID=rec-srv")
        server.close()
        pending.hear(10)
        pending.close()

    def datagrams(self) -> None:
        """Datagrams over the control socket; the first may be lost, so up to four are sent."""
        with self.tape("datagram-control") as tape:
            sender = self.session(tape, "S", self.near, "rec-dg1", "DATAGRAM")
            receiver = self.session(tape, "R", self.far, "rec-dg2", "DATAGRAM")
            destination = receiver.own_destination()
            for number in range(4 if destination else 0):
                payload = b"reading %d\n" % number
                tape.note("header and payload in one write")
                header = f"DATAGRAM SEND DESTINATION={destination} SIZE={len(payload)}"
                sender.say(header, payload)
                if receiver.hear(4):
                    receiver.hear_raw(len(payload))
                    break
            sender.close()
            receiver.close()

    def primary(self) -> None:
        """Subsessions, under the old style name where the router does not know the new one."""
        with self.tape("primary") as tape:
            for label, style, name in ("S", "PRIMARY", "rec-prim"), ("M", "MASTER", "rec-mast"):
                client = Client(tape, label, self.near)
                command = f"SESSION CREATE STYLE={style} ID={name} DESTINATION={NEW_KEY} {OPTIONS}"
                reply = client.ask(command, 60)
                if reply and "RESULT=OK" in reply:
                    self.subsessions(client)
                    client.close()
                    break
                client.close()

    @staticmethod
    def subsessions(client: Client) -> None:
        for line in (
            "SESSION ADD STYLE=STREAM ID=rec-sub1 FROM_PORT=80 LISTEN_PORT=80",
            "SESSION ADD STYLE=STREAM ID=rec-sub1 FROM_PORT=81",
            "SESSION REMOVE ID=rec-nope",
            "SESSION REMOVE ID=rec-sub1",
            "SESSION ADD STYLE=DATAGRAM ID=rec-sub2 PORT=9 HOST=127.0.0.1 FROM_PORT=82",
        ):
            if client.ask(line, 15) is None:
                break


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    directory, router = Path(sys.argv[1]), sys.argv[2]
    directory.mkdir(parents=True, exist_ok=True)
    recorder = Recorder(directory, router)
    recorder.one_liners()
    recorder.ping_pong()
    recorder.datagrams()
    recorder.primary()
    print(len(list(directory.glob("*.sam"))), "transcripts from", router)


if __name__ == "__main__":
    main()
