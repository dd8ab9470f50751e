import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import { pathSegment } from '../../model/path-segment';
import type { Provisioner } from '../ports/provisioner';
import { postgresDirectories, startPostgres } from './postgres';
import type { ServiceRegistry } from '../host/service-registry';
import { callQuery } from '../endpoint/aws-client';
import type { Upstream } from '../gateway/upstream';
import { secretKey, type Values } from '../endpoint/values';
import { generatePassword, putSecret } from '../endpoint/value-provisioners';

/** A PostgreSQL instance of RDS is a PostgreSQL server here. Other engines are recorded. */
export function databaseProvisioner(
  services: ServiceRegistry,
  directory: string,
  values: Values,
  endpoint: () => Upstream,
  opened: (port: number) => Promise<void>,
): Provisioner {
  const running = new Map<string, number>();
  return {
    async ensure({ account, region, physicalId, properties, previous, signal }) {
      if (!String(properties.Engine).includes('postgres')) {
        return { standing: 'recorded', detail: `not rehearsed: the engine ${String(properties.Engine)}` };
      }
      const user = String(properties.MasterUsername ?? 'postgres');
      const managed = properties.ManageMasterUserPassword === true || properties.ManageMasterUserPassword === 'true';
      const secretName = `rds!db-${physicalId}`;
      const key = secretKey(account, region, managed ? secretName : `${physicalId}/password`);
      const given = String(properties.MasterUserPassword ?? '');
      const known = values.get(key);
      const password =
        given ||
        (known
          ? (JSON.parse(known) as { password: string }).password
          : generatePassword({ ExcludeCharacters: '/@" ' }));
      const secret = JSON.stringify({ username: user, password });
      const at = placeOf(directory, account, region, physicalId);
      let port = running.get(at.name);
      let detail: string | undefined;
      // The master user has another password now: the server takes it over as it starts.
      if (port !== undefined && known !== secret) {
        await services.stop(at.name);
        port = undefined;
      }
      if (known !== secret) values.set(key, secret);
      if (port === undefined) {
        refuseEarlier(directory, physicalId);
        const started = await startPostgres(services, {
          ...at,
          user,
          password,
          database: String(properties.DBName ?? 'postgres'),
          ...(previous ? { port: Number(previous.attributes['Endpoint.Port']) } : {}),
          ...(signal ? { signal } : {}),
        });
        port = started.port;
        running.set(at.name, port);
        await opened(port);
        detail = `127.0.0.1:${port}, ready in ${started.seconds.toFixed(1)} s`;
      }
      const secretArn = `arn:aws:secretsmanager:${region}:${account}:secret:${secretName}-000000`;
      if (managed) await putSecret(endpoint(), account, region, secretName, secret);
      await announce(endpoint(), account, region, physicalId, properties);
      return {
        standing: 'real',
        attributes: {
          'Endpoint.Address': '127.0.0.1',
          'Endpoint.Port': String(port),
          ...(managed ? { 'MasterUserSecret.SecretArn': secretArn } : {}),
        },
        ...(detail ? { detail } : {}),
      };
    },
    async remove(resource, account, region) {
      await callRds(endpoint(), account, region, {
        Action: 'DeleteDBInstance',
        DBInstanceIdentifier: resource.physicalId,
        SkipFinalSnapshot: 'true',
      });
      const at = placeOf(directory, account, region, resource.physicalId);
      await services.stop(at.name);
      running.delete(at.name);
      for (const one of postgresDirectories(at.directory)) fs.rmSync(one, { recursive: true, force: true });
    },
  };
}

/** An instance's service and folder: accounts may have instances of the same name. */
function placeOf(
  directory: string,
  account: string,
  region: string,
  physicalId: string,
): { readonly name: string; readonly directory: string } {
  const parts = [account, region, physicalId].map(pathSegment);
  return { name: `postgres ${parts.join('/')}`, directory: path.join(directory, 'postgres', ...parts) };
}

/** Earlier versions kept an instance's data elsewhere, with a superuser for its master. @throws SaiondoError `POSTGRES_DATA` */
function refuseEarlier(directory: string, physicalId: string): void {
  const left = postgresDirectories(path.join(directory, 'postgres', pathSegment(physicalId))).filter((one) =>
    fs.existsSync(path.join(one, 'data')),
  );
  if (left.length === 0) return;
  throw new SaiondoError(
    `the data of the database ${physicalId} was made by an earlier version of saiondo, whose master user was a superuser`,
    {
      code: 'POSTGRES_DATA',
      next: `remove ${left.join(' and ')} to begin with an empty database; what is in it is lost then`,
    },
  );
}

/**
 * Tells the AWS endpoint that the instance is there, so that what asks RDS about it or takes a snapshot of it finds it. A snapshot is the
 * endpoint's record alone: no data is copied.
 */
async function announce(
  endpoint: Upstream,
  account: string,
  region: string,
  identifier: string,
  properties: Readonly<Record<string, unknown>>,
): Promise<void> {
  await callRds(endpoint, account, region, {
    Action: 'CreateDBInstance',
    DBInstanceIdentifier: identifier,
    DBInstanceClass: String(properties.DBInstanceClass ?? 'db.t4g.micro'),
    Engine: String(properties.Engine),
    AllocatedStorage: String(properties.AllocatedStorage ?? 20),
  });
}

/** A call of RDS's query API. Its answer is not looked at: an instance that is there already, or gone already, is what was wanted. */
async function callRds(
  endpoint: Upstream,
  account: string,
  region: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  await callQuery(endpoint, account, region, 'rds', { Version: '2014-10-31', ...parameters });
}
