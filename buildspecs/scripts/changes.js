// Called by changes.yml: writes summary.txt and link.txt from the output of `cdk diff`, the commits and what prod runs now.
// Plain JavaScript: it runs with nothing installed.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

/** An action's configuration takes 1,000 characters (CodePipeline User Guide, "Quotas"), with everything filled in. */
const LIMIT = 900;
const { env } = process;

/** What an AWS call answers, or undefined where it is refused: what cannot be known is left out, and said. */
function aws(...args) {
  try {
    return JSON.parse(
      execFileSync('aws', [...args, '--output', 'json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  } catch (error) {
    console.log(`aws ${args.slice(0, 2).join(' ')}: ${String(error.stderr || error.message).trim()}`);
    return undefined;
  }
}

/** One line of text that is data and nothing else: no control characters, and no variable that CodePipeline would fill in. */
function plain(text) {
  return text
    .split(/\r?\n/)[0]
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .replaceAll('#{', '# {')
    .slice(0, 120);
}

/** The changes by stack, counted: `Services 2`. */
function changesByStack(diff) {
  if (!/^Stack /m.test(diff)) return 'the difference could not be read (see the log of Promote/Changes)';
  const changed = diff
    .split(/^(?=Stack )/m)
    .filter((part) => part.startsWith('Stack '))
    .map((part) => {
      const name = /^Stack (\S+)/.exec(part)[1].replace(`${env.STAGE}-`, '').replace(`${env.STAGE}/`, '');
      const resources = part.split(/^Resources$/m)[1] || '';
      const lines = resources.split('\n').filter((line) => /^\[[+~-]\] /.test(line));
      const replaced = lines.filter((line) => /\b(may be )?replace[d]?\b|requires replacement/i.test(line)).length;
      const removed = lines.filter((line) => line.startsWith('[-]')).length;
      const notes = [...(replaced ? [`${replaced} replaced`] : []), ...(removed ? [`${removed} removed`] : [])];
      return {
        name,
        count: lines.length,
        text: `${name} ${lines.length}${notes.length ? ` (${notes.join(', ')})` : ''}`,
      };
    })
    .filter((stack) => stack.count > 0);
  return changed.length ? `resources: ${changed.map((stack) => stack.text).join(', ')}` : 'no template changes';
}

const deployed = JSON.parse(aws('ssm', 'get-parameter', '--name', env.DEPLOYED_PARAMETER)?.Parameter?.Value ?? '{}');
const revisions =
  aws(
    'codepipeline',
    'get-pipeline-execution',
    '--pipeline-name',
    env.PIPELINE_NAME,
    '--pipeline-execution-id',
    env.PIPELINE_EXECUTION_ID,
  )?.pipelineExecution?.artifactRevisions ?? [];

/** The first line of a commit's message, where CodePipeline knows it. */
function messageOf(commit) {
  const summary = revisions.find((revision) => revision.revisionId === commit)?.revisionSummary;
  if (!summary) return '';
  try {
    return ` “${plain(JSON.parse(summary).CommitMessage)}”`;
  } catch {
    return ` “${plain(summary)}”`;
  }
}

/** What a commit or a digest is, where it is not what prod runs: `application 1a2b3c4d5e6f → 0f9e8d7c6b5a “feat: …”`. */
function movedLine(label, commit, before) {
  if (before === commit) return `${label} unchanged (${commit.slice(0, 12)})`;
  return `${label} ${before ? `${before.slice(0, 12)} → ` : ''}${commit.slice(0, 12)}${messageOf(commit)}`;
}

/** What Verify packed for the environments, by the head of its digest, where it is not what prod runs: `migrations 1a2b3c4d5e6f → 0f9e8d7c6b5a`. */
function carriedLines() {
  return [
    ['migrations', env.MIGRATIONS_DIGEST, deployed.migrations],
    ['llm migrations', env.LLM_MIGRATIONS_DIGEST, deployed.llmMigrations],
    ['contracts', env.CONTRACTS_DIGEST, deployed.contracts],
  ].flatMap(([label, digest, before]) => (digest ? [movedLine(label, digest, before)] : []));
}

const application = env.APPLICATION_COMMIT;
const pipeline = env.PIPELINE_COMMIT;
const same = env.APPLICATION_REPOSITORY === env.PIPELINE_REPOSITORY;
const summary = [
  movedLine('application', application, deployed.application),
  ...(same ? [] : [movedLine('pipeline', pipeline, deployed.pipeline)]),
  ...carriedLines(),
  changesByStack(fs.readFileSync(process.argv[2], 'utf8')),
].join('; ');
const link =
  deployed.application && deployed.application !== application
    ? `https://github.com/${env.APPLICATION_REPOSITORY}/compare/${deployed.application}...${application}`
    : `https://github.com/${env.APPLICATION_REPOSITORY}/commit/${application}`;

fs.writeFileSync('summary.txt', summary.length > LIMIT ? `${summary.slice(0, LIMIT - 1)}…` : summary);
fs.writeFileSync('link.txt', link);
console.log(summary);
