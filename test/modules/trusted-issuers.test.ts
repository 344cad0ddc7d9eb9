import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const good = { issuer: 'https://login.example', audience: 'broadsheet' };

/** What is wrong with these issuers, a line each. */
function faultsOf(issuers: unknown, variables: Record<string, string> = {}): string[] {
  const json = typeof issuers === 'string' ? issuers : JSON.stringify(issuers);
  try {
    readConfig({ TRUSTED_ISSUERS: json, ...variables });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

const production = { NODE_ENV: 'production' };

describe('TRUSTED_ISSUERS', () => {
  it.each(['nonsense', '[', '{}', '""', 'null', '[1]', '["https://login.example"]'])('refuses %s', (json) => {
    expect(faultsOf(json)).toEqual([expect.stringMatching(/^TRUSTED_ISSUERS(\.0)?: .{5}/)]);
  });

  it.each<[string, object]>([
    ['issuer', { issuer: '' }],
    ['issuer', { issuer: 7 }],
    ['issuer', { issuer: undefined }],
    ['audience', { audience: '' }],
    ['audience', { audience: [] }],
    ['audience', { audience: undefined }],
    ['jwksUri', { jwksUri: 'keys.json' }],
    ['issuer', { issuer: 'press' }],
    ['algorithms.0', { algorithms: ['HS256'] }],
    ['algorithms.1', { algorithms: ['RS256', 'none'] }],
    ['algorithms', { algorithms: [] }],
    ['tokenType', { tokenType: 'id_token' }],
    ['requiredClaims', { tokenType: 'JWT' }],
    ['requiredClaims', { tokenType: 'none' }],
    ['requiredClaims.scope', { requiredClaims: { scope: false } }],
    ['requiredClaims.scope', { requiredClaims: { scope: [] } }],
    ['audienceClaim', { audienceClaim: 'azp' }],
    ['userClaim', { userClaim: '' }],
    ['roles', { rolesClaim: 'roles' }],
    ['roles', { roles: { editors: 'EDITOR' } }],
    ['roles.editors', { rolesClaim: 'roles', roles: { editors: 'editor' } }],
    ['defaultRole', { defaultRole: 'ADMIN' }],
    ['users', { users: 'maybe' }],
  ])('names the entry and the field %s: %j', (field, changes) => {
    const faults = faultsOf([good, { ...good, issuer: 'https://other.example', ...changes }]);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(`TRUSTED_ISSUERS.1.${field}: `), faults[0]).toBe(true);
  });

  it('names a field that there is not', () => {
    expect(faultsOf([{ ...good, jwks_uri: 'https://login.example/keys' }])).toEqual([
      expect.stringMatching(/^TRUSTED_ISSUERS\.0: .*jwks_uri/),
    ]);
  });

  it('refuses one issuer twice, and the server itself', () => {
    expect(faultsOf([good, good])).toEqual(['TRUSTED_ISSUERS.1.issuer: is in the list already']);
    expect(faultsOf([good], { TOKEN_ISSUER: good.issuer })).toEqual([
      "TRUSTED_ISSUERS.0.issuer: is the server's own, TOKEN_ISSUER",
    ]);
  });

  it('takes keys over HTTPS, and outside production from this machine', () => {
    const local = ['http://127.0.0.1:9000', 'http://localhost:9000/realms/press', 'http://[::1]:9000'];
    for (const issuer of local) {
      expect(faultsOf([{ ...good, issuer }])).toEqual([]);
      expect(faultsOf([{ ...good, jwksUri: issuer }])).toEqual([]);
      expect(faultsOf([{ ...good, issuer }], production)).toEqual([
        'TRUSTED_ISSUERS.0.issuer: must be an https address, where jwksUri is not set',
      ]);
      expect(faultsOf([{ ...good, jwksUri: issuer }], production)).toEqual([
        'TRUSTED_ISSUERS.0.jwksUri: must be an https address',
      ]);
    }
    for (const jwksUri of [
      'http://login.example/keys',
      'http://127.0.0.1.example/keys',
      'file:///keys',
      'ftp://a/b',
    ]) {
      expect(faultsOf([{ ...good, jwksUri }])).toEqual([
        'TRUSTED_ISSUERS.0.jwksUri: must be an https address, or an http one of this machine',
      ]);
    }
    expect(faultsOf([good], production)).toEqual([]);
    expect(
      faultsOf([{ ...good, issuer: 'press', jwksUri: 'https://login.example/keys' }], production),
    ).toEqual([]);
  });
});
