import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command, Option } from 'commander';
import { isMap, isScalar, parseDocument, type Document } from 'yaml';
import { parseConfiguration } from '../../config/load';
import { writeAtomically } from '../../engine/files/write-atomically';
import { SaiondoError } from '../../model/errors';
import { adopt, movingOrder, type Adoption } from '../../repository/adopt/adopt';
import { readTerraformState } from '../../repository/adopt/terraform-state';
import { print, printValue, say } from '../output/print';
import { paintFor, type Paint } from '../output/paint';

interface Options {
  environment: 'dev' | 'prod';
  config: string;
  write?: boolean;
  json?: boolean;
}

/** `saiondo adopt`: what exists by Terraform, named in the configuration; every resource with what becomes of it. */
export function adoptCommand(): Command {
  return new Command('adopt')
    .description('name in saiondo.yaml what Terraform made: reads a state file, asks no cloud')
    .argument('<STATE>', 'a file of terraform show -json, or a state file')
    .addOption(
      new Option('--environment <NAME>', 'the environment that it is of')
        .choices(['dev', 'prod'])
        .makeOptionMandatory(),
    )
    .option('--config <FILE>', 'the configuration', 'saiondo.yaml')
    .option('--write', 'write the keys into the configuration; without it they are printed and nothing is changed')
    .option('--json', 'print everything as JSON')
    .addHelpText(
      'after',
      `
Examples:
  terraform show -json > prod.json && saiondo adopt prod.json --environment prod
  saiondo adopt prod.json --environment prod --write && npm run synth`,
    )
    .action((state: string, options: Options) => adoptState(state, options));
}

function adoptState(file: string, options: Options): void {
  const given = textOf(options.config);
  const document = parseDocument(given);
  // It names the line: a document with errors cannot be written again.
  if (document.errors.length > 0) parseConfiguration(given, options.config);
  const project = String(document.get('project') ?? 'saiondo');
  const adoption = adopt(readTerraformState(textOf(file), file), { environment: options.environment, project });
  const order = movingOrder(adoption);
  merge(document, adoption);
  const yaml = document.toString({ lineWidth: 0 });
  // What is written is a configuration, or nothing is.
  parseConfiguration(yaml, options.config);
  if (options.json) {
    const set = Object.fromEntries([...adoption.set].map(([key, { value }]) => [key, value]));
    printValue({ ...adoption, set, order }, 2);
  } else {
    print(showAdoption(adoption, order, paintFor(process.stdout)));
  }
  if (options.write) {
    writeAtomically(path.resolve(options.config), yaml, { durable: false });
    say(`wrote ${options.config}`);
  } else {
    say(`${options.config} stays as it is; --write puts the keys into it`);
  }
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SaiondoError(`${file} cannot be read`, {
      code: 'USAGE',
      next: 'saiondo init writes a configuration; terraform show -json > state.json writes a state',
      cause,
    });
  }
}

/** Puts the keys into a configuration, each with the address of its resource as a comment, and takes out what contradicts them. */
function merge(document: Document, { set, unset }: Adoption): void {
  for (const key of unset) if (document.hasIn(key.split('.'))) document.deleteIn(key.split('.'));
  for (const [key, { value, from }] of set) {
    const keys = key.split('.');
    document.setIn(keys, document.createNode(value));
    const parent = document.getIn(keys.slice(0, -1));
    const pair = isMap(parent)
      ? parent.items.find((one) => (isScalar(one.key) ? one.key.value : one.key) === keys.at(-1))
      : undefined;
    if (!pair) continue;
    if (isScalar(pair.value)) pair.value.comment = ` ${from}`;
    else if (isScalar(pair.key)) pair.key.commentBefore = ` ${from}`;
  }
}

function showAdoption({ set, resources, questions }: Adoption, order: readonly string[], { colours }: Paint): string {
  const width = Math.max(...resources.map(({ becomes }) => becomes.length), 0);
  const keys = [...set].map(([key, { value }]) => `${key}: ${JSON.stringify(value)}`);
  const count = (becomes: string): number => resources.filter((one) => one.becomes === becomes).length;
  return [
    ...keys,
    '',
    ...resources.map(
      ({ address, becomes, how }) => `${becomes.padEnd(width)}  ${colours.bold(address)}  ${colours.dim(how)}`,
    ),
    '',
    'in this order (docs/adopt.md):',
    ...order.map((step, at) => `${at + 1}. ${step}`),
    ...questions.map((question) => `to answer: ${question}`),
    `${resources.length} resources: ${count('adopted')} adopted, ${count('replaced')} replaced, ${count('left to Terraform')} left to Terraform`,
  ].join('\n');
}
