// Known by its content. `passed.js find` looks whether a build of this very content has passed before and brings back what it gave; `passed.js keep`
// writes down that this one has. A record is one object below $KNOWN_RECORDS, called by the fingerprint of all that can change the result: the checkout without
// the folders of $OTHERS, which are taken away, so that nothing that does not count can be read; $KNOWN_RECIPE, the build specification, image and variables as
// synth wrote them; this build's variables; the versions of its runtimes. A record that cannot be read, is torn, is of another fingerprint, too old or of
// the future counts for nothing. Only a pipeline's build reads and writes records: what a pull request says has been read by nobody.
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { env } = process;
const source = env.CODEBUILD_SRC_DIR;
/** Another form of records, or of the content that they are called by, has another number. */
const FORMAT = 2;
const DAY = 86_400_000;
/** Clocks of two hosts differ by less. */
const SKEW = 300_000;
/** What differs from build to build and changes no result: what CodeBuild, AWS and the shell say of the build, where it stands, and who asked for it. */
const VOLATILE =
  /^(CODEBUILD_|AWS_|ECS_|SAIONDO_|DOCKER_|KNOWN_|NPM_CONFIG_PREFIX$|(SHLVL|PWD|OLDPWD|HOME|HOSTNAME|PATH|TMPDIR|TMP|TEMP|_|TERM|USER|LOGNAME|SCRIPTS|TOOLS|OTHERS|UNCHANGED)$)|_proxy$/i;
/** What CodeBuild says of one build alone. It counts where a file of a component's checkout names it: what the component builds may say which commit it is of. */
const OF_ONE_BUILD = [
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'CODEBUILD_SOURCE_VERSION',
  'CODEBUILD_BUILD_NUMBER',
  'CODEBUILD_BUILD_ID',
  'CODEBUILD_BUILD_ARN',
  'CODEBUILD_START_TIME',
];
/** Package managers that npm or pip bring, so that the image's own list of packages has no version of them. */
const MANAGERS = ['yarn', 'pnpm', 'uv', 'poetry'];
/** What a Debian or Ubuntu has installed, each package with its version: the build image's content, and a laptop's. */
const PACKAGES = '/var/lib/dpkg/status';

/** What a person gave to the pipeline's variable: whatever is not a no asks for everything anew. */
const isFresh = () => !/^(no|false)?$/i.test(env.KNOWN_FRESH ?? '');
const say = (text) => console.error(`known by its content: ${text}`);
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/** Names of {@link OF_ONE_BUILD} that a file of this checkout has. */
const named = new Set();

/**
 * Every file below a folder with its kind and content, in an order of its own: ignored ones and those of submodules too, for a build can read them.
 * @throws where a build could read what is not in the folder: by a link that leads out of it, or a history of git
 */
function* contentOf(folder, at = '') {
  const entries = fs.readdirSync(path.join(folder, at), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = at ? `${at}/${entry.name}` : entry.name;
    const whole = path.join(folder, file);
    if (entry.name === '.git') throw new Error(`${file} has a history, which its build could read`);
    if (entry.isDirectory()) {
      yield ['folder', file];
      yield* contentOf(folder, file);
    } else if (entry.isSymbolicLink()) yield ['link', file, linkInside(folder, whole)];
    else if (entry.isFile()) {
      const content = fs.readFileSync(whole);
      if (env.COMPONENT_DIR && content.includes('CODEBUILD_'))
        for (const name of OF_ONE_BUILD) if (content.includes(name)) named.add(name);
      yield [fs.statSync(whole).mode & 0o100 ? 'program' : 'file', file, sha256(content)];
    } else throw new Error(`${file} is neither a file nor a folder`);
  }
}

/** Where a link leads. @throws where that is not in the folder, as it is written or by another link on the way */
function linkInside(folder, link) {
  const target = fs.readlinkSync(link);
  const isInside = (whole, root) => `${whole}/`.startsWith(`${root}/`);
  const written = path.resolve(path.dirname(link), target);
  const led = !fs.existsSync(link) || isInside(fs.realpathSync(link), fs.realpathSync(folder));
  if (path.isAbsolute(target) || !led || !isInside(written, path.resolve(folder)))
    throw new Error(`${link} leads out of its checkout: ${target}`);
  return target;
}

/** What a runtime says of itself; '' where there is none. */
function version(program, ...args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 }).trim();
  } catch {
    return '';
  }
}

