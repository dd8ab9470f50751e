import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { javaKeyStore, javaKeyStores } from '../../../engine/network/java-key-store';
import { machineHas } from '../../fixtures/requires';

const java = machineHas('java');
if (!java)
  process.stderr.write(
    'java-key-store.test.ts is left out in part: keytool of a JDK reads the list, and there is none\n',
  );
const withJava = java ? test : test.skip;
const SYSTEM = '/etc/ssl/certs/ca-certificates.crt';

withJava('Java’s own tool reads each certificate of a bundle, and finds its seal whole', () => {
  const bundle = fs.readFileSync(SYSTEM, 'utf8');
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-java-')), 'cacerts');
  const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  fs.writeFileSync(file, javaKeyStore(`# a comment\n${damaged}${bundle}`));
  const said = execFileSync('keytool', ['-list', '-keystore', file, '-storepass', 'changeit'], { encoding: 'utf8' });
  fs.rmSync(path.dirname(file), { recursive: true });
  expect(said).toContain(`contains ${bundle.match(/BEGIN CERTIFICATE/g)?.length} entries`);
  expect(said.match(/trustedCertEntry/g)).toHaveLength(bundle.match(/BEGIN CERTIFICATE/g)?.length ?? 0);
});

test('a bundle without a certificate makes an empty list', () => {
  expect(javaKeyStore('').subarray(0, 12).toString('hex')).toBe('feedfeed0000000200000000');
});

withJava('the lists of this machine’s JDKs are found, each file once', () => {
  const found = javaKeyStores({});
  expect(found.length).toBeGreaterThan(0);
  expect(found).toEqual([...new Set(found.map((file) => fs.realpathSync(file)))]);
});
