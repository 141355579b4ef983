"""The PyPI client i2psam on whatever SAM bridge I2P_SAM_ADDRESS names.

Ends with status 0 if all of it went as it has to.
"""

import asyncio
import base64
import hashlib
import os

from i2psam import SAMClient, SAMConfig
from i2psam.exceptions import SAMError, SAMStreamError

ADDRESS = os.environ["I2P_SAM_ADDRESS"]
PATIENCE = 60
MEGABYTE = bytes(range(256)) * 4096


def b32(destination: str) -> str:
    """The address of a destination, without asking anybody."""
    padded = destination + "=" * (-len(destination) % 4)
    digest = hashlib.sha256(base64.b64decode(padded, altchars=b"-~")).digest()
    return base64.b32encode(digest).decode().lower().rstrip("=") + ".b32.i2p"


async def read_exactly(connection, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += await connection.read(count - len(data))
    return data


async def keys_are_generated(sam):
    keys = await sam.dest_generate()
    assert len(keys.pub) == 524, len(keys.pub)
    assert keys.priv.startswith(keys.pub[:520])
    return keys


async def names_are_looked_up(sam, keys):
    # A destination is its own name; its address is known while it has a session.
    for name in (keys.pub, b32(keys.pub)):
        reply = await sam.naming_lookup(name)
        assert reply.is_ok and (reply.name, reply.value) == (name, keys.pub)
    # i2psam 1.0.0 has no word for a reply without VALUE, which is what routers give here.
    try:
        await sam.naming_lookup("nobody.i2p")
    except SAMError as error:
        assert "RESULT=KEY_NOT_FOUND" in str(error), error
    else:
        raise AssertionError("nobody.i2p was found")


async def streams_carry_bytes(server, dialer, keys, name, dialer_key):
    async def echo():
        async with server.accept_stream() as (peer, connection):
            assert dialer_key.startswith(peer.decode().strip()[:520])
            await connection.write(await read_exactly(connection, len(MEGABYTE) + 1))

    echoing = asyncio.create_task(echo())
    async with dialer.connect_stream(name) as connection:
        # It puts a newline behind whatever it writes.
        await asyncio.gather(connection.write(MEGABYTE), asyncio.sleep(0))
        heard = await read_exactly(connection, len(MEGABYTE) + 1)
    await echoing
    assert heard == MEGABYTE + b"\n"


async def nobody_cannot_be_reached(dialer):
    try:
        async with dialer.connect_stream("a" * 52 + ".b32.i2p"):
            raise AssertionError("nobody was reached")
    except SAMStreamError as error:
        assert "lease set not found" in str(error), error


async def session_ids_are_unique(sam, keys):
    try:
        async with sam.session("server", destination="TRANSIENT"):
            pass
    # i2psam 1.0.0 tries again within its own context manager, which Python reports.
    except (SAMError, RuntimeError):
        return
    raise AssertionError("the ID was given twice")


async def main():
    host, port = ADDRESS.rsplit(":", 1)
    # i2psam 1.0.0 cannot be given a host, which asyncio then takes for no text: this is its own.
    assert host == "127.0.0.1", host
    sam = SAMClient(SAMConfig(port=int(port)))
    keys = await keys_are_generated(sam)
    async with sam.session("server", destination=keys.priv) as server:
        await names_are_looked_up(sam, keys)
        await session_ids_are_unique(sam, keys)
        async with sam.session("dialer", destination="TRANSIENT") as dialer:
            dialer_key = dialer.priv_destination
            for name in (keys.pub, b32(keys.pub)):
                await streams_carry_bytes(server, dialer, keys, name, dialer_key)
            await nobody_cannot_be_reached(dialer)
    print("i2psam: keys, look-ups, streams by destination and by address, refusals")


asyncio.run(asyncio.wait_for(main(), PATIENCE))
