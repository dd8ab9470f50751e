import type { Checkout } from './checkout';
import { hasScript, nodeBuild, type ComponentBuild, type NodeSettings } from './component-build';

/** What `components.web` says of a web app. */
export interface WebSettings extends NodeSettings {
  readonly framework?: 'flutter' | 'node' | undefined;
  readonly output?: string | undefined;
  readonly flutter?: string | undefined;
}

/** A web app's builds. */
export interface WebBuild extends ComponentBuild {
  readonly framework: 'flutter' | 'node';
  /** The folder of the built site, inside the component's. */
  readonly output: string;
  /** The Flutter that the build brings along. */
  readonly flutter?: string;
}

/**
 * The folders of builders that write elsewhere than `dist` (nextjs.org, "Static Exports"; nuxt.com, "Static hosting"; gatsbyjs.com; docusaurus.io; Create
 * React App).
 */
const OUTPUTS: readonly (readonly [string, string])[] = [
  ['next', 'out'],
  ['nuxt', '.output/public'],
  ['gatsby', 'public'],
  ['@docusaurus/core', 'build'],
  ['react-scripts', 'build'],
];

/** The Flutter of a project that names none: a stable one (docs.flutter.dev, "Flutter SDK archive"). */
export const DEFAULT_FLUTTER = '3.32.8';

/** What builds a web app: as configured, else by the file that its framework has. */
export function frameworkOf(checkout: Checkout, { directory, framework }: WebSettings): 'flutter' | 'node' {
  if (framework) return framework;
  return checkout.has(`${directory}/package.json`) && !checkout.has(`${directory}/pubspec.yaml`) ? 'node' : 'flutter';
}

/** The builds of a web app. Every command runs in its folder. */
export function webBuild(checkout: Checkout, settings: WebSettings): WebBuild {
  return frameworkOf(checkout, settings) === 'flutter'
    ? flutterBuild(checkout, settings)
    : siteBuild(checkout, settings);
}

function siteBuild(checkout: Checkout, settings: WebSettings): WebBuild {
  const { directory } = settings;
  const build = nodeBuild(checkout, settings, (commands) =>
    hasScript(checkout, directory, 'build') ? [commands.run('build')] : [],
  );
  return { ...build, framework: 'node', output: settings.output ?? outputOf(checkout, directory) };
}

/** Where the common builders put a site, where their configuration says nothing else (vite.dev, "build.outDir"; Create React App). */
function outputOf(checkout: Checkout, directory: string): string {
  const config = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs']
    .map((ending) => checkout.text(`${directory}/vite.config.${ending}`))
    .find((text) => text !== undefined);
  const named = /\boutDir\s*:\s*['"`]([\w./-]+)['"`]/.exec(config ?? '')?.[1];
  if (named !== undefined) return named.replace(/^\.\//, '');
  const manifest = checkout.text(`${directory}/package.json`) ?? '';
  return OUTPUTS.find(([builder]) => manifest.includes(`"${builder}"`))?.[1] ?? 'dist';
}

function flutterBuild(checkout: Checkout, settings: WebSettings): WebBuild {
  const { directory } = settings;
  const fvm = /"flutter(?:SdkVersion)?"\s*:\s*"(\d+\.\d+\.\d+)"/.exec(
    checkout.text(`${directory}/.fvmrc`) ?? checkout.text(`${directory}/.fvm/fvm_config.json`) ?? '',
  )?.[1];
  const exact = /^\s+flutter:\s*["']?(\d+\.\d+\.\d+)["']?\s*$/m.exec(
    checkout.text(`${directory}/pubspec.yaml`) ?? '',
  )?.[1];
  const none =
    settings.tests === 'none'
      ? 'saiondo.yaml says that it has none'
      : checkout.files.some((file) => file.startsWith(`${directory}/test/`) && file.endsWith('_test.dart'))
        ? undefined
        : 'test/ has no *_test.dart';
  const nothing = none !== undefined && settings.test === undefined;
  return {
    framework: 'flutter',
    flutter: settings.flutter ?? fvm ?? exact ?? DEFAULT_FLUTTER,
    output: settings.output ?? 'build/web',
    runtimes: {},
    install: settings.install ?? ['flutter pub get'],
    test: settings.test ?? (nothing ? [] : ['flutter test']),
    build: settings.build ?? ['flutter build web --release'],
    ...(nothing ? { noTests: none } : {}),
    report: false,
  };
}
