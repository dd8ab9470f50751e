import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { SandboxMount } from '../ports/isolation';

/**
 * Writes how names are resolved in the run's network, and says where it goes: to our resolver, and to nobody else. The person's search domains stay,
 * and what their `/etc/hosts` says is answered by the resolver.
 */
export function writeResolution(directory: string, nameserver: string): SandboxMount[] {
  const host = os.hostname();
  const search = /^search .*$/m.exec(read('/etc/resolv.conf'))?.[0];
  const contents: Readonly<Record<string, string>> = {
    'resolv.conf': `nameserver ${nameserver}\noptions timeout:5 attempts:2\n${search ? `${search}\n` : ''}`,
    hosts: `127.0.0.1 localhost ${host}\n::1 localhost ip6-localhost ip6-loopback\n`,
    // No resolver of the machine by a socket of its own (systemd-resolved, mDNS).
    'nsswitch.conf': `passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n`,
  };
  return Object.entries(contents).map(([name, content]) => {
    const from = path.join(directory, name);
    fs.writeFileSync(from, content);
    return { from, to: `/etc/${name}` };
  });
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
