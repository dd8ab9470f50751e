/**
 * Refuses a Node.js that is too old before anything else is loaded: an older one fails on a library's syntax or module kind with a stack that says
 * nothing. Imported first; it may use only what every Node.js has.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
// package.json, "engines".
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `saiondo needs Node.js 20.19 or newer; this is ${process.versions.node}\n→ install a newer one (https://nodejs.org, or nvm install 22) and run the same command again\n`,
  );
  process.exit(2);
}
