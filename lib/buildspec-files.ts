import { Stack, type IAspect } from 'aws-cdk-lib';
import { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import type { IConstruct } from 'constructs';
import { fileOf } from './buildspec-text';

/** The key under which a rehearsal looks for the file that an inline buildspec was made of; it knows nothing else of this app. */
const METADATA = 'codebuild:buildspec-source';

/**
 * Writes into each CodeBuild project's `Metadata` which file of this repository its inline buildspec was made of, with the file's text, so
 * that a failed command is shown where a person edits it. CodeBuild never sees it.
 */
export class BuildspecFiles implements IAspect {
  visit(node: IConstruct): void {
    if (!(node instanceof CfnProject)) return;
    const { buildSpec } = (Stack.of(node).resolve(node.source) ?? {}) as { buildSpec?: unknown };
    if (typeof buildSpec !== 'string' || !buildSpec.startsWith('{')) return;
    const made = fileOf(JSON.parse(buildSpec) as Parameters<typeof fileOf>[0]);
    if (made) node.addMetadata(METADATA, made);
  }
}
