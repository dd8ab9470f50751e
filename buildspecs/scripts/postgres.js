// Asks a PostgreSQL server, over TLS: as much of its protocol as a comparison takes (PostgreSQL documentation, "Frontend/Backend Protocol"). A build
// of an environment installs nothing, and neither CodeBuild's image nor Node.js brings a client.
const { createHash, createHmac, pbkdf2Sync, randomBytes } = require('node:crypto');
const net = require('node:net');
const tls = require('node:tls');

const TIMEOUT = 30_000;
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const md5 = (...parts) =>
  createHash('md5')
    .update(Buffer.concat(parts.map((one) => Buffer.from(one))))
    .digest('hex');
const int32 = (value) => {
  const data = Buffer.alloc(4);
  data.writeInt32BE(value);
  return data;
};
const text = (value) => Buffer.from(`${value}\0`);
const message = (type, ...parts) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

/** The connection with TLS. A server that takes none is not asked: the password would be seen. */
function open({ host, port }) {
  return new Promise((done, failed) => {
    const plain = net.connect({ host, port: Number(port) });
    plain.setTimeout(TIMEOUT, () => plain.destroy(new Error('the database does not answer')));
    plain.once('error', failed);
    plain.once('connect', () => plain.write(Buffer.concat([int32(8), int32(80877103)])));
    plain.once('data', (answer) => {
      if (answer.toString('latin1', 0, 1) !== 'S') return plain.destroy(new Error('the database takes no TLS'));
      // As `sslmode=require` of the other clients: the connection is encrypted, inside the environment's own network.
      const secured = tls.connect({ socket: plain, rejectUnauthorized: false });
      secured.once('error', failed);
      secured.once('secureConnect', () => done(secured));
    });
  });
}

/** Messages as they come: `next()` gives each as its type and body. */
function reader(socket) {
  let data = Buffer.alloc(0);
  let wake = () => undefined;
  let ended;
  socket.on('data', (more) => {
    data = Buffer.concat([data, more]);
    wake();
  });
  for (const event of ['error', 'close'])
    socket.on(event, (error) => {
      ended ??= error instanceof Error ? error : new Error('the database has ended the connection');
      wake();
    });
  return async function next() {
    for (;;) {
      const length = data.length >= 5 ? data.readInt32BE(1) + 1 : Infinity;
      if (data.length >= length) {
        const found = { type: data.toString('latin1', 0, 1), body: data.subarray(5, length) };
        data = data.subarray(length);
        if (found.type !== 'E') return found;
        const fields = found.body.toString().split('\0');
        throw new Error(fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'the database refuses');
      }
      if (ended) throw ended;
      await new Promise((done) => (wake = done));
    }
  };
}

/** The login: SCRAM-SHA-256 (RFC 5802, RFC 7677), MD5 or the password itself, as the server asks. */
async function login(socket, next, { user, password }) {
  let scram;
  for (;;) {
    const { type, body } = await next();
    if (type === 'Z') return;
    if (type !== 'R') continue;
    const asked = body.readInt32BE(0);
    if (asked === 3) socket.write(message('p', text(password)));
    if (asked === 5) socket.write(message('p', text(`md5${md5(md5(password, user), body.subarray(4, 8))}`)));
    if (asked === 10) {
      scram = { first: `n=,r=${randomBytes(18).toString('base64')}` };
      const first = Buffer.from(`n,,${scram.first}`);
      socket.write(message('p', text('SCRAM-SHA-256'), int32(first.length), first));
    }
    if (asked === 11) {
      const server = body.toString('utf8', 4);
      const { r, s, i } = Object.fromEntries(server.split(',').map((one) => [one[0], one.slice(2)]));
      const last = `c=biws,r=${r}`;
      const salted = pbkdf2Sync(password, Buffer.from(s, 'base64'), Number(i), 32, 'sha256');
      const key = hmac(salted, 'Client Key');
      const said = [scram.first, server, last].join(',');
      const proof = hmac(createHash('sha256').update(key).digest(), said).map((byte, at) => byte ^ key[at]);
      scram.server = hmac(hmac(salted, 'Server Key'), said).toString('base64');
      socket.write(message('p', Buffer.from(`${last},p=${Buffer.from(proof).toString('base64')}`)));
    }
    if (asked === 12 && body.toString('utf8', 4) !== `v=${scram?.server}`)
      throw new Error('the database does not know the password itself');
  }
}

/** The rows of a statement: texts, or null. */
function rowOf(body) {
  const row = [];
  let at = 2;
  for (let column = body.readInt16BE(0); column > 0; column--) {
    const length = body.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : body.toString('utf8', at, at + length));
    if (length > 0) at += length;
  }
  return row;
}

/** Connects, lets `work` ask, and disconnects. @param work is given `query(sql)`, which answers with rows */
exports.withDatabase = async (access, work) => {
  const socket = await open(access);
  try {
    const next = reader(socket);
    const startup = Buffer.concat([
      int32(196608),
      ...['user', access.user, 'database', access.database, 'application_name', 'saiondo-migrated'].map(text),
      Buffer.from('\0'),
    ]);
    socket.write(Buffer.concat([int32(startup.length + 4), startup]));
    await login(socket, next, access);
    return await work(async (sql) => {
      socket.write(message('Q', text(sql)));
      const rows = [];
      let failure;
      for (;;) {
        try {
          const { type, body } = await next();
          if (type === 'D') rows.push(rowOf(body));
          if (type === 'Z') break;
        } catch (error) {
          if (socket.destroyed) throw error;
          failure ??= error;
        }
      }
      if (failure) throw failure;
      return rows;
    });
  } finally {
    socket.destroy();
  }
};
