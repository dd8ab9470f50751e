import * as fs from 'node:fs';
import * as path from 'node:path';
import { Stack, type IAspect } from 'aws-cdk-lib';
import { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import type { IConstruct } from 'constructs';
import { parse } from 'yaml';
import { BUILDSPEC_FOLDER } from './buildspec';

/** The key under which a rehearsal looks for the file that an inline buildspec was made of; it knows nothing else of this app. */
const METADATA = 'codebuild:buildspec-source';

interface Phases {
  readonly phases?: Readonly<Record<string, { readonly commands?: readonly string[] } | undefined>>;
}

/**
 * Writes into each CodeBuild project's `Metadata` which file of this repository its inline buildspec was made of, with the file's text, so
 * that a failed command is shown where a person edits it. CodeBuild never sees it.
 */
export class BuildspecFiles implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof CfnProject)) return;
    const { buildSpec } = (Stack.of(node).resolve(node.source) ?? {}) as { buildSpec?: unknown };
    if (typeof buildSpec !== 'string' || !buildSpec.startsWith('{')) return;
    const inline = JSON.parse(buildSpec) as Phases;
    const made = buildspecFiles().find(({ buildspec }) => isPartOf(buildspec, inline));
    if (made) node.addMetadata(METADATA, { file: made.file, content: made.content });
  }
}

let read: readonly { readonly file: string; readonly content: string; readonly buildspec: Phases }[] | undefined;

/** Every file, read once: each stack of the app has the aspect, and parsing them anew took a tenth of a synth. */
function buildspecFiles(): NonNullable<typeof read> {
  read ??= fs
    .readdirSync(BUILDSPEC_FOLDER)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => {
      const content = fs.readFileSync(path.join(BUILDSPEC_FOLDER, name), 'utf8');
      return { file: `buildspecs/${name}`, content, buildspec: parse(content) as Phases };
    });
  return read;
}

/** Whether every command of a file is in the inline buildspec: CDK Pipelines adds commands of its own. */
function isPartOf(file: Phases, inline: Phases): boolean {
  return Object.entries(file.phases ?? {}).every(([phase, content]) => {
    const commands = inline.phases?.[phase]?.commands ?? [];
    return (content?.commands ?? []).every((command) => commands.includes(command));
  });
}
