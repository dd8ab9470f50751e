import { SecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { makeBackups } from './backups';
import { makeBastion } from './bastion';
import { makeCache, type CacheAccess } from './cache';
import { makeDatabase, type DatabaseAccess } from './database';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';
import { makeMigrations } from './migrations';

/** PostgreSQL, Redis, their backups, the project that migrates the database, and the bastion. */
export class DataStack extends EnvironmentStack {
  readonly database: DatabaseAccess;
  readonly cache: CacheAccess;
  /** What has this group may connect to PostgreSQL and Redis: the api, the migrations and the bastion. */
  readonly clients: SecurityGroup;

  constructor(scope: Construct, id: string, props: EnvironmentProps & { readonly vpc: IVpc; readonly key: IKey }) {
    super(scope, id, props);
    const { vpc, key, environment } = props;
    this.clients = new SecurityGroup(this, 'Clients', { vpc, description: 'May connect to PostgreSQL and Redis' });
    const { clients } = this;
    this.database = makeDatabase(this, { vpc, key, clients });
    this.cache = makeCache(this, { vpc, key, clients });
    makeMigrations(this, { vpc, key, clients, database: this.database });
    if (environment.bastion) makeBastion(this, { vpc, clients, database: this.database });
    if (environment.backups.plan && this.database.backedUp)
      makeBackups(this, { key, database: this.database.backedUp });
  }
}
