import { filesBelow, type Checkout } from './checkout';
import { bring, nodeBuild, type NodeBuild, type NodeSettings } from './component-build';

/**
 * The builds of a Hardhat project. Its tests are the files of `test/`, whatever `npm test` says; the compiler and the network come from a
 * configuration that the build lays over the project's own (`buildspecs/scripts/hardhat-overlay.js`).
 */
export function contractsBuild(checkout: Checkout, settings: NodeSettings): NodeBuild {
  const build = nodeBuild(checkout, settings, (commands) => [commands.exec('hardhat compile')]);
  if (settings.tests === 'none' || settings.test) return build;
  if (!hasContractTests(checkout, settings.directory))
    return { ...build, test: [], report: false, noTests: 'test/ has no file of JavaScript, TypeScript or Solidity' };
  const ownReporter = /mocha-junit-reporter/.test(checkout.text(`${settings.directory}/package.json`) ?? '');
  return {
    manager: build.manager,
    nodeVersion: build.nodeVersion,
    commands: build.commands,
    runtimes: build.runtimes,
    install: build.install,
    build: build.build,
    test: [
      ...(ownReporter
        ? []
        : [bring('mocha-junit-reporter'), 'export MOCHA_REPORTER="$TOOLS/node_modules/mocha-junit-reporter"']),
      build.commands.exec('hardhat test'),
    ],
    report: true,
  };
}

function hasContractTests(checkout: Checkout, directory: string): boolean {
  return filesBelow(checkout, `${directory}/test`).some((file) => /\.([cm]?[jt]s|t\.sol)$/.test(file));
}
