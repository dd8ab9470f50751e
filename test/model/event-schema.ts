import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv from 'ajv';

const FILE = path.join(__dirname, '../../docs/events.schema.json');
const check = new Ajv({ allErrors: true }).compile(JSON.parse(fs.readFileSync(FILE, 'utf8')) as object);

/** What is wrong with an event by `docs/events.schema.json`: nothing, or the errors of its kind. */
export function eventProblems(event: { readonly kind?: unknown }): string[] {
  const kind = String(event.kind);
  if (check(event)) return [];
  const errors = (check.errors ?? []).filter((one) => one.keyword !== 'anyOf' && one.keyword !== 'const');
  return [`${kind}: ${errors.map((one) => `${one.instancePath} ${one.message ?? ''}`).join('; ')}`];
}
