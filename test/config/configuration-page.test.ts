import * as fs from 'node:fs';
import * as path from 'node:path';
import { z } from 'zod';
import { parseConfiguration } from '../../config/load';
import { saiondoSchema } from '../../config/saiondo.schema';
import { configured } from '../app/configured';

const page = fs.readFileSync(path.join(__dirname, '../../docs/configuration.md'), 'utf8');
/** The page's rows by key: the cells after the key. */
const rows = new Map(
  page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .filter(Boolean),
    )
    .map(([key = '', ...cells]) => [key.replaceAll('`', ''), cells] as const),
);

/** Every key of a schema whose value is not a map of keys of its own, by dotted path. */
function leaves(schema: unknown, at: readonly string[] = []): string[] {
  // A component that may be left out is read ahead of its schema.
  if (schema instanceof z.ZodPipe) return leaves(schema.in instanceof z.ZodTransform ? schema.out : schema.in, at);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return leaves(schema.unwrap(), at);
  if (!(schema instanceof z.ZodObject)) return [at.join('.')];
  return Object.entries(schema.shape).flatMap(([key, inner]) => leaves(inner, [...at, key]));
}

const all = leaves(saiondoSchema);
const ofEnvironment = all
  .filter((key) => key.startsWith('environments.dev.'))
  .map((key) => key.replace('environments.dev.', ''));

test('both environments take the same keys', () => {
  const prod = all
    .filter((key) => key.startsWith('environments.prod.'))
    .map((key) => key.replace('environments.prod.', ''));
  expect(prod).toEqual(ofEnvironment);
});

test('the page has every key of the schema and no other', () => {
  const keys = [...all.filter((key) => !key.startsWith('environments.')), ...ofEnvironment];
  expect(keys.length).toBeGreaterThan(60);
  expect([...rows.keys()].sort()).toEqual([...keys].sort());
});

test('the page’s defaults are the ones that an environment gets', () => {
  const bare = (name: string, more: object): Record<string, unknown> => ({
    [`environments.${name}`]: {
      account: '222222222222',
      region: 'ap-northeast-2',
      contracts: { network: 'sepolia' },
      ...more,
    },
  });
  const { dev, prod } = parseConfiguration(
    configured({
      ...bare('dev', { network: { cidr: '10.1.0.0/16' } }),
      ...bare('prod', { network: { cidr: '10.2.0.0/16' }, protected: true }),
    }),
    'saiondo.yaml',
  ).environments;
  const given = /^(account|region|network\.cidr|contracts\.network)$/;
  let compared = 0;
  for (const key of ofEnvironment.filter((one) => !given.test(one))) {
    const [, ...cells] = rows.get(key) ?? [];
    for (const [i, environment] of [dev, prod].entries()) {
      const value = key
        .split('.')
        .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], environment);
      if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) continue;
      const shown = Array.isArray(value) ? value.join(', ') : String(value);
      expect({ key, cell: cells[i] }).toEqual({ key, cell: shown === '' ? '_none_' : `\`${shown}\`` });
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(50);
});
