import { z } from 'zod';
import { isLoopback } from '../shared/loopback.ts';
import { roles } from '../shared/viewer.ts';

const text = z.string().trim().min(1, { error: 'must not be empty', abort: true });
const texts = z.union([text.transform((one) => [one]), z.array(text).min(1)]);

/** A true value: the claim must be there. A text, or several: it must be one of them. */
const claimRule = z.union([z.literal(true), texts]);

const role = z.enum(roles);

const trustedIssuer = z
  .strictObject({
    issuer: text,
    audience: texts,
    jwksUri: text.optional(),
    algorithms: z
      .array(
        z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'], {
          error: 'must be algorithms with public keys, such as RS256, PS256, ES256 or EdDSA',
        }),
      )
      .min(1)
      .default(['RS256']),
    tokenType: z.enum(['at+jwt', 'JWT', 'none']).default('at+jwt'),
    requiredClaims: z.record(text, claimRule).default({}),
    audienceClaim: z.enum(['aud', 'client_id']).default('aud'),
    userClaim: text.default('sub'),
    nameClaim: text.default('name'),
    rolesClaim: text.optional(),
    roles: z.record(text, role).default({}),
    rolesDecidedBy: z.enum(['issuer', 'server']).default('issuer'),
    defaultRole: role.exclude(['ADMIN']).default('READER'),
    users: z.enum(['create', 'mustExist']).default('create'),
    clients: z.enum(['create', 'mustExist']).default('mustExist'),
  })
  .superRefine(({ tokenType, requiredClaims, rolesClaim, roles: names }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (tokenType !== 'at+jwt' && Object.keys(requiredClaims).length === 0) {
      fault(
        'requiredClaims',
        'must name a claim that only access tokens have, since tokenType does not tell them',
      );
    }
    if ((rolesClaim === undefined) !== (Object.keys(names).length === 0)) {
      fault('roles', 'goes with rolesClaim: either both or none');
    }
  });

/** Another issuer whose access tokens are accepted, and what they mean here. */
export type TrustedIssuer = Readonly<z.infer<typeof trustedIssuer>>;

/** The trusted issuers, as a JSON list. */
export const trustedIssuers = z
  .string()
  .transform((json, context) => {
    try {
      return JSON.parse(json) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON list of issuers' });
      return z.NEVER;
    }
  })
  .pipe(z.array(trustedIssuer));

/** Whether keys may be fetched from an address: over HTTPS, or from this machine outside production. */
export function mayFetchFrom(address: string, production: boolean): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && !production && isLoopback(hostname);
}

/** What is wrong with the trusted issuers together: pairs of a path in their list and what is wrong there. */
export function faultsOfIssuers(
  issuers: readonly TrustedIssuer[],
  ownIssuer: string,
  production: boolean,
): (readonly [path: readonly (string | number)[], fault: string])[] {
  return issuers.flatMap(({ issuer, jwksUri }, place) => {
    const faults: [(string | number)[], string][] = [];
    if (issuer === ownIssuer) faults.push([[place, 'issuer'], "is the server's own, TOKEN_ISSUER"]);
    if (issuers.findIndex((other) => other.issuer === issuer) < place) {
      faults.push([[place, 'issuer'], 'is in the list already']);
    }
    if (!mayFetchFrom(jwksUri ?? issuer, production)) {
      const wanted = production ? 'an https address' : 'an https address, or an http one of this machine';
      if (jwksUri !== undefined) faults.push([[place, 'jwksUri'], `must be ${wanted}`]);
      else faults.push([[place, 'issuer'], `must be ${wanted}, where jwksUri is not set`]);
    }
    return faults;
  });
}