/** The first program of a name on PATH, by its text and by the package that it is of; '' where there is none. */
function program(name) {
  const found = (env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, name));
  const at = found.find((file) => fs.existsSync(file));
  if (at === undefined) return '';
  const real = fs.realpathSync(at);
  const manifests = [1, 2].map((up) => path.join(real, ...Array(up).fill('..'), 'package.json'));
  return [real, ...manifests].filter((file) => fs.existsSync(file)).map((file) => sha256(fs.readFileSync(file)));
}

/** @returns the fingerprint, and its parts: each with the first digits of its own, so that a person sees which of them another build has otherwise */
function fingerprint() {
  const hash = createHash('sha256');
  const parts = new Map();
  const add = (part, value) => {
    const line = `${JSON.stringify(value)}\n`;
    hash.update(line);
    if (!parts.has(part)) parts.set(part, createHash('sha256'));
    parts.get(part).update(line);
  };
  add('recipe', ['format', FORMAT, env.KNOWN_RECIPE]);
  if (env.KNOWN_PERIOD === 'yes')
    add('period', ['period', env.KNOWN_DAYS, Math.floor(Date.now() / DAY / Number(env.KNOWN_DAYS))]);
  const folders = Object.entries(env).filter(([name]) => /^CODEBUILD_SRC_DIR(_|$)/.test(name));
  for (const [name, folder] of folders.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const artifact = name.replace(/^CODEBUILD_SRC_DIR_?/, '');
    add('sources', ['source', name]);
    for (const one of contentOf(folder)) add(`${artifact ? `${artifact}:` : './'}${one[1].split('/')[0]}`, one);
  }
  const counted = new Set([...(env.KNOWN_VARIABLES ?? '').split(' '), ...named]);
  for (const name of Object.keys(env).sort())
    if (counted.has(name) || !VOLATILE.test(name)) add('variables', ['variable', name, env[name]]);
  add('image', ['image', env.CODEBUILD_BUILD_IMAGE, os.platform(), os.arch()]);
  const release = fs.existsSync('/etc/os-release') ? fs.readFileSync('/etc/os-release', 'utf8') : '';
  add('packages', ['packages', fs.existsSync(PACKAGES) ? sha256(fs.readFileSync(PACKAGES)) : '']);
  add('runtimes', ['runtimes', release, process.version, version('python3', '--version'), version('npm', '--version')]);
  add('runtimes', ['managers', MANAGERS.map(program)]);
  // A Flutter that is installed runs in place of the configured one.
  if (env.FLUTTER_VERSION) add('runtimes', ['flutter', version('flutter', '--version')]);
  // The recipe's digits are synth's own, which a person finds in the pipeline's definition.
  const digits = (part, own) => (part === 'recipe' ? String(env.KNOWN_RECIPE) : own.digest('hex')).slice(0, 8);
  const shown = [...parts].map(([part, own]) => `${encodeURI(part)}=${digits(part, own)}`);
  return { name: hash.digest('hex'), parts: shown.join(' ') };
}

/** A copy of the record's object; undefined where there is none. */
function fetchRecord(name) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'record-')), 'record');
  try {
    execFileSync('aws', ['s3', 'cp', '--only-show-errors', `${env.KNOWN_RECORDS}/${name}`, file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return fs.readFileSync(file);
  } catch (error) {
    const why = String(error.stderr ?? '').trim();
    if (!/404|NoSuchKey|Not Found/i.test(why)) say(`the records cannot be read: ${why || error.message}`);
    return undefined;
  } finally {
    fs.rmSync(path.dirname(file), { recursive: true, force: true });
  }
}

/** A record is its digest, a line of what it says, and the archive of what the build gave. */
function written(header, archive) {
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), archive]);
  return Buffer.concat([Buffer.from(`${sha256(body)}\n`), body]);
}

/** What a record says and holds. @throws where it is not a whole record of this fingerprint, or not of now */
function read(data, name) {
  const digest = data.subarray(0, 64).toString();
  const body = data.subarray(65);
  if (sha256(body) !== digest) throw new Error('it is torn or was changed');
  const end = body.indexOf('\n');
  const header = JSON.parse(body.subarray(0, end).toString());
  if (header.format !== FORMAT || header.fingerprint !== name || header.project !== projectName())
    throw new Error('it is of another build');
  const age = Date.now() - Date.parse(header.at);
  if (!(age >= -SKEW)) throw new Error(`it is of the future: ${header.at}`);
  if (!(age < Number(env.KNOWN_DAYS) * DAY))
    throw new Error(`it is of ${header.at}: ${env.KNOWN_DAYS} days old or older`);
  return { header, archive: body.subarray(end + 1) };
}

