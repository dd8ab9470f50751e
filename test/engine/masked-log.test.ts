import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { MaskedLog } from '../../engine/codebuild/build/masked-log';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-log-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** What the log has on disk after these writes. */
function written(secrets: readonly string[], chunks: readonly Buffer[]): Buffer {
  const file = path.join(directory, 'log.txt');
  const log = new MaskedLog(file);
  log.mask(secrets.map((value) => ({ name: 'SECRET', value })));
  for (const chunk of chunks) log.write(chunk);
  log.close();
  return fs.readFileSync(file);
}

test('binary output is kept byte for byte', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x41, 0x4b]);
  expect(written(['a-secret'], [bytes])).toEqual(bytes);
});

test('of two secrets the longer one is masked where both begin', () => {
  expect(written(['abcd', 'abcdefgh'], [Buffer.from('abcd'), Buffer.from('efgh abcd')]).toString()).toBe('*** ***');
});

test('no cut of the output lets a secret through', () => {
  const secrets = ['top-secret-value', 'pässwörd', 'value-of-another'];
  const pieces = fc.array(fc.constantFrom(...secrets, 'AKIAIOSFODNN7EXAMPLE', 'plain', 'top-', 'AK', '\n', ' '));
  fc.assert(
    fc.property(pieces, fc.array(fc.nat({ max: 200 })), (parts, cuts) => {
      const bytes = Buffer.from(parts.join('|'));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const log = written(
        secrets,
        places.slice(1).map((end, i) => bytes.subarray(places[i], end)),
      ).toString();
      expect([...secrets, 'AKIAIOSFODNN7EXAMPLE'].filter((one) => log.includes(one))).toEqual([]);
      const kept = parts.join('|').replace(/top-secret-value|pässwörd|value-of-another|AKIAIOSFODNN7EXAMPLE/g, '***');
      expect(log).toBe(kept);
    }),
    { seed: 20261124, numRuns: 500 },
  );
});
