/** Everything that is off by default and can be on together: what the shipped configuration does not show. */
export const OPTIONS: Readonly<Record<string, unknown>> = {
  'environments.dev.network.egress': 'instance',
  'environments.dev.bastion': true,
  'environments.dev.waf': true,
  'environments.dev.web': { hosting: 'firebase', firebase: { project: 'saiondo-dev' } },
  'environments.dev.migrations': { snapshot: true },
  'environments.dev.database.insights': 'standard',
  'environments.dev.services.containerInsights': 'enhanced',
  'environments.prod.https': {
    domain: 'saiondo.example',
    zone: { id: 'Z0123456789ABC', name: 'saiondo.example' },
    siteCertificate: 'arn:aws:acm:us-east-1:333333333333:certificate/00000000-0000-0000-0000-000000000000',
  },
  'environments.prod.services.deployment.strategy': 'blue-green',
  'environments.prod.services.llm.secrets': { OPENAI_API_KEY: 'saiondo/prod/openai' },
  'environments.prod.bastion': true,
  'environments.prod.backups.vaultLock': { minimumDays: 7, maximumDays: 400 },
  'environments.prod.contracts.explorer': true,
  'environments.dev.cost': { hours: { timeZone: 'Asia/Seoul', start: '08:00', stop: '20:00' } },
  notifications: { emails: ['ops@example.com'], slack: { workspaceId: 'T0123456', channelId: 'C0123456' } },
};
