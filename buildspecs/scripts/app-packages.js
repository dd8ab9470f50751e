// `app-packages.js FOLDER`: what a synthesis installs. FOLDER gets a package.json and a lock file of the packages that bin/app.ts and what it imports name, of
// their types, of those that compile it and run it, and of all that these need, each as the checkout's own lock file has it. The rehearsal, the command line and the tests are
// most of this repository's packages, and no part of an assembly. A package that is missed fails the synthesis by its name.
const fs = require('node:fs');
const path = require('node:path');

/** The app's first file, and the packages that no file of it imports: the compiler, the types of Node.js, the CDK's command line. */
const FIRST = 'bin/app.ts';
const TOOLS = ['@typescript/native', '@types/node', 'aws-cdk'];

const [, , folder = '.app'] = process.argv;
const whole = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const lock = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'));

/** What a file and the files that it imports name of packages. */
function packagesOf(first) {
  const [files, names] = [new Set(), new Set()];
  const visit = (file) => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, name] of fs.readFileSync(file, 'utf8').matchAll(/\b(?:from|import|require)[ (]+'([^'\n]+)'/g)) {
      const imported = `${path.join(path.dirname(file), name)}.ts`;
      if (!name.startsWith('.')) names.add(/^@[^/]+\/[^/]+|^[^/]+/.exec(name)[0]);
      else if (fs.existsSync(imported)) visit(imported);
    }
  };
  visit(first);
  return [...names];
}

/** Where the lock file has a package that one of its places asks for: next to it, or in a folder above (Node.js, "Loading from node_modules folders"). */
function placeOf(name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (lock.packages[place]) return place;
    if (at === '') return undefined;
  }
}

/** A package's place with all that it needs. */
function closureOf(places) {
  const found = new Set();
  const waiting = [...places];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (found.has(place)) continue;
    found.add(place);
    const { dependencies, optionalDependencies, peerDependencies } = lock.packages[place];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const needed = placeOf(name, place);
      if (needed !== undefined) waiting.push(needed);
    }
  }
  return [...found].sort();
}

const asked = { ...whole.dependencies, ...whole.devDependencies };
const typesOf = (name) => `@types/${name.replace(/^@/, '').replace('/', '__')}`;
const roots = [...packagesOf(FIRST).flatMap((name) => [name, typesOf(name)]), ...TOOLS]
  .filter((name) => name in asked)
  .sort();
const dependencies = Object.fromEntries(roots.map((name) => [name, asked[name]]));
const places = closureOf(roots.map((name) => placeOf(name, '')));
const { name, version } = whole;
const packages = { '': { name, version, dependencies } };
for (const place of places) packages[place] = lock.packages[place];
fs.mkdirSync(folder, { recursive: true });
const write = (file, content) =>
  fs.writeFileSync(path.join(folder, file), `${JSON.stringify(content, undefined, 2)}\n`);
write('package.json', { name, version, private: true, dependencies });
write('package-lock.json', { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages });
// The registry that the repository's own settings name, and what else they say.
if (fs.existsSync('.npmrc')) fs.copyFileSync('.npmrc', path.join(folder, '.npmrc'));
console.error(`a synthesis needs ${places.length} of ${Object.keys(lock.packages).length - 1} packages`);
