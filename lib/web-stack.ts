import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
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
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { readBuildspec } from './buildspec';
import { acknowledge, wildcard } from './acknowledge';
import { DeliveryProject } from './delivery-project';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';

/** A single page app's routes are not files: whatever has no dot in its last part is the app itself. */
const SPA_FALLBACK = `function handler(event) {
  var request = event.request;
  if (request.uri.split('/').pop().indexOf('.') === -1) request.uri = '/index.html';
  return request;
}`;

/** The web app: a private bucket behind CloudFront, `/api/*` to the load balancer, and the project that builds and uploads the app. */
export class WebStack extends EnvironmentStack {
  /** `https://…` of the site. */
  readonly siteUrl: CfnOutput;

  constructor(scope: Construct, id: string, props: EnvironmentProps & { readonly apiHost: string }) {
    super(scope, id, props);
    const kept = props.environment.protected;
    const bucket = new Bucket(this, 'Site', {
      bucketName: `${this.prefix}-web-${props.environment.account}`,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
      removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `${this.prefix} web`,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_200,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
        compress: true,
        functionAssociations: [
          {
            eventType: FunctionEventType.VIEWER_REQUEST,
            function: new EdgeFunction(this, 'SpaFallback', {
              code: FunctionCode.fromInline(SPA_FALLBACK),
              runtime: FunctionRuntime.JS_2_0,
            }),
          },
        ],
      },
      additionalBehaviors: {
        '/api/*': {
          origin: new HttpOrigin(props.apiHost, { protocolPolicy: OriginProtocolPolicy.HTTP_ONLY }),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        },
      },
    });
    acknowledge(bucket, { 'AwsSolutions-S1': 'only CloudFront and the deployment read it, and both keep logs' });
    acknowledge(distribution, {
      'AwsSolutions-CFR1': 'the product is for every country',
      'AwsSolutions-CFR2': 'a firewall costs and is by configuration',
      'AwsSolutions-CFR3': 'access logs cost and are by configuration',
      'AwsSolutions-CFR4': 'CloudFront’s own certificate takes no newer policy; with a domain TLS 1.2 is the least',
      'AwsSolutions-CFR5':
        'the load balancer has a certificate only with a domain; until then the origin is HTTP inside AWS',
    });
    this.siteUrl = new CfnOutput(this, 'SiteUrl', { value: `https://${distribution.distributionDomainName}` });

    const deploy = new DeliveryProject(this, 'Deploy', {
      task: 'web',
      buildSpec: readBuildspec('web-deploy'),
      environmentVariables: {
        COMPONENT_DIR: { value: props.configuration.components.web.directory },
        WEB_BUCKET: { value: bucket.bucketName },
        DISTRIBUTION_ID: { value: distribution.distributionId },
      },
    });
    bucket.grantReadWrite(deploy.project);
    acknowledge(deploy.role, {
      [wildcard(this, bucket.arnForObjects('*'))]: 'the site’s own objects, whose names the web build chooses',
    });
    deploy.project.addToRolePolicy(
      new PolicyStatement({
        actions: ['cloudfront:CreateInvalidation'],
        resources: [`arn:aws:cloudfront::${props.environment.account}:distribution/${distribution.distributionId}`],
      }),
    );
  }
}
