import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The services whose rules the engine follows, in the table's order; each has a harness `test/scenario/<area>.ts`. */
export const AREAS = ['codebuild', 'codepipeline', 'cloudformation', 'iam'] as const;
/** One of {@link AREAS}. */
export type Area = (typeof AREAS)[number];

const TITLES: Readonly<Record<Area, string>> = {
  codebuild: 'CodeBuild',
  codepipeline: 'CodePipeline',
  cloudformation: 'CloudFormation',
  iam: 'IAM',
};
const STATUSES = { followed: 'followed', differs: 'differs', 'not-supported': 'not supported' } as const;

const ruleSchema = z
  .strictObject({
    /** The rule itself, in one line. */
    title: z
      .string()
      .min(10)
      .regex(/^[^\n]+$/, 'one line'),
    area: z.enum(AREAS),
    /** The page of AWS, or the observation, that says so. */
    source: z.string().min(3),
    status: z.enum(['followed', 'differs', 'not-supported']),
    note: z.string().optional(),
  })
  .refine((rule) => rule.status === 'followed' || (rule.note ?? '').length > 0, {
    path: ['note'],
    message: 'a rule that is not followed says how it differs, or what the engine says when it meets it, and why',
  });

/** A rule and the folder of the scenario that shows it. */
export type Rule = z.infer<typeof ruleSchema> & { readonly name: string; readonly folder: string };

/**
 * Every scenario folder's rule, in the folders' alphabetical order.
 * @throws Error naming the folder whose rule.yaml is missing or wrong
 */
export function readRules(scenarios: string): Rule[] {
  return fs
    .readdirSync(scenarios, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const folder = path.join(scenarios, name);
      const file = path.join(folder, 'rule.yaml');
      if (!fs.existsSync(file)) throw new Error(`test/scenarios/${name} has no rule.yaml`);
      const read = ruleSchema.safeParse(parse(fs.readFileSync(file, 'utf8')));
      if (!read.success) throw new Error(`test/scenarios/${name}/rule.yaml: ${z.prettifyError(read.error)}`);
      return { ...read.data, name, folder };
    });
}

/** docs/fidelity.md: a table an area, a row a rule. Rows are all there is to merge when two branches add rules: no counts, no numbers. */
export function fidelityTable(rules: readonly Rule[]): string {
  const tables = AREAS.filter((area) => rules.some((rule) => rule.area === area)).map((area) =>
    [
      `## ${TITLES[area]}`,
      '',
      '| rule | status | how, why | scenario | source |',
      '| --- | --- | --- | --- | --- |',
      ...rules
        .filter((rule) => rule.area === area)
        .map((rule) =>
          [
            '',
            cell(rule.title),
            STATUSES[rule.status],
            cell(rule.note ?? ''),
            `[${rule.name}](../test/scenarios/${rule.name})`,
            cell(rule.source),
            '',
          ]
            .join(' | ')
            .trim(),
        ),
      '',
    ].join('\n'),
  );
  return [
    '# Fidelity: which rules of AWS a rehearsal follows',
    '',
    'Made from `test/scenarios/*/rule.yaml` by `npm run fidelity`; each row is a scenario that `npm test` runs with real processes.',
    'What is not supported is said by the engine, by name and place, before or where it meets it; nothing is ignored silently.',
    '',
    ...tables,
  ].join('\n');
}

function cell(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|');
}
