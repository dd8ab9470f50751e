// What Hardhat compiled, read from its artifacts: the same for Hardhat 2 and 3 and for every library that deploys with them.
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/** Every artifact of a contract's name below artifacts/. */
function* artifactsOf(name, folder = 'artifacts') {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'build-info') yield* artifactsOf(name, at);
    else if (entry.name === `${name}.json`) yield at;
  }
}

/** The places in the runtime code that a deployment fills in: immutables and the addresses of libraries. */
function filledIn(file, artifact) {
  const of = (references) => Object.values(references ?? {}).flatMap((one) => (Array.isArray(one) ? one : of(one)));
  let immutables = artifact.immutableReferences;
  const debug = file.replace(/\.json$/, '.dbg.json');
  // Hardhat 2 keeps them in the compiler's whole output, Hardhat 3 in the artifact.
  if (immutables === undefined && fs.existsSync(debug)) {
    const info = path.join(path.dirname(debug), JSON.parse(fs.readFileSync(debug, 'utf8')).buildInfo);
    const { contracts } = JSON.parse(fs.readFileSync(info, 'utf8')).output;
    immutables = contracts[artifact.sourceName][artifact.contractName].evm.deployedBytecode.immutableReferences;
  }
  return [...of(immutables), ...of(artifact.deployedLinkReferences)];
}

/** A compiled contract by its name, or by `path/File.sol:Name` where two have the same. */
exports.readContract = (name) => {
  const [source, short] = name.includes(':') ? name.split(':') : [undefined, name];
  const found = [...artifactsOf(short)]
    .map((file) => ({ file, artifact: JSON.parse(fs.readFileSync(file, 'utf8')) }))
    .filter(({ artifact }) => source === undefined || artifact.sourceName === source);
  if (found.length === 0)
    throw new Error(`nothing in artifacts/ is called ${name}: components.contracts.contracts names it`);
  if (found.length > 1)
    throw new Error(
      `${found.map(({ artifact }) => `${artifact.sourceName}:${short}`).join(' and ')} have the same name: say which in components.contracts.contracts`,
    );
  const [{ file, artifact }] = found;
  return { name, source: artifact.sourceName, code: artifact.deployedBytecode, filledIn: filledIn(file, artifact) };
};

/** Runtime code with everything zeroed that differs from deployment to deployment. */
function comparable(contract, code) {
  const bytes = Buffer.from(code.replace(/^0x/, '').replace(/__\$[0-9a-f]{34}\$__/gi, '0'.repeat(40)), 'hex');
  for (const { start, length } of contract.filledIn) bytes.fill(0, start, start + length);
  // A library begins with its own address, which the compiler leaves at zero (Solidity documentation, "Call Protection For Libraries").
  if (/^0x73(00){20}3014/.test(contract.code)) bytes.fill(0, 1, 21);
  return bytes;
}

/** The fingerprint of the compiled runtime code: what the registry keeps ahead of the address. */
exports.fingerprint = (contract) =>
  `0x${createHash('sha256').update(comparable(contract, contract.code)).digest('hex')}`;

/** Whether code of the chain is a contract's compiled code. */
exports.isSame = (contract, code) =>
  code.length === contract.code.length && comparable(contract, code).equals(comparable(contract, contract.code));
