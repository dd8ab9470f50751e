import type { Components } from '../config/component.schema';
import type { Checkout } from './checkout';
import { apiBuild, llmBuild, type ComponentBuild, type NodeBuild } from './component-build';
import { contractsBuild } from './contracts-build';
import { prismaOf } from './prisma-schema';
import { takenFolders } from './takes';
import { webBuild, type WebBuild } from './web-build';

/** How each component of an application repository is built, and how its database is migrated. */
export interface ComponentBuilds {
  readonly api: NodeBuild;
  /** This and the following are not there where the repository has no such component. */
  readonly llm?: ComponentBuild;
  readonly web?: WebBuild;
  /** The further web apps by the path that they are served below. */
  readonly otherWeb: Readonly<Record<string, WebBuild>>;
  readonly contracts?: NodeBuild;
  readonly migrations: Migrations;
  /** Folders of other components that a component takes something from, by its own folder. */
  readonly takes: Readonly<Record<string, readonly string[]>>;
}

/** The commands that migrate the database, by their names in `buildspecs/migrate.yml`. */
export interface Migrations {
  readonly commands: Readonly<Record<'pending' | 'migrate' | 'llmMigrate' | 'drift', readonly string[]>>;
  /** Whether the llm's folder has migrations too: the build that tests it carries them. */
  readonly ofLlm: boolean;
  /** The schema that the database is compared with afterwards, and its migrations; undefined where Prisma is not what migrates it. */
  readonly prisma?: { readonly directory: string; readonly schema: string; readonly migrations: string };
  readonly runtimes: Readonly<Record<string, string | number>>;
  /** Whether running them again on what they left changes nothing: Prisma's and Alembic's do not, a command of somebody else's may. */
  readonly repeatable: boolean;
}

/** Reads a checkout once for everything that synth needs of it. */
export function componentBuilds(checkout: Checkout, components: Components): ComponentBuilds {
  const api = apiBuild(checkout, components.api);
  const llm = components.llm && llmBuild(checkout, components.llm);
  return {
    api,
    ...(llm ? { llm } : {}),
    ...(components.web ? { web: webBuild(checkout, components.web) } : {}),
    otherWeb: Object.fromEntries(
      Object.entries(components.otherWeb).map(([path, app]) => [path, webBuild(checkout, app)]),
    ),
    ...(components.contracts ? { contracts: contractsBuild(checkout, components.contracts) } : {}),
    takes: takenFolders(checkout, components),
    migrations: migrations(checkout, components, api, llm),
  };
}

function migrations(
  checkout: Checkout,
  components: Components,
  api: NodeBuild,
  llm: ComponentBuild | undefined,
): Migrations {
  const prisma = components.api.migrate === undefined ? prismaOf(checkout, components.api.directory) : undefined;
  const ofTheLlm = components.llm?.migrate;
  const alembic =
    components.llm !== undefined && ofTheLlm === undefined && checkout.has(`${components.llm.directory}/alembic.ini`);
  const ofLlm = alembic || (ofTheLlm ?? []).length > 0;
  const inLlm = (commands: readonly string[]): string[] => [
    'cd "$CODEBUILD_SRC_DIR/$LLM_DIR"',
    ...commands,
    'cd "$CODEBUILD_SRC_DIR/$COMPONENT_DIR"',
  ];
  return {
    ofLlm,
    repeatable: components.api.migrate === undefined && ofTheLlm === undefined,
    runtimes: { ...api.runtimes, ...(llm ? { python: llm.runtimes.python ?? '3.11' } : {}) },
    ...(prisma
      ? { prisma: { directory: prisma.directory, schema: prisma.schema, migrations: prisma.migrations } }
      : {}),
    commands: {
      pending: [
        // A command of somebody else's says nothing beforehand: a snapshot is taken each time.
        ...(components.api.migrate || ofTheLlm ? ['export PENDING=yes'] : []),
        ...(prisma
          ? [`DATABASE_URL="$PRISMA_URL" ${api.commands.exec('prisma migrate status')} || export PENDING=yes`]
          : []),
        ...(alembic ? ['. "$SCRIPTS/alembic-pending.sh"'] : []),
      ],
      migrate:
        components.api.migrate !== undefined
          ? withUrl('PRISMA_URL', components.api.migrate)
          : prisma
            ? [`DATABASE_URL="$PRISMA_URL" ${api.commands.exec('prisma migrate deploy')}`]
            : [],
      llmMigrate:
        ofTheLlm !== undefined
          ? inLlm(withUrl('ALEMBIC_URL', ofTheLlm))
          : alembic
            ? ['sh "$SCRIPTS/alembic-upgrade.sh"']
            : [],
      drift: prisma ? ['sh "$SCRIPTS/prisma-drift.sh"'] : [],
    },
  };
}

/** Commands with the database's address in `DATABASE_URL`, and nothing of it afterwards. */
function withUrl(from: string, commands: readonly string[]): string[] {
  return commands.length > 0 ? [`export DATABASE_URL="$${from}"`, ...commands, 'unset DATABASE_URL'] : [];
}
