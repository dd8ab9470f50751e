import * as fs from 'node:fs';
import * as path from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { EnvironmentConfiguration } from '../config/load';
import { acknowledgeLint } from './acknowledge';
import { makeLogGroup } from './logs';

/** The folder of the functions, next to the sources and next to the compiled app alike. */
const FOLDER = [path.join(__dirname, 'functions'), path.join(__dirname, '../../lib/functions')].find((folder) =>
  fs.existsSync(folder),
);

/**
 * The functions by the types that they stand in for: aws-cdk-lib's own, with the same property, so that who knows those (a rehearsal, a person)
 * knows these.
 */
const KINDS = {
  'empty-bucket': { type: 'Custom::S3AutoDeleteObjects', property: 'BucketName' },
  'close-security-group': { type: 'Custom::VpcRestrictDefaultSG', property: 'DefaultSecurityGroupId' },
} as const;

/** A change that CloudFormation itself cannot make, made by a function. */
export interface InlineResourceProps {
  readonly function: keyof typeof KINDS;
  /** Name or id of what is changed: another one is another resource. */
  readonly target: string;
  /** What the function may do. */
  readonly statements: readonly PolicyStatement[];
  readonly environment: EnvironmentConfiguration;
  readonly key: IKey;
}

/** The code of a function with what answers CloudFormation before it. At most 4,096 characters (Lambda API, "FunctionCode.ZipFile"). */
export function functionCode(name: InlineResourceProps['function']): string {
  return ['respond', name].map(functionText).join('\n');
}

/** A file of `lib/functions/`, as it stands: the code of a function that answers nobody. */
export function functionText(name: string): string {
  return fs.readFileSync(path.join(FOLDER ?? '', `${name}.js`), 'utf8');
}

/**
 * A custom resource whose code stands in the template. aws-cdk-lib has the same two, as file assets: a single one of those would put an asset
 * stage into the pipeline, one more CodeBuild start between every push and dev.
 */
export class InlineResource extends Construct {
  /** The function's role: findings on it are acknowledged where the statements are given. */
  readonly role: Role;
  readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: InlineResourceProps) {
    super(scope, id);
    const kind = KINDS[props.function];
    const logGroup = makeLogGroup(this, 'Logs', props.environment, props.key);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    for (const statement of props.statements) this.role.addToPolicy(statement);
    logGroup.grantWrite(this.role);
    const code = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(functionCode(props.function)),
      timeout: Duration.minutes(10),
      role: this.role,
      logGroup,
    });
    // aws-cdk-lib writes the dependency on the role out, next to the reference that says the same.
    acknowledgeLint(code, 'W3005');
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: code.functionArn,
      resourceType: kind.type,
      serviceTimeout: Duration.minutes(15),
      properties: { [kind.property]: props.target },
    });
    this.resource.node.addDependency(this.role);
  }
}
