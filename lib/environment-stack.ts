import { Aspects, Stack, Tags, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration, EnvironmentConfiguration } from '../config/load';
import type { ComponentBuilds } from '../repository/component-builds';
import { BuildspecFiles } from './buildspec-files';
import { ExactActions } from './exact-actions';
import type { ImageTags } from './images';

/** One environment, and everything that its stacks need to know about it. */
export interface EnvironmentProps {
  /** `dev` or `prod`: part of every physical name. */
  readonly name: 'dev' | 'prod';
  readonly environment: EnvironmentConfiguration;
  readonly configuration: Configuration;
  /** Image tag by service: the fingerprint of its folder. */
  readonly images: ImageTags;
  /** How the components are built: read from the application's checkout. */
  readonly builds: ComponentBuilds;
}

/** A stack of an environment: its account and region, its tags, its zones without a look-up. */
export class EnvironmentStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    readonly props: EnvironmentProps,
    stackProps: StackProps = {},
  ) {
    const { configuration, environment, name } = props;
    super(scope, id, {
      ...stackProps,
      env: { account: environment.account, region: environment.region },
      terminationProtection: environment.protected,
    });
    Aspects.of(this).add(new ExactActions());
    Aspects.of(this).add(new BuildspecFiles());
    Tags.of(this).add('project', configuration.project);
    Tags.of(this).add('environment', name);
    Tags.of(this).add('owner', configuration.owner);
    Tags.of(this).add('cost-centre', configuration.costCentre);
  }

  /** The prefix of the environment's physical names: `saiondo-dev`. */
  get prefix(): string {
    return `${this.props.configuration.project}-${this.props.name}`;
  }

  /** The zones that `saiondo.yaml` says: CDK asks AWS for them as soon as a stack has a concrete account. */
  override get availabilityZones(): string[] {
    const { region, network } = this.props.environment;
    return network.zones.map((zone) => `${region}${zone}`);
  }
}
