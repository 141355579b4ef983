// The npm client @diva.exchange/i2p-sam on whatever SAM bridge I2P_SAM_ADDRESS names.
//
// Ends with status 0 if all of it went as it has to.

import assert from 'node:assert';
import net from 'node:net';

import { createForward, createLocalDestination, createStream, lookup } from '@diva.exchange/i2p-sam';

const PATIENCE = 60_000;
const [host, port] = process.env.I2P_SAM_ADDRESS.split(':');
const sam = { host, portTCP: Number(port), timeout: 30 };
const MEGABYTE = Buffer.alloc(1 << 20, Buffer.from(Array.from({ length: 251 }, (_, byte) => byte)));

/** A server that sends back what comes behind the line that names the peer. */
async function echoServer(peers) {
  const server = net.createServer((socket) => {
    let line = Buffer.alloc(0);
    let isNamed = false;
    socket.on('data', (data) => {
      if (isNamed) {
        socket.write(data);
        return;
      }
      line = Buffer.concat([line, data]);
      const end = line.indexOf(10);
      if (end >= 0) {
        isNamed = true;
        peers.push(line.subarray(0, end).toString());
        socket.write(line.subarray(end + 1));
      }
    });
    socket.on('error', () => {});
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Sends bytes on a stream, and resolves with as many that come back. */
function echoed(stream, bytes) {
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    stream.on('data', (data) => {
      heard = Buffer.concat([heard, data]);
      if (heard.length >= bytes.length) {
        resolve(heard);
      }
    });
    stream.on('error', reject);
    stream.on('close', () => reject(new Error(`closed after ${heard.length} bytes`)));
    stream.stream(bytes);
  });
}

async function main() {
  const keys = await createLocalDestination({ sam });
  // It asks for no signature type, so it gets the oldest: DSA.
  assert.strictEqual(keys.public.length, 516);
  assert.match(keys.address, /^[a-z2-7]{52}\.b32\.i2p$/);

  const peers = [];
  const server = await echoServer(peers);
  const forward = await createForward({
    sam: { ...sam, publicKey: keys.public, privateKey: keys.private },
    forward: { host: '127.0.0.1', port: server.address().port },
  });
  assert.strictEqual(forward.getB32Address(), keys.address);
  assert.strictEqual(await lookup({ sam }, keys.address), keys.public);
  await assert.rejects(lookup({ sam }, 'nobody.i2p'), /NAMING failed.*KEY_NOT_FOUND/);

  for (const destination of [keys.public, keys.address]) {
    const stream = await createStream({ sam, stream: { destination } });
    assert.deepStrictEqual(await echoed(stream, MEGABYTE), MEGABYTE);
    const [peer] = peers.pop().split(' ');
    assert.strictEqual(peer, stream.getPublicKey());
    stream.close();
  }

  const nobody = `${'a'.repeat(52)}.b32.i2p`;
  await assert.rejects(createStream({ sam, stream: { destination: nobody } }), /CANT_REACH_PEER/);

  forward.close();
  server.close();
  console.log('@diva.exchange/i2p-sam: keys, look-ups, forward, streams by destination and by address, refusals');
}

const late = setTimeout(() => {
  console.error('too late');
  process.exit(1);
}, PATIENCE);
await main();
clearTimeout(late);
process.exit(0);
