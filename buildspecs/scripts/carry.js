// What a build made, carried to the environments: the checkout with every package that was installed into it, and what the build brought along.
// `carry.js pack` ends the build that tested it; `carry.js unpack` begins a build of an environment, which installs nothing and asks no registry.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ARCHIVE, COMPILED, archivesOf, digestOf } = require('./archives.js');

const { env } = process;
const source = env.CODEBUILD_SRC_DIR;
/** The output artifact's folder, in the checkout. */
const OUT = '.carried';
/** In the archive: what the build had outside its checkout, and which files name the place where it stood. */
const WITH = '.carried-with';
/** Where Hardhat keeps the compilers that it downloads, below the home folder (Hardhat documentation, "Compiling your contracts"). */
const COMPILERS = ['.cache/hardhat-nodejs', 'Library/Caches/hardhat-nodejs'];
const NEVER = ['.git', '__pycache__', OUT];

/** Text files below the checkout that hold a text: those that name the folder where the build stood. */
function filesWith(text) {
  try {
    const found = execFileSync('grep', ['-rlIF', '--exclude-dir=.git', '--', text, '.'], {
      cwd: source,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    return found.split('\n').filter(Boolean);
  } catch (error) {
    // Exit code 1: no file.
    if (error.status === 1) return [];
    throw error;
  }
}

/** ELF's machine of an architecture (System V ABI, "ELF Header", e_machine). */
const MACHINES = { x64: 62, arm64: 183 };

/** Whether a native module is one of another system or processor: it cannot be loaded where this build runs, nor where its like does. */
function isForeign(file) {
  const start = Buffer.alloc(20);
  const handle = fs.openSync(file, 'r');
  fs.readSync(handle, start);
  fs.closeSync(handle);
  const magic = start.toString('latin1', 0, 4);
  const system =
    magic === '\x7fELF' ? 'linux' : magic.startsWith('MZ') ? 'win32' : isMachO(start) ? 'darwin' : undefined;
  if (system !== undefined && system !== process.platform) return true;
  return system === 'linux' && process.arch in MACHINES && start.readUInt16LE(18) !== MACHINES[process.arch];
}

/** Mach-O of 64 bits, and a file of several architectures (Apple, mach-o/loader.h and fat.h). */
const isMachO = (start) => [0xcffaedfe, 0xfeedfacf, 0xcafebabe].includes(start.readUInt32BE(0));

/** Native modules of other systems, which npm installs where a package depends on all of them: Hardhat's are more than half of its size. */
function foreignModules() {
  const found = execFileSync('find', ['.', '-name', '*.node', '-type', 'f', '-size', '+100k', '-print0'], {
    cwd: source,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return found.split('\0').filter((file) => file && isForeign(path.join(source, file)));
}

function pack() {
  const kept = path.join(source, WITH);
  const out = path.join(source, OUT);
  for (const folder of [kept, out]) fs.rmSync(folder, { recursive: true, force: true });
  const copy = (from, to) => {
    if (fs.existsSync(from)) fs.cpSync(from, path.join(kept, to), { recursive: true, verbatimSymlinks: true });
  };
  fs.mkdirSync(kept);
  if (env.TOOLS) copy(env.TOOLS, 'tools');
  for (const folder of COMPILERS) copy(path.join(os.homedir(), folder), path.join('home', folder));
  // Programs of a virtual environment, compilers' caches, generated clients name their own folder: it is another one where they run.
  fs.writeFileSync(path.join(kept, 'places.json'), JSON.stringify({ folder: source, files: filesWith(source) }));
  fs.mkdirSync(out);
  const excluded = [
    ...NEVER,
    // The component's own report: packages have folders of that name, which they load.
    `./${path.posix.join(env.COMPONENT_DIR ?? '.', 'coverage')}`,
    ...(env.OTHERS ?? '')
      .split(' ')
      .filter(Boolean)
      .map((folder) => `./${folder}`),
    ...foreignModules().map((file) => file.replaceAll(/[\\[*?]/g, '\\$&')),
  ];
  const archive = path.join(out, ARCHIVE);
  // Not by a pipe of a shell: it would have the exit code of its end alone.
  execFileSync(
    'tar',
    ['--use-compress-program=gzip -1', ...excluded.map((one) => `--exclude=${one}`), '-cf', archive, '.'],
    { cwd: source, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  fs.rmSync(kept, { recursive: true });
  const compiled = path.posix.join(env.COMPONENT_DIR ?? '.', 'artifacts');
  if (fs.existsSync(path.join(source, compiled)))
    execFileSync('tar', ['-czf', path.join(out, COMPILED), '--', compiled], {
      cwd: source,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const digest = digestOf(archive);
  fs.writeFileSync(path.join(out, 'digest.txt'), `${digest}\n`);
  console.error(`carried to the environments: ${(fs.statSync(archive).size / 1e6).toFixed(1)} MB, sha256 ${digest}`);
  console.log(digest);
}

/** Puts a build's checkout into this one. */
function unpackOne({ file: archive }) {
  execFileSync('tar', ['-xzf', archive, '-C', source], { stdio: ['ignore', 'ignore', 'inherit'] });
  const kept = path.join(source, WITH);
  const { folder: from, files } = JSON.parse(fs.readFileSync(path.join(kept, 'places.json'), 'utf8'));
  for (const file of from === source ? [] : files) {
    const at = path.join(source, file);
    if (!fs.existsSync(at) || fs.lstatSync(at).isSymbolicLink()) continue;
    fs.writeFileSync(at, fs.readFileSync(at, 'utf8').replaceAll(from, source));
  }
  const move = (what, to) => {
    const at = path.join(kept, what);
    if (fs.existsSync(at)) fs.cpSync(at, to, { recursive: true, verbatimSymlinks: true, force: true });
  };
  move('tools', env.TOOLS);
  move('home', os.homedir());
  fs.rmSync(kept, { recursive: true });
}

function unpack() {
  const found = archivesOf(env);
  if (found.length === 0) throw new Error(`no input artifact holds ${ARCHIVE}: the build that tested this packs it`);
  for (const archive of found) {
    unpackOne(archive);
    console.error(`runs what was tested: sha256 ${archive.digest}`);
  }
}

if (process.argv[2] === 'pack') pack();
else unpack();
