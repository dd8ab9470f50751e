// The chain, asked by its JSON-RPC; and a relay ahead of it that sees which transactions a deployment sends.
const http = require('node:http');

/** Milliseconds that a connection to the relay may be idle. */
const IDLE = 600_000;

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Sends a body to the chain and gives its answer's text back; tries again where the chain or the way to it is busy. */
async function post(url, body, tries = 5) {
  for (let left = tries; ; left--) {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(30_000),
      });
      if (left > 1 && (answer.status === 429 || answer.status >= 500)) throw new Error(`HTTP ${answer.status}`);
      return await answer.text();
    } catch (error) {
      if (left <= 1) throw new Error(`the chain does not answer: ${error.cause?.message ?? error.message}`);
      await wait(1000);
    }
  }
}

/** One method of the chain's JSON-RPC. The address may hold a key, so no message has it. */
exports.ask = async (url, method, ...params) => {
  const text = await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`the chain answered ${method} with ${JSON.stringify(text.slice(0, 100))}`);
  }
  if (answer.error) throw new Error(`the chain refused ${method}: ${answer.error.message ?? answer.error.code}`);
  return answer.result;
};

/** The receipt of a transaction, once it is in a block. */
exports.receiptOf = async (url, hash, seconds) => {
  for (const end = Date.now() + seconds * 1000; ; await wait(2000)) {
    const receipt = await exports.ask(url, 'eth_getTransactionReceipt', hash);
    if (receipt) return receipt;
    if (Date.now() > end) throw new Error(`the transaction ${hash} is in no block after ${seconds} seconds`);
  }
};

/** Relays requests to the chain from a loopback port. Whatever deploys, its transactions are seen here: `onSent` gets the hash of each. */
exports.relay = async (url, onSent) => {
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString();
      try {
        // A transaction is sent once: a second one would be refused as known, or paid.
        const answer = await post(url, body, body.includes('eth_send') ? 1 : 5);
        tell(body, answer, onSent);
        response.setHeader('content-type', 'application/json');
        response.end(answer);
      } catch (error) {
        response.statusCode = 502;
        response.end(error.message);
      }
    });
  });
  // A deployment may pause between two requests, and a connection that ends meanwhile would fail the next one.
  server.keepAliveTimeout = IDLE;
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};

function tell(body, answer, onSent) {
  try {
    const asked = [JSON.parse(body)].flat().filter(({ method }) => /^eth_send(Raw)?Transaction$/.test(method));
    const answers = [JSON.parse(answer)].flat();
    for (const { id } of asked) {
      const hash = answers.find((one) => one.id === id)?.result;
      if (hash) onSent(hash);
    }
  } catch {
    // No JSON: the client sees the answer and says so.
  }
}
