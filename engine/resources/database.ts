import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Provisioner } from '../ports/provisioner';
import { postgresDirectories, startPostgres } from './postgres';
import type { ServiceRegistry } from '../host/service-registry';
import { send } from '../endpoint/aws-client';
import { secretKey, type Values } from '../endpoint/values';
import { generatePassword, putSecret } from '../endpoint/value-provisioners';

/** A PostgreSQL instance of RDS is a PostgreSQL server here. Other engines are recorded. */
export function databaseProvisioner(
  services: ServiceRegistry,
  directory: string,
  values: Values,
  endpoint: () => URL,
  opened: (port: number) => void,
): Provisioner {
  const running = new Map<string, number>();
  return {
    async ensure({ account, region, physicalId, properties, previous }) {
      if (!String(properties.Engine).includes('postgres')) {
        return { standing: 'recorded', detail: `not rehearsed: the engine ${String(properties.Engine)}` };
      }
      const user = String(properties.MasterUsername ?? 'postgres');
      const managed = properties.ManageMasterUserPassword === true || properties.ManageMasterUserPassword === 'true';
      const secretName = `rds!db-${physicalId}`;
      const key = secretKey(account, region, managed ? secretName : `${physicalId}/password`);
      const given = String(properties.MasterUserPassword ?? '');
      const known = values.get(key);
      const password = known
        ? (JSON.parse(known) as { password: string }).password
        : given && !given.includes('{{resolve:')
          ? given
          : generatePassword({ ExcludeCharacters: '/@" ' });
      const secret = JSON.stringify({ username: user, password });
      if (!known) values.set(key, secret);
      let port = running.get(physicalId);
      let detail: string | undefined;
      if (port === undefined) {
        const name = `postgres ${physicalId}`;
        const started = await startPostgres(services, {
          name,
          directory: path.join(directory, 'postgres', physicalId),
          user,
          password,
          database: String(properties.DBName ?? 'postgres'),
          ...(previous ? { port: Number(previous.attributes['Endpoint.Port']) } : {}),
        });
        port = started.port;
        running.set(physicalId, port);
        opened(port);
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
      await services.stop(`postgres ${resource.physicalId}`);
      running.delete(resource.physicalId);
      for (const at of postgresDirectories(path.join(directory, 'postgres', resource.physicalId))) {
        fs.rmSync(at, { recursive: true, force: true });
      }
    },
  };
}

/**
 * Tells the AWS endpoint that the instance is there, so that what asks RDS about it or takes a snapshot of it finds it. A snapshot is the
 * endpoint's record alone: no data is copied.
 */
async function announce(
  endpoint: URL,
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
  endpoint: URL,
  account: string,
  region: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const body = new URLSearchParams({ Version: '2014-10-31', ...parameters }).toString();
  await send(endpoint, account, region, 'rds', 'POST', '/', body, {
    'content-type': 'application/x-www-form-urlencoded',
  });
}
