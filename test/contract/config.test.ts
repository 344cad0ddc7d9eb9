import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, readConfig, showsStacks, variableNames } from '../../src/config.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

/** What is wrong with these variables, a line each. */
function faults(variables: Record<string, string>): string[] {
  try {
    readConfig(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

const defaults: Config = {
  production: false,
  dataFolder: '.data',
  http: {
    host: '127.0.0.1',
    port: 4000,
    allowedHosts: ['127.0.0.1'],
    corsOrigins: [],
    trustedProxies: [],
    bodyLimit: 7_000_000,
    requestTimeout: 30_000,
    shutdownDelay: 0,
    shutdownTimeout: 25_000,
  },
  database: { kind: 'embedded', folder: '.data' },
  redis: null,
  logLevel: 'info',
  tokens: {
    issuer: 'broadsheet',
    audience: 'broadsheet',
    keys: {
      kind: 'folder',
      algorithm: 'ES256',
      folder: path.join('.data', 'keys'),
      legacyFile: path.join('.data', 'signing-key.pem'),
    },
    trustedIssuers: [],
    accessTtl: 15 * 60,
    sessionTtl: 30 * 86_400,
  },
  signUp: { open: true, role: 'AUTHOR' },
  mail: {
    smtpUrl: null,
    from: { name: 'Broadsheet', address: 'broadsheet@localhost' },
    webUrl: 'http://localhost:4000',
  },
  minPasswordLength: 8,
  guessing: { perAccount: 10, perAddress: 30, signUpsPerAddress: 20 },
  costs: { ceiling: 10_000, budget: { points: 1_000_000, window: 60 } },
  executor: 'compiled',
  fastPath: true,
  introspection: true,
  suggestions: true,
  explorer: true,
  demo: true,
  demoToken: true,
};

describe('the delay of a server that stops', () => {
  const delayIn = (variables: Record<string, string>) =>
    readConfig({ NODE_ENV: 'production', ...variables }).http.shutdownDelay;

  it('is 5 seconds in production, and at most half of the time for stopping', () => {
    expect(delayIn({})).toBe(5_000);
    expect(delayIn({ SHUTDOWN_TIMEOUT_MS: '3000' })).toBe(1_500);
    expect(delayIn({ SHUTDOWN_DELAY_MS: '0' })).toBe(0);
  });
});

describe('readConfig', () => {
  it('has a default for everything, also where a variable is empty or unknown', () => {
    expect(readConfig({})).toEqual(defaults);
    const empty = Object.fromEntries(variableNames.map((name) => [name, '']));
    expect(readConfig({ ...empty, PATH: '/bin', NOT_OURS: 'x' })).toEqual(defaults);
  });

  it('reads every variable', () => {
    const values: Record<string, string> = {
      NODE_ENV: 'test',
      HOST: '::1',
      PORT: '0',
      ALLOWED_HOSTS: 'lantern.test, 192.0.2.1',
      DATA_DIR: '/var/lib/broadsheet',
      DATABASE_URL: 'postgresql://ada:pass@db.example:6432/main?sslmode=require',
      DATABASE_POOL_SIZE: '20',
      DATABASE_CONNECT_TIMEOUT_MS: '1',
      DATABASE_STATEMENT_TIMEOUT_MS: '2',
      DATABASE_LOCK_TIMEOUT_MS: '3',
      DATABASE_PREPARED_STATEMENTS: 'false',
      REDIS_URL: 'rediss://ada:pass@redis.example:6380/2',
      REDIS_PREFIX: 'staging:blog_1-a',
      LOG_LEVEL: 'debug',
      TOKEN_ISSUER: 'https://issuer.example',
      TOKEN_AUDIENCE: 'https://api.example',
      TOKEN_ALGORITHM: 'EdDSA',
      TOKEN_KEYS_DIR: '/run/keys',
      TRUSTED_ISSUERS: '[{ "issuer": "https://login.example", "audience": "api" }]',
      ACCESS_TOKEN_TTL: '90s',
      SESSION_TTL: '24h',
      SIGN_UP: 'closed',
      SIGN_UP_ROLE: 'READER',
      MAILBOX: 'false',
      SMTP_URL: 'smtps://news:secret@mail.example',
      MAIL_FROM: 'The Lantern <news@lantern.example>',
      WEB_URL: 'https://lantern.example/',
      PASSWORD_MIN_LENGTH: '15',
      GUESS_LIMIT_PER_ACCOUNT: '1',
      GUESS_LIMIT_PER_ADDRESS: '2',
      SIGN_UP_LIMIT_PER_ADDRESS: '3',
      COST_CEILING: '4',
      COST_BUDGET: '5',
      COST_BUDGET_WINDOW: '6s',
      EXECUTOR: 'graphql-js',
      FAST_PATH: 'false',
      INTROSPECTION: 'false',
      SUGGESTIONS: 'false',
      EXPLORER: 'false',
      DEMO: 'false',
      DEMO_TOKEN: 'false',
      CORS_ORIGINS: 'https://www.example.org, http://localhost:3000',
      TRUSTED_PROXIES: '10.0.0.1, 2001:db8::/32',
      HTTP_BODY_LIMIT_BYTES: '1024',
      HTTP_REQUEST_TIMEOUT_MS: '600000',
      SHUTDOWN_DELAY_MS: '3',
      SHUTDOWN_TIMEOUT_MS: '4',
    };
    // These exclude others, and have tests of their own.
    const exclusive = ['TOKEN_SECRET', 'TOKEN_SIGNING_KEY'];
    expect([...Object.keys(values), ...exclusive].toSorted()).toEqual([...variableNames].toSorted());
    expect(readConfig(values)).toEqual({
      production: false,
      dataFolder: '/var/lib/broadsheet',
      http: {
        host: '::1',
        port: 0,
        allowedHosts: ['::1', 'lantern.test', '192.0.2.1'],
        corsOrigins: ['https://www.example.org', 'http://localhost:3000'],
        trustedProxies: ['10.0.0.1', '2001:db8::/32'],
        bodyLimit: 1_024,
        requestTimeout: 600_000,
        shutdownDelay: 3,
        shutdownTimeout: 4,
      },
      database: {
        kind: 'server',
        url: 'postgresql://ada:pass@db.example:6432/main?sslmode=require',
        poolSize: 20,
        connectTimeout: 1,
        statementTimeout: 2,
        lockTimeout: 3,
        prepare: false,
      },
      redis: { url: 'rediss://ada:pass@redis.example:6380/2', prefix: 'staging:blog_1-a' },
      logLevel: 'debug',
      tokens: {
        issuer: 'https://issuer.example',
        audience: 'https://api.example',
        keys: {
          kind: 'folder',
          algorithm: 'EdDSA',
          folder: '/run/keys',
          legacyFile: null,
        },
        trustedIssuers: [
          {
            issuer: 'https://login.example',
            audience: ['api'],
            algorithms: ['RS256'],
            tokenType: 'at+jwt',
            requiredClaims: {},
            audienceClaim: 'aud',
            userClaim: 'sub',
            nameClaim: 'name',
            roles: {},
            rolesDecidedBy: 'issuer',
            defaultRole: 'READER',
            users: 'create',
            clients: 'mustExist',
          },
        ],
        accessTtl: 90,
        sessionTtl: 86_400,
      },
      signUp: { open: false, role: 'READER' },
      mail: {
        smtpUrl: 'smtps://news:secret@mail.example',
        from: { name: 'The Lantern', address: 'news@lantern.example' },
        webUrl: 'https://lantern.example',
      },
      minPasswordLength: 15,
      guessing: { perAccount: 1, perAddress: 2, signUpsPerAddress: 3 },
      costs: { ceiling: 4, budget: { points: 5, window: 6 } },
      executor: 'graphql-js',
      fastPath: false,
      introspection: false,
      suggestions: false,
      explorer: false,
      demo: false,
      demoToken: false,
    } satisfies Config);
  });

  it('lets a budget suffice for every operation, or be without end', () => {
    expect(readConfig({ COST_BUDGET: '0' }).costs.budget).toBeNull();
    expect(faults({ COST_BUDGET: '99', COST_CEILING: '100' })).toEqual([
      'COST_BUDGET: must be 0, or at least COST_CEILING',
    ]);
  });

  it('asks for a sender and a front end in production, where mail is sent', () => {
    const production = { NODE_ENV: 'production', SMTP_URL: 'smtp://mail.example' };
    expect(faults(production).map((line) => line.split(':')[0])).toEqual(['MAIL_FROM', 'WEB_URL']);
    const complete = { ...production, MAIL_FROM: 'a@lantern.example', WEB_URL: 'https://lantern.example' };
    expect(readConfig(complete).mail?.from).toEqual({ name: '', address: 'a@lantern.example' });
    expect(readConfig({ NODE_ENV: 'production' }).mail).toBeNull();
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  it('shows less in production, unless it is told to, and never the demo', () => {
    const production = { NODE_ENV: 'production' };
    expect(readConfig(production)).toMatchObject({
      production: true,
      executor: 'compiled',
      fastPath: true,
      introspection: false,
      explorer: false,
      demo: false,
    });
    const opened = { DEMO: 'true', DEMO_TOKEN: 'true', MAILBOX: 'true' };
    const shown = readConfig({ ...production, ...opened, INTROSPECTION: 'true', EXPLORER: 'true' });
    expect(shown).toMatchObject({ introspection: true, explorer: true });
    expect(shown).toMatchObject({ demo: false, demoToken: false, mail: null });
    expect(shown.http.allowedHosts).toBeNull();
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1', '::ffff:127.0.0.1'])(
    'has mailbox, demo and printed token on the loopback address %s',
    (HOST) => {
      expect(readConfig({ HOST })).toMatchObject({ demo: true, demoToken: true, mail: { smtpUrl: null } });
      expect(readConfig({ HOST, DEMO: 'false', MAILBOX: 'false' })).toMatchObject({
        demo: false,
        demoToken: false,
        mail: null,
      });
    },
  );

  it.each(['0.0.0.0', '::', '0', '192.0.2.1', '128.0.0.1', '127.example.org', 'localhost.example', '::2'])(
    'has none of them on %s unless it is asked for by name',
    (HOST) => {
      expect(readConfig({ HOST })).toMatchObject({ demo: false, demoToken: false, mail: null });
      const demo = readConfig({ HOST, DEMO: 'true' });
      expect(demo).toMatchObject({ demo: true, demoToken: false, mail: null });
      expect(readConfig({ HOST, DEMO_TOKEN: 'true' })).toMatchObject({ demo: false, demoToken: false });
      expect(readConfig({ HOST, DEMO: 'true', DEMO_TOKEN: 'true' })).toMatchObject({ demoToken: true });
      expect(readConfig({ HOST, MAILBOX: 'true' })).toMatchObject({ demo: false, mail: { smtpUrl: null } });
    },
  );

  it.each(['development', 'test', 'production'])('knows NODE_ENV=%s', (NODE_ENV) => {
    expect(readConfig({ NODE_ENV }).production).toBe(NODE_ENV === 'production');
  });

  it.each([
    ['NODE_ENV', 'Production'],
    ['NODE_ENV', 'prod'],
    ['NODE_ENV', 'production '],
    ['NODE_ENV', 'staging'],
    ['HOST', 'not a host'],
    ['HOST', '127.0.0.1:4000'],
    ['HOST', 'http://localhost'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['ALLOWED_HOSTS', 'lantern.test:4000'],
    ['ALLOWED_HOSTS', '*'],
    ['ALLOWED_HOSTS', 'a.test,'],
    ['DATABASE_URL', 'mysql://db.example/main'],
    ['DATABASE_URL', 'db.example/main'],
    ['DATABASE_URL', 'postgres'],
    ['DATABASE_URL', 'postgres://db.example/main?statement_timeout=1000'],
    ['DATABASE_URL', 'postgres://db.example/main?options=-c%20lock_timeout%3D1000'],
    ['DATABASE_POOL_SIZE', '0'],
    ['DATABASE_POOL_SIZE', '1001'],
    ['DATABASE_CONNECT_TIMEOUT_MS', '0'],
    ['DATABASE_CONNECT_TIMEOUT_MS', '5s'],
    ['DATABASE_STATEMENT_TIMEOUT_MS', '600001'],
    ['DATABASE_STATEMENT_TIMEOUT_MS', 'Infinity'],
    ['DATABASE_LOCK_TIMEOUT_MS', '-1'],
    ['DATABASE_PREPARED_STATEMENTS', 'yes'],
    ['REDIS_URL', 'http://redis.example'],
    ['REDIS_URL', 'redis.example:6379'],
    ['REDIS_URL', 'redis:'],
    ['REDIS_URL', 'redis://redis.example/first'],
    ['REDIS_URL', 'redis://redis.example?db=1'],
    ['REDIS_URL', 'redis://:50%@redis.example'],
    ['LOG_LEVEL', 'verbose'],
    ['ACCESS_TOKEN_TTL', '15'],
    ['ACCESS_TOKEN_TTL', '0m'],
    ['ACCESS_TOKEN_TTL', '-15m'],
    ['ACCESS_TOKEN_TTL', '15 m'],
    ['SESSION_TTL', '1w'],
    ['SESSION_TTL', '1234567d'],
    ['SIGN_UP', 'true'],
    ['SIGN_UP_ROLE', 'ADMIN'],
    ['SIGN_UP_ROLE', 'author'],
    ['SMTP_URL', 'https://mail.example'],
    ['SMTP_URL', 'mail.example:25'],
    ['SMTP_URL', 'smtp:'],
    ['SMTP_URL', 'smtp://news:50%@mail.example'],
    ['MAIL_FROM', 'The Lantern'],
    ['MAIL_FROM', 'a@lantern.example, b@lantern.example'],
    ['MAIL_FROM', 'The Lantern <news@lantern.example>\r\nBcc: x@evil.example'],
    ['MAIL_FROM', 'The\nLantern <news@lantern.example>'],
    ['WEB_URL', 'lantern.example'],
    ['WEB_URL', 'https://lantern.example/?page='],
    ['WEB_URL', 'https://lantern.example/#'],
    ['WEB_URL', 'https://ada:secret@lantern.example'],
    ['WEB_URL', 'javascript:alert(1)'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['PASSWORD_MIN_LENGTH', '65'],
    ['GUESS_LIMIT_PER_ACCOUNT', '0'],
    ['GUESS_LIMIT_PER_ADDRESS', 'none'],
    ['SIGN_UP_LIMIT_PER_ADDRESS', '1000001'],
    ['COST_CEILING', '0'],
    ['COST_BUDGET', '-1'],
    ['COST_BUDGET', '9999'],
    ['COST_BUDGET_WINDOW', '60'],
    ['EXECUTOR', 'jit'],
    ['FAST_PATH', 'off'],
    ['INTROSPECTION', '1'],
    ['SUGGESTIONS', 'no'],
    ['EXPLORER', 'TRUE'],
    ['DEMO', 'on'],
    ['DEMO_TOKEN', '1'],
    ['MAILBOX', 'yes'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'www.example.org'],
    ['CORS_ORIGINS', 'https://www.example.org/'],
    ['CORS_ORIGINS', 'https://*.example.org/x'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['TRUSTED_PROXIES', '10.0.0.1,'],
    ['TRUSTED_PROXIES', '10.0.0.1 10.0.0.2'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.0/0'],
    ['TRUSTED_PROXIES', '::/8/8'],
    ['TRUSTED_PROXIES', 'true'],
    ['HTTP_BODY_LIMIT_BYTES', '1023'],
    ['HTTP_BODY_LIMIT_BYTES', '1e9'],
    ['HTTP_REQUEST_TIMEOUT_MS', '0'],
    ['REDIS_PREFIX', 'a b'],
    ['REDIS_PREFIX', '{a}'],
    ['REDIS_PREFIX', 'a'.repeat(65)],
    ['SHUTDOWN_DELAY_MS', '-1'],
    ['SHUTDOWN_DELAY_MS', '25000'],
    ['SHUTDOWN_TIMEOUT_MS', 'never'],
  ])('refuses %s=%s, and names the variable', (name, value) => {
    const [fault, ...others] = faults({ [name]: value });
    expect(fault).toMatch(new RegExp(`^${name}: .{5}`));
    expect(others).toEqual([]);
  });

  it('names everything that is wrong at once, and never says a value that may be secret', () => {
    const secret = 'postgre://ada:hunter2@db.example/main';
    const found = faults({ PORT: 'x', DATABASE_URL: secret, SIGN_UP: 'no' });
    expect(found.map((line) => line.split(':')[0])).toEqual(['PORT', 'DATABASE_URL', 'SIGN_UP']);
    expect(found.join()).not.toContain('hunter2');
  });
});

describe('showsStacks', () => {
  it('is for whoever looks for a fault', () => {
    expect(
      ['debug', 'trace', 'info', 'nonsense', undefined].map((LOG_LEVEL) => showsStacks({ LOG_LEVEL })),
    ).toEqual([true, true, false, false, false]);
  });
});

describe('the documentation of the variables', () => {
  const rows = [...read('README.md').matchAll(/^\| `([A-Z][A-Z_]+)` \| (.+?) \| (.+) \|$/gm)];
  const example = [...read('.env.example').matchAll(/^#?([A-Z][A-Z_]+)=(.*)$/gm)];
  const seconds = /^\d+[smhd]$/;

  it('has a row in the README for each, in the same order', () => {
    expect(rows.map(([, name]) => name)).toEqual(variableNames);
    for (const [, name, , meaning] of rows) expect(meaning, name).toMatch(/\.$/);
  });

  it('has a line in .env.example for each, in the same order', () => {
    expect(example.map(([, name]) => name)).toEqual(variableNames);
  });

  it('tells the true defaults', () => {
    const told = Object.fromEntries(
      rows.map(([, name = '', cell = '']) => [name, /^`([^`]*)`/.exec(cell)?.[1] ?? '']),
    );
    expect(readConfig(told)).toEqual(defaults);
    expect(Object.values(told).filter((value) => seconds.test(value))).toHaveLength(3);
    expect(Object.fromEntries(example.map(([, name, value]) => [name, value]))).toEqual(told);
  });
});
