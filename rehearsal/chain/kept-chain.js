// A Hardhat chain that outlives its process. Hardhat keeps a chain in memory alone, and makes the same chain of the same requests: so every request that
// changes the chain is written down before it is carried out, and is carried out again when the chain starts the next time, each block at its own time.
const fs = require('node:fs');
const path = require('node:path');

/** What changes a chain or how its next blocks are made: what is sent to it, and what Hardhat and its like are told ("Hardhat Network Reference"). */
const CHANGES =
  /^(eth_send(Raw)?Transaction|evm_(mine|snapshot|revert|setAutomine|setBlockGasLimit)|(hardhat|anvil)_(mine|drop|set|impersonate|stopImpersonating)\w*)$/;
/** Told for this process alone. */
const NEVER = 'hardhat_setLoggingEnabled';

/** The chain whose requests are in a folder. A line of its file that was torn by a crash was never answered, and is left out. */
exports.KeptChain = class KeptChain {
  constructor(folder) {
    this.file = path.join(folder, 'requests.jsonl');
    fs.mkdirSync(folder, { recursive: true });
    const text = fs.existsSync(this.file) ? fs.readFileSync(this.file, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const [first, ...lines] = whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    /** When its first block was made: the chain's clock cannot go back. */
    this.began = first?.began ?? new Date().toISOString();
    this.lines = lines;
    if (whole !== text) fs.truncateSync(this.file, Buffer.byteLength(whole));
    this.out = fs.openSync(this.file, 'a', 0o600);
    if (!first) this.write({ began: this.began });
    this.turn = Promise.resolve();
  }

  /** Carries out what was written down, and gives a provider that writes down what comes. */
  async provider(inner) {
    await this.again(inner);
    const request = (asked) => {
      if (asked.method === NEVER || !CHANGES.test(asked.method)) return inner.request(asked);
      // One after the other: what is written down is in the order of the chain.
      const answer = this.turn.then(() => this.change(inner, asked));
      this.turn = answer.catch(() => undefined);
      return answer;
    };
    return new Proxy(inner, {
      get: (target, name) => {
        if (name === 'request') return request;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async change(inner, { method, params }) {
    const before = await head(inner);
    this.write({ method, params });
    try {
      return await inner.request({ method, params });
    } finally {
      const { number, time } = await head(inner);
      if (number !== before.number) this.write({ at: time });
    }
  }

  async again(inner) {
    for (const [index, { method, params }] of this.lines.entries()) {
      if (method === undefined) continue;
      const { at } = this.lines[index + 1] ?? {};
      if (at !== undefined) await inner.request({ method: 'evm_setNextBlockTimestamp', params: [at] });
      // A transaction that was reverted is in its block all the same.
      await inner.request({ method, params }).catch(() => undefined);
    }
    if (this.lines.length === 0) return;
    const late = Math.floor(Date.now() / 1000) - (await head(inner)).time;
    if (late > 0) await inner.request({ method: 'evm_increaseTime', params: [late] });
  }

  write(line) {
    fs.writeSync(this.out, `${JSON.stringify(line)}\n`);
    fs.fsyncSync(this.out);
  }
};

/** The newest block: its number, and its time in seconds. */
async function head(provider) {
  const block = await provider.request({ method: 'eth_getBlockByNumber', params: ['latest', false] });
  return { number: Number(block.number), time: Number(block.timestamp) };
}
