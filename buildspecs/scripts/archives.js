// What was carried to a build of an environment: the archives among its input artifacts, each compared with the digest that it was packed with.
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/** The archive's name in its artifact. */
exports.ARCHIVE = 'carried.tgz';
/** What Hardhat compiled, once more by itself in the same artifact: enough to compare it with a chain, without the modules. */
exports.COMPILED = 'compiled.tgz';

exports.digestOf = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

/** The folders of input artifacts that hold a file of a name. */
exports.inputsWith = (env, file) => {
  const folders = Object.entries(env).flatMap(([name, folder]) =>
    /^CODEBUILD_SRC_DIR(_|$)/.test(name) ? [folder] : [],
  );
  return [...new Set(folders)].filter((folder) => folder && fs.existsSync(path.join(folder, file))).sort();
};

/** Each archive with its digest. @throws where one is not what was packed */
exports.archivesOf = (env) => {
  return exports.inputsWith(env, exports.ARCHIVE).map((folder) => {
    const file = path.join(folder, exports.ARCHIVE);
    const digest = exports.digestOf(file);
    const expected = fs.readFileSync(path.join(folder, 'digest.txt'), 'utf8').trim();
    if (digest !== expected) throw new Error(`${file} is damaged: its sha256 is ${digest}, and ${expected} was packed`);
    return { file, digest };
  });
};
