import { execFileSync } from 'node:child_process';
import { ContainerEngine } from '../../engine/host/container-engine';
import { registryUnreached } from '../../engine/host/registry-unreached';

/** The first image that is here and has a shell; without an engine or an image there is nothing to run. */
function image(): string | undefined {
  try {
    const images = execFileSync('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return images.split('\n').find((name) => /^(node|python|debian):/.test(name));
  } catch {
    return undefined;
  }
}
const found = image();

(found ? test : test.skip)(
  'a container writes to its tmpfs mounts alone, as its user, and is asked inside',
  async () => {
    const label = `test-${process.pid}`;
    const engine = await ContainerEngine.find(label);
    if (!engine || !found) throw new Error('the engine answered a moment ago');
    try {
      const { id } = await engine.run({
        name: `saiondo-${label}`,
        network: `saiondo-${label}`,
        image: found,
        alias: 'one',
        entryPoint: ['sleep'],
        command: ['60'],
        environment: {},
        ports: [],
        readOnly: true,
        tmpfs: [{ path: '/tmp', sizeMiB: 1, options: ['rw', 'nosuid', 'nodev'] }],
        init: true,
        user: '1000',
      });
      const inside = (script: string): Promise<boolean> => engine.succeeds(id, ['sh', '-c', script], 10);
      expect(await inside('echo x > /tmp/x')).toBe(true);
      expect(await inside('echo x > /var/x')).toBe(false);
      expect(await inside('head -c 3000000 /dev/zero > /tmp/big')).toBe(false);
      expect(await inside('test "$(id -u)" = 1000')).toBe(true);
      expect(await inside('tr -d "\\0" < /proc/1/cmdline | grep -q init')).toBe(true);
    } finally {
      await engine.removeAll();
    }
  },
  180_000,
);

test.each([
  [
    'docker: Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    true,
  ],
  ['Error response from daemon: toomanyrequests: You have reached your pull rate limit', true],
  ['docker: Error response from daemon: manifest for wordpress:nope not found: manifest unknown', false],
  ['docker: Error response from daemon: pull access denied for nobody/nothing, repository does not exist', false],
  ['docker: Error response from daemon: exec: "serve": executable file not found in $PATH', false],
])('%s: the registry was not reached: %s', (said, unreached) => {
  expect(registryUnreached(said)).toBe(unreached);
});
