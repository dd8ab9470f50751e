import * as fs from 'node:fs';
import { writeAtomically } from '../files/write-atomically';
import type { Clean } from './redact-event';

/** Takes the secrets out of a report file that a build's own report was made into: its texts, not its figures. */
export function cleanReportFile(file: string, clean: Clean): void {
  const text = fs.readFileSync(file, 'utf8');
  const cleaned = JSON.stringify(
    JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? clean(value) : value)),
    null,
    1,
  );
  if (cleaned !== text) writeAtomically(file, cleaned, { durable: false });
}
