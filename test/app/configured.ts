import { parseDocument } from 'yaml';
import { CONFIGURATION, synthesized, type TemplateJson } from './synthesized';

/** The shipped configuration with values at dotted paths: `{ 'environments.dev.bastion': true }`; undefined takes a key away. */
export function configured(values: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(CONFIGURATION);
  for (const [path, value] of Object.entries(values)) {
    if (value === undefined) document.deleteIn(path.split('.'));
    else document.setIn(path.split('.'), document.createNode(value));
  }
  return document.toString();
}

/** The templates of the shipped configuration with other values in it. */
export function synthesizedWith(values: Readonly<Record<string, unknown>>): Record<string, TemplateJson> {
  return synthesized(configured(values));
}

/** The statements of every policy of a role, by the role's logical id or a part of it. */
export function statementsOf(template: TemplateJson | undefined, role: string): any[] {
  return Object.values(template?.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map(({ Properties }) => Properties)
    .filter(({ Roles }) => JSON.stringify(Roles).includes(role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** An output of a template, as text: intrinsic functions are written as JSON. */
export function outputOf(template: TemplateJson | undefined, name: string): string {
  return JSON.stringify(template?.Outputs?.[name]?.Value);
}