const projectName = () => (env.CODEBUILD_BUILD_ID ?? '').split(':')[0];
const ofPipeline = () => Boolean(env.KNOWN_RECORDS) && (env.CODEBUILD_INITIATOR ?? '').startsWith('codepipeline/');
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const outputsOf = () => (env.KNOWN_OUTPUTS ?? '').split(' ').filter(Boolean);

/** Puts what a record holds into the checkout, all of it or nothing, in place of what was checked in there. */
function restore(archive) {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
  try {
    execFileSync('tar', ['-xf', '-', '-C', temporary], { input: archive, stdio: ['pipe', 'ignore', 'pipe'] });
    for (const one of outputsOf()) fs.rmSync(path.join(source, one), { recursive: true, force: true });
    fs.cpSync(temporary, source, { recursive: true, verbatimSymlinks: true });
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Prints what the build's shell is to export. */
function find() {
  for (const folder of (env.OTHERS ?? '').split(' ').filter(Boolean))
    fs.rmSync(path.join(source, folder), { recursive: true, force: true });
  if (env.OTHERS)
    say(
      `not here, for nothing of this component names them (components.NAME.takes of saiondo.yaml can): ${env.OTHERS}`,
    );
  if (!ofPipeline()) return;
  let name, parts;
  try {
    ({ name, parts } = fingerprint());
  } catch (error) {
    return say(`everything is done, and nothing is written down: ${error.message}`);
  }
  console.log(`export KNOWN_AS=${name} KNOWN_PARTS=${quoted(`${name.slice(0, 12)} ${parts}`)}`);
  if (isFresh()) return say('everything is done anew (fresh)');
  const data = fetchRecord(name);
  if (!data) return say(`no record of ${name.slice(0, 12)}`);
  try {
    const { header, archive } = read(data, name);
    restore(archive);
    const unchanged = `passed in ${header.run} at ${header.at}`;
    for (const [variable, value] of Object.entries({ ...header.variables, UNCHANGED: unchanged }))
      console.log(`export ${variable}=${quoted(value)}`);
    say(`unchanged, ${unchanged}`);
  } catch (error) {
    say(`the record of ${name.slice(0, 12)} counts for nothing: ${error.message}`);
  }
}

/** Report files: what the build's specification calls `reports/junit.xml`. */
function* reports(at = '') {
  for (const entry of fs.readdirSync(path.join(source, at), { withFileTypes: true })) {
    const file = at ? `${at}/${entry.name}` : entry.name;
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.venv') yield* reports(file);
    else if (file.endsWith('reports/junit.xml')) yield file;
  }
}

function keep() {
  if (!ofPipeline() || env.UNCHANGED || !env.KNOWN_AS || env.CODEBUILD_BUILD_SUCCEEDING !== '1') return;
  const outputs = outputsOf();
  const missing = outputs.find((one) => !fs.existsSync(path.join(source, one)));
  if (missing) return say(`nothing is written down: ${missing} is not there`);
  const list = [...outputs, ...reports()];
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
  try {
    const archive = path.join(temporary, 'archive');
    execFileSync('tar', ['-cf', archive, '-C', source, '-T', '-'], {
      input: list.join('\n'),
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const variables = env.CARRIED ? { CARRIED: env.CARRIED } : {};
    const header = {
      format: FORMAT,
      fingerprint: env.KNOWN_AS,
      project: projectName(),
      run: env.KNOWN_RUN,
      at: new Date(Date.now()).toISOString(),
      variables,
    };
    const file = path.join(temporary, 'record');
    fs.writeFileSync(file, written(header, fs.readFileSync(archive)));
    execFileSync('aws', ['s3', 'cp', '--only-show-errors', file, `${env.KNOWN_RECORDS}/${env.KNOWN_AS}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    say(`written down as ${env.KNOWN_AS.slice(0, 12)}`);
  } catch (error) {
    // The build has passed all the same: the next one does it again.
    say(`not written down: ${String(error.stderr ?? error.message).trim()}`);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'keep') keep();
else find();
