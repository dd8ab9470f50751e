import * as fs from 'node:fs';

/** After the last test of a run: the synth server ends. */
export default function afterAllTests(): void {
  const server = globalThis.saiondoSynthServer;
  if (!server) return;
  server.child.stdin?.end();
  fs.rmSync(server.folder, { recursive: true, force: true });
}
