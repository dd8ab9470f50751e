import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
  type BehaviorOptions,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { AaaaRecord, ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge, wildcard } from './acknowledge';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';
import { InlineResource } from './inline-resource';
import { apiDomain } from './load-balancer';
import type { ServicesStack } from './services-stack';
import { makeFirebaseDeployment, makeSiteDeployment } from './site-deployment';

/**
 * A single page app's routes are not files: whatever has no dot in its last part is the app itself, a further app below its path. Only where the bucket answers: an error page
 * of the whole distribution would turn the api's own 404 into the app.
 */
function spaFallback(paths: readonly string[]): string {
  const app =
    paths.length === 0
      ? "request.uri = '/index.html'"
      : `{
    var first = request.uri.split('/')[1];
    request.uri = (${JSON.stringify(paths)}.indexOf(first) === -1 ? '' : '/' + first) + '/index.html';
  }`;
  return `function handler(event) {
  var request = event.request;
  if (request.uri.split('/').pop().indexOf('.') === -1) ${app};
  return request;
}`;
}

/** The api's routes do not begin with /api: the site's part of the address is taken off. */
const STRIP_API = `function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\\/api/, '') || '/';
  return request;
}`;

/** What the web stack needs of the others. */
export interface WebProps extends EnvironmentProps {
  readonly key: IKey;
  readonly services: ServicesStack;
}

/** The web app: a private bucket behind CloudFront with the api under `/api/*`, or Firebase Hosting; and the project that builds and uploads it. */
export class WebStack extends EnvironmentStack {
  /** `https://…` of the site. */
  readonly siteUrl: CfnOutput;
  /** The site's distribution, where CloudFront hosts it. */
  readonly distribution?: Distribution;

  constructor(
    scope: Construct,
    id: string,
    private readonly web: WebProps,
  ) {
    super(scope, id, web);
    let url: string;
    if (web.environment.web.hosting === 'firebase') {
      const { web: settings } = web.configuration.components;
      const { web: build } = web.builds;
      if (!settings || !build) throw new Error('only made where the application has a web app');
      ({ url } = makeFirebaseDeployment(this, { settings, build, key: web.key, apiUrl: web.services.entry.url }));
    } else {
      const bucket = this.makeBucket();
      this.distribution = this.makeDistribution(bucket);
      makeSiteDeployment(this, { key: web.key, bucket, distribution: this.distribution });
      url = `https://${web.environment.https?.domain ?? this.distribution.distributionDomainName}`;
    }
    // The site calls the api: where nothing refers to the services, they still come first.
    this.addStackDependency(web.services);
    this.siteUrl = new CfnOutput(this, 'SiteUrl', { value: url, description: 'Where the site is' });
  }

  private makeBucket(): Bucket {
    const { environment, key } = this.web;
    const kept = environment.protected;
    const bucket = new Bucket(this, 'Site', {
      bucketName: `${this.prefix}-web-${environment.account}`,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          noncurrentVersionExpiration: Duration.days(90),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          expiredObjectDeleteMarker: true,
        },
      ],
      removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, { 'AwsSolutions-S1': 'only CloudFront and the deployment read it, and both keep logs' });
    if (!kept) {
      const emptied = new InlineResource(this, 'EmptySite', {
        function: 'empty-bucket',
        target: bucket.bucketName,
        environment,
        key,
        statements: [
          new PolicyStatement({ actions: ['s3:ListBucketVersions'], resources: [bucket.bucketArn] }),
          new PolicyStatement({
            actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
            resources: [bucket.arnForObjects('*')],
          }),
        ],
      });
      acknowledge(emptied.role, {
        [wildcard(this, bucket.arnForObjects('*'))]:
          'every object of this one bucket of dev, when the environment is deleted',
      });
      // Made after the policy that requires TLS, so deleted before it.
      if (bucket.policy) emptied.node.addDependency(bucket.policy);
    }
    return bucket;
  }

  private makeDistribution(bucket: Bucket): Distribution {
    const { environment, configuration, services } = this.web;
    const { https } = environment;
    const { underApiPath, socketPath } = configuration.components.api;
    const api: BehaviorOptions = {
      origin: https
        ? new HttpOrigin(apiDomain(https.domain), { protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY })
        : new HttpOrigin(services.entry.loadBalancer.loadBalancerDnsName, {
            protocolPolicy: OriginProtocolPolicy.HTTP_ONLY,
          }),
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
      compress: true,
    };
    const stripped = underApiPath ? {} : { functionAssociations: [this.onRequest('StripApi', STRIP_API)] };
    const logBucket = environment.web.accessLogs ? this.makeLogBucket() : undefined;
    const distribution = new Distribution(this, 'Distribution', {
      comment: `${this.prefix} web`,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_200,
      ...(https?.siteCertificate
        ? {
            domainNames: [https.domain],
            certificate: Certificate.fromCertificateArn(this, 'Certificate', https.siteCertificate),
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
          }
        : {}),
      ...(logBucket ? { logBucket, logFilePrefix: 'site/' } : {}),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        // What the bucket says about each file counts: index.html says no-cache (buildspecs/web-deploy.yml).
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
        compress: true,
        functionAssociations: [
          this.onRequest('SpaFallback', spaFallback(Object.keys(configuration.components.otherWeb))),
        ],
      },
      additionalBehaviors: {
        '/api/*': { ...api, ...stripped },
        ...(socketPath ? { [`${socketPath}/*`]: api } : {}),
      },
    });
    acknowledge(distribution, {
      'AwsSolutions-CFR1': 'the product is for every country',
      'AwsSolutions-CFR2': 'static files need no firewall; what reaches the api passes the load balancer’s',
      ...(logBucket ? {} : { 'AwsSolutions-CFR3': 'dev keeps no access logs' }),
      ...(https
        ? {}
        : {
            'AwsSolutions-CFR4':
              'CloudFront’s own certificate takes no newer policy; with a domain TLS 1.2 is the least',
            'AwsSolutions-CFR5':
              'the load balancer has a certificate only with a domain; until then the origin is HTTP inside AWS',
          }),
    });
    if (https?.zone) {
      const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: https.zone.id,
        zoneName: https.zone.name,
      });
      const record = {
        zone,
        recordName: `${https.domain}.`,
        target: RecordTarget.fromAlias(new CloudFrontTarget(distribution)),
      };
      new ARecord(this, 'Record', record);
      new AaaaRecord(this, 'RecordV6', record);
    }
    return distribution;
  }

  private onRequest(id: string, code: string) {
    return {
      eventType: FunctionEventType.VIEWER_REQUEST,
      function: new EdgeFunction(this, id, {
        code: FunctionCode.fromInline(code),
        runtime: FunctionRuntime.JS_2_0,
      }),
    };
  }

  /** CloudFront writes its logs by an access control list: the bucket has to take one (CloudFront Developer Guide, "Standard logging (legacy)"). */
  private makeLogBucket(): Bucket {
    const bucket = new Bucket(this, 'AccessLogs', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [
        {
          expiration: Duration.days(this.web.environment.logDays),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1': 'the bucket holds the access logs; logging access to them would never end',
    });
    return bucket;
  }
}
