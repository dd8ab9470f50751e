import bootstrapTemplate from './bootstrap-template.json';

/** The version of `cdk bootstrap` that the pinned CDK's template has: that of every account of a rehearsal. */
export const BOOTSTRAP_VERSION = bootstrapTemplate.Resources.CdkBootstrapVersion.Properties.Value;
