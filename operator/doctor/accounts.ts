import type { Aws, Place } from '../aws';
import { isAbsent, look, type Finding } from './finding.shape';
import { reasonOf } from '../reason';

/** The oldest bootstrap that this app's assembly takes: its file assets ask for version 8 at most, the look-up role for 8. */
const VERSION = 8;

/** The operations of {@link checkAccounts}. */
export type AccountOperations = 'getCallerIdentity' | 'getParameter' | 'getRole';

/** Credentials, and the bootstrap of each account: its version, and whether it trusts the pipeline's account. */
export async function checkAccounts(
  aws: Aws<AccountOperations>,
  home: Place,
  environments: readonly Place[],
): Promise<{ findings: Finding[]; signedIn: boolean }> {
  let signedIn = true;
  const credentials = await look('credentials', 'the credentials', async () => {
    const { Account, Arn } = await aws().getCallerIdentity({});
    if (Account === home.account)
      return [{ check: 'credentials', status: 'ok', text: `signed in as ${Arn ?? Account}` }];
    return [
      {
        check: 'credentials',
        status: 'error',
        text: `signed in to account ${Account ?? '?'}; the pipeline is in ${home.account}`,
        fix: 'choose another profile: --profile, or AWS_PROFILE',
      },
    ];
  });
  if (credentials.some((one) => one.status === 'unknown')) {
    signedIn = false;
    return {
      signedIn,
      findings: credentials.map((one) => ({
        ...one,
        status: 'error',
        text: one.text.replace('could not be looked at', 'do not work'),
        fix: 'aws sso login --profile PROFILE, then --profile PROFILE',
      })),
    };
  }
  const places = distinct([home, ...environments]);
  const bootstraps = await Promise.all(places.map((place) => checkBootstrap(aws, home, place)));
  return { signedIn, findings: [...credentials, ...bootstraps.flat()] };
}

/** Places without those that are named twice. */
export function distinct(places: readonly Place[]): Place[] {
  return [...new Map(places.map((one) => [`${one.account}/${one.region}`, one])).values()].map(
    ({ account, region }) => ({
      account,
      region,
    }),
  );
}

async function checkBootstrap(aws: Aws<AccountOperations>, home: Place, place: Place): Promise<Finding[]> {
  const check = 'bootstrap';
  const { account, region } = place;
  const environment = `aws://${account}/${region}`;
  const foreign = account !== home.account;
  const fix = `npx cdk bootstrap ${environment}${foreign ? ` --trust ${home.account} --cloudformation-execution-policies POLICY_ARN` : ''}`;
  try {
    const { Parameter } = await aws(place).getParameter({ Name: '/cdk-bootstrap/hnb659fds/version' });
    const version = Number(Parameter?.Value);
    const findings: Finding[] =
      version >= VERSION
        ? [{ check, status: 'ok', text: `${environment}: version ${version}` }]
        : [{ check, status: 'error', text: `${environment}: version ${version}; ${VERSION} or newer is needed`, fix }];
    return foreign ? [...findings, ...(await checkTrust(aws, home, place, fix))] : findings;
  } catch (error) {
    if (isAbsent(error)) return [{ check, status: 'error', text: `${environment} is not bootstrapped`, fix }];
    const said = reasonOf(error);
    // Another account is entered by its look-up role: that this is refused is what a missing trust looks like from here.
    return foreign
      ? [
          {
            check,
            status: 'error',
            text: `${environment} cannot be entered by its look-up role: it is not bootstrapped, or does not trust ${home.account} (${said})`,
            fix,
          },
        ]
      : [{ check, status: 'unknown', text: `${environment} could not be looked at: ${said}` }];
  }
}

async function checkTrust(aws: Aws<AccountOperations>, home: Place, place: Place, fix: string): Promise<Finding[]> {
  const check = 'bootstrap';
  const RoleName = `cdk-hnb659fds-deploy-role-${place.account}-${place.region}`;
  return look(check, `the trust of ${place.account}`, async () => {
    const { Role } = await aws(place).getRole({ RoleName });
    // IAM gives the document URL-encoded (API Reference, Role.AssumeRolePolicyDocument).
    const document = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
    return document.includes(home.account)
      ? [{ check, status: 'ok', text: `${place.account} trusts ${home.account}` }]
      : [{ check, status: 'error', text: `${RoleName} does not trust ${home.account}`, fix }];
  });
}
