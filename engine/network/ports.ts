/** A port that builds may use to reach hosts outside. */
export interface OutsidePort {
  readonly port: number;
  readonly what: string;
  /** The server speaks first: nothing the client says can be waited for. */
  readonly serverFirst?: boolean;
}

/** The ports that a build reaches hosts by. A connection to any other is refused at once. */
export const OUTSIDE_PORTS: readonly OutsidePort[] = [
  { port: 21, what: 'FTP', serverFirst: true },
  { port: 22, what: 'SSH, git', serverFirst: true },
  { port: 25, what: 'SMTP', serverFirst: true },
  { port: 80, what: 'HTTP' },
  { port: 443, what: 'HTTPS' },
  { port: 465, what: 'SMTP over TLS' },
  { port: 587, what: 'SMTP submission', serverFirst: true },
  { port: 1433, what: 'SQL Server' },
  { port: 1521, what: 'Oracle' },
  { port: 2049, what: 'NFS, EFS' },
  { port: 2525, what: 'SMTP', serverFirst: true },
  { port: 2587, what: 'SMTP of SES', serverFirst: true },
  { port: 2465, what: 'SMTP of SES over TLS' },
  { port: 3000, what: 'HTTP' },
  { port: 3128, what: 'HTTP proxies' },
  { port: 3306, what: 'MySQL', serverFirst: true },
  { port: 4443, what: 'HTTPS' },
  { port: 4873, what: 'Verdaccio, an npm registry' },
  { port: 5000, what: 'image registries' },
  { port: 5432, what: 'PostgreSQL' },
  { port: 5439, what: 'Redshift' },
  { port: 5671, what: 'AMQP over TLS' },
  { port: 5672, what: 'AMQP' },
  { port: 6379, what: 'Redis' },
  { port: 6443, what: 'Kubernetes' },
  { port: 8000, what: 'HTTP' },
  { port: 8080, what: 'HTTP' },
  { port: 8081, what: 'Nexus' },
  { port: 8082, what: 'Artifactory' },
  { port: 8088, what: 'HTTP' },
  { port: 8182, what: 'Neptune' },
  { port: 8443, what: 'HTTPS' },
  { port: 8545, what: 'Ethereum nodes' },
  { port: 8883, what: 'MQTT over TLS' },
  { port: 8888, what: 'HTTP' },
  { port: 9000, what: 'HTTP, SonarQube' },
  { port: 9092, what: 'Kafka' },
  { port: 9094, what: 'Kafka over TLS' },
  { port: 9098, what: 'Kafka with IAM' },
  { port: 9200, what: 'Elasticsearch' },
  { port: 9418, what: 'git' },
  { port: 9443, what: 'HTTPS' },
  { port: 11211, what: 'Memcached' },
  { port: 11371, what: 'key servers' },
  { port: 27017, what: 'MongoDB' },
];

/** Whether the server speaks first on a port. */
export function serverSpeaksFirst(port: number): boolean {
  return OUTSIDE_PORTS.some((one) => one.port === port && one.serverFirst === true);
}
