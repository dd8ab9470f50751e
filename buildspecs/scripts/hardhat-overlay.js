// Writes a Hardhat configuration over the project's own, into the build's copy: the project's compilers, paths and plug-ins, and the one network
// that the pipeline deploys to. The project's own networks stay out of it: they want keys that this build has not.
// COMPILER=npm takes solc from the npm registry instead of Solidity's download host.
const fs = require('node:fs');

const own = ['ts', 'cts', 'mts', 'js', 'cjs', 'mjs']
  .map((ending) => `hardhat.config.${ending}`)
  .find((file) => fs.existsSync(file));
if (!own) {
  console.error(`contracts: ${process.cwd()} has no hardhat.config.js or hardhat.config.ts`);
  process.exit(1);
}
const { version } = JSON.parse(fs.readFileSync('node_modules/hardhat/package.json', 'utf8'));
const three = Number(version.split('.')[0]) >= 3;
const typed = /ts$/.test(own);

/** Hardhat 2 gets a compiler of npm by its own subtask; the version is known when it asks. */
const compiler = `
const { subtask } = require('hardhat/config');
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require('hardhat/builtin-tasks/task-names');
if (process.env.COMPILER === 'npm')
  subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async ({ solcVersion }) => {
    const folder = require('node:path').join(process.env.TOOLS, 'solc-' + solcVersion);
    const solc = folder + '/node_modules/solc';
    if (!require('node:fs').existsSync(solc + '/soljson.js'))
      require('node:child_process').execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder, 'solc@' + solcVersion], { stdio: 'inherit' });
    const longVersion = require(solc).version().replace(/\\.Emscripten.*$/, '');
    return { compilerPath: solc + '/soljson.js', isSolcJs: true, version: solcVersion, longVersion };
  });
`;
const body = `
const { NETWORK, CHAIN_RPC_URL, DEPLOYER_PRIVATE_KEY, ETHERSCAN_KEY, MOCHA_REPORTER } = process.env;
const simulated = Object.entries(base.networks || {}).filter(([name, one]) => name === 'hardhat' || (one && one.type === 'edr-simulated'));
const accounts = DEPLOYER_PRIVATE_KEY ? ['0x' + DEPLOYER_PRIVATE_KEY.replace(/^0x/, '')] : [];
const config${typed ? ': any' : ''} = {
  ...base,
  networks: {
    ...Object.fromEntries(simulated),
    ...(CHAIN_RPC_URL ? { [NETWORK]: { ${three ? "type: 'http', " : ''}url: CHAIN_RPC_URL, accounts } } : {}),
  },
  ${three ? '' : "defaultNetwork: 'hardhat',"}
  ...(ETHERSCAN_KEY && !base.etherscan ? { etherscan: { apiKey: ETHERSCAN_KEY } } : {}),
  ${three ? '' : '...(MOCHA_REPORTER && !(base.mocha && base.mocha.reporter) ? { mocha: { ...base.mocha, reporter: MOCHA_REPORTER } } : {}),'}
};
`;
const module_ = three
  ? `import own from './${own}';\nconst base${typed ? ': any' : ''} = own;\n${body}export default config;\n`
  : typed
    ? `import own from './${own.replace(/\.[cm]?ts$/, '')}';\nconst base: any = own;\n${compiler}${body}export default config;\n`
    : `const own = require('./${own}');\nconst base = own.default || own;\n${compiler}${body}module.exports = config;\n`;
// The project may be one of ECMAScript modules; Hardhat 2 reads only the other kind.
const file = `hardhat.saiondo.${three ? (typed ? 'ts' : 'mjs') : typed ? 'ts' : 'cjs'}`;
fs.writeFileSync(file, module_);
console.error(`contracts: Hardhat ${version}, ${own} with the pipeline's network over it (${file})`);
console.log(`${process.cwd()}/${file}`);
