import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Copy, DockerfileParser, type Instruction, type JSONInstruction } from 'dockerfile-ast';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig, variableNames } from '../../src/config.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

/** A tag that says the full version: the names of shorter ones move to the next release. PostgreSQL has two numbers. */
const pinned = /^(?:postgres:\d+\.\d+|[a-z][\w./-]*:v?\d+\.\d+\.\d+)(-[\w.]+)*(@sha256:[\da-f]{64})?$/;

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** The file as Compose reads it when these variables are set. */
function composeWith(variables: Record<string, string> = {}): Compose {
  const insert = (_key: unknown, value: unknown) =>
    typeof value === 'string'
      ? value.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, otherwise: string) => {
          return variables[name] ?? otherwise;
        })
      : value;
  return parse(read('docker-compose.yml'), insert) as Compose;
}

describe('docker-compose.yml', () => {
  const { services, volumes } = composeWith();
  const all = Object.entries(services);
  const server = services['server']!;
  const postgres = services['postgres']!;

  it('is understood in full', () => {
    expect(JSON.stringify(services)).not.toContain('$');
    const keys = new Set(all.flatMap(([, service]) => Object.keys(service)));
    const known = [
      'image build profiles command environment env_file ports volumes healthcheck depends_on',
      'hostname init restart stop_grace_period read_only cap_drop security_opt',
    ];
    expect(keys).toEqual(new Set(known.join(' ').split(' ')));
  });

  it('has PostgreSQL alone, the server and the services in profiles', () => {
    expect(Object.fromEntries(all.map(([name, { profiles = [] }]) => [name, profiles]))).toEqual({
      postgres: [],
      server: ['server'],
      redis: ['services'],
      rabbitmq: ['services'],
      mail: ['services'],
    });
  });

  it('has the profiles that the README names', () => {
    const named = [...read('README.md').matchAll(/docker compose --profile (\S+)/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(all.flatMap(([, { profiles = [] }]) => profiles)));
  });

  it('pins every image, and builds the server', () => {
    const { server: own, ...others } = services;
    expect(own).toMatchObject({ build: '.' });
    for (const [name, { image }] of Object.entries(others)) expect(image, name).toMatch(pinned);
    expect('redis:latest').not.toMatch(pinned);
    expect('redis').not.toMatch(pinned);
    expect('redis:8.6').not.toMatch(pinned);
    expect('postgres:17-bookworm').not.toMatch(pinned);
  });

  it('opens ports on the loopback only, each once', () => {
    const ports = all.flatMap(([, service]) => service.ports);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    const taken = ports.map((port) => port.split(':')[1]);
    expect(new Set(taken).size).toBe(taken.length);
  });

  it('knows when each is healthy', () => {
    const { server: own, ...others } = services;
    // That of the server is in its image.
    expect(own).not.toHaveProperty('healthcheck');
    for (const [name, { healthcheck }] of Object.entries(others)) {
      expect(healthcheck?.test.length, name).toBeGreaterThan(1);
      expect(healthcheck?.test[0], name).toBe('CMD');
    }
  });

  it('keeps data in volumes that are declared, and uses all of them', () => {
    const used = all.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0]);
    expect(new Set(used)).toEqual(new Set(Object.keys(volumes)));
    expect(new Set(used).size).toBe(used.length);
  });

  it('lets the server wait for services that are there', () => {
    expect(server.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    for (const [, { depends_on: needed = {} }] of all) {
      for (const name of Object.keys(needed)) expect(services).toHaveProperty(name);
    }
  });

  it('gives the server variables that it knows, and a start that is for trying out', () => {
    const { environment = {} } = server;
    expect(Object.keys(environment).filter((name) => !variableNames.includes(name))).toEqual([]);
    const config = readConfig(
      Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, `${value}`])),
    );
    expect(config).toMatchObject({
      production: false,
      demo: true,
      demoToken: true,
      mail: { smtpUrl: null },
      tokens: { keys: { kind: 'folder', folder: '/home/node/data/keys' } },
    });
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 4000 });
    expect(server.ports).toEqual(['127.0.0.1:4000:4000']);
    expect(server.volumes).toEqual([`data:${config.dataFolder}`]);
    expect(server.command).toEqual(['serve', '--migrate']);
  });

  it('sends its mails to the catcher when it is told to, as the README does', () => {
    const [, SMTP_URL = ''] = /\bSMTP_URL='(.*)' docker compose/m.exec(read('README.md')) ?? [];
    const { server, mail } = composeWith({ SMTP_URL }).services;
    const { smtpUrl } = readConfig({ SMTP_URL: `${server?.environment?.['SMTP_URL']}` }).mail ?? {};
    const { hostname, port, searchParams } = new URL(smtpUrl ?? '');
    expect(hostname).toBe('mail');
    expect(mail?.ports.some((each) => each.endsWith(`:${port}`))).toBe(true);
    // The catcher has no TLS, and is not on the server's machine.
    expect(searchParams.get('tls')).toBe('off');
    expect(readConfig({}).mail?.smtpUrl).toBeNull();
  });

  it('shares budgets in its Redis when it is told to, as the README does', () => {
    const [, REDIS_URL = ''] = /^REDIS_URL=(\S+) .*docker compose/m.exec(read('README.md')) ?? [];
    const { server, redis } = composeWith({ REDIS_URL }).services;
    const config = readConfig({ REDIS_URL: `${server?.environment?.['REDIS_URL']}` });
    const { hostname, port } = new URL(config.redis?.url ?? '');
    expect(hostname).toBe('redis');
    expect(redis?.ports.some((each) => each.endsWith(`:${port}`))).toBe(true);
    expect(
      readConfig({ REDIS_URL: `${composeWith().services['server']?.environment?.['REDIS_URL']}` }),
    ).toMatchObject({ redis: null });
  });

  it('is production when the environment says so', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n';
    const { services } = composeWith({ NODE_ENV: 'production', TOKEN_SIGNING_KEY: key, PORT: '8080' });
    expect(services['server']).toMatchObject({
      environment: {
        NODE_ENV: 'production',
        TOKEN_SIGNING_KEY: key,
        PORT: 4000,
      },
      ports: ['127.0.0.1:8080:4000'],
    });
  });

  it.each([{}, { POSTGRES_PASSWORD: 'another-one' }])('gives both the same database with %o', (variables) => {
    const { server, postgres } = composeWith(variables).services;
    const url = new URL(`${server?.environment?.['DATABASE_URL']}`);
    expect({
      POSTGRES_USER: url.username,
      POSTGRES_PASSWORD: url.password,
      POSTGRES_DB: url.pathname.slice(1),
    }).toEqual(postgres?.environment);
    expect(`${url.hostname}:${url.port}`).toBe('postgres:5432');
  });

  it('has a PostgreSQL that is new enough, with its data on the volume', () => {
    expect(Number(/^postgres:(\d+)/.exec(postgres.image ?? '')?.[1])).toBeGreaterThanOrEqual(15);
    expect(postgres.volumes).toEqual(['postgres:/var/lib/postgresql/data']);
  });

  it('gives the server longer to stop than it takes', () => {
    expect(server.stop_grace_period).toMatch(/^\d+s$/);
    expect(Number.parseInt(server.stop_grace_period ?? '', 10) * 1_000).toBeGreaterThan(
      readConfig({}).http.shutdownTimeout,
    );
  });
});

describe('Dockerfile', () => {
  const dockerfile = DockerfileParser.parse(read('Dockerfile'));
  const instructions = dockerfile.getInstructions();
  const stages = dockerfile.getFROMs();
  const lastStage = stages.at(-1)?.getRange().start.line ?? 0;
  const inLastStage = (keyword: string) =>
    instructions.filter(
      (instruction) => instruction.getKeyword() === keyword && instruction.getRange().start.line > lastStage,
    );
  const contentOf = (instruction?: Instruction) => instruction?.getRawArgumentsContent() ?? '';
  const stringsOf = (instruction?: Instruction) =>
    (instruction as JSONInstruction).getJSONStrings().map((text) => text.getJSONValue());
  const variables = Object.fromEntries(
    dockerfile
      .getENVs()
      .flatMap((env) => env.getProperties().map((one) => [one.getName(), one.getValue() ?? ''])),
  );

  it('has several stages, all on the same Node 24', () => {
    const images = stages.map((stage) => stage.getImage());
    expect(images.length).toBeGreaterThan(1);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(pinned);
    expect(images[0]).toMatch(/^node:24\..*-slim$/);
    expect(images[0]).toContain(/^version=(\S+)$/m.exec(read('.ci/node24'))?.[1]);
  });

  it('has a page that says how to pin a digest of the image', () => {
    const [image = ''] = stages.map((stage) => stage.getImage());
    expect(read('README.md')).toContain(`docker buildx imagetools inspect ${image}`);
    expect(`${image}@sha256:${'0'.repeat(64)}`).toMatch(pinned);
  });

  it('copies only what is there, and what .dockerignore lets in', () => {
    const copies = dockerfile.getCOPYs();
    const namesOf = (copy: Copy) =>
      copy
        .getArguments()
        .slice(0, -1)
        .map((argument) => argument.getValue());
    const isFromStage = (copy: Copy) => copy.getFlags().some((flag) => flag.getName() === 'from');
    const names = copies.filter((copy) => !isFromStage(copy)).flatMap(namesOf);
    expect(names.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
    const lines = read('.dockerignore').split('\n');
    expect(lines.filter((line) => /^[^#!]/.test(line))).toEqual(['*']);
    const letIn = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(letIn).toEqual([...new Set(names)].toSorted());
  });

  it('has no development dependencies and no sources in the image', () => {
    expect(inLastStage('COPY').map(contentOf)).toEqual([
      '/app/node_modules node_modules/',
      'package.json schema.graphql ./',
      'drizzle drizzle/',
      '/app/dist dist/',
    ]);
    const installs = instructions.map(contentOf).filter((content) => content.startsWith('npm ci'));
    expect(installs.map((content) => content.includes('--omit=dev'))).toEqual([false, true]);
  });

  it('is not run by root', () => {
    expect(inLastStage('USER').map(contentOf)).toEqual(['node']);
  });

  it('sets variables that the program knows, and is production', () => {
    expect(Object.keys(variables).filter((name) => !variableNames.includes(name))).toEqual([]);
    expect(readConfig(variables)).toMatchObject({
      production: true,
      http: { host: '0.0.0.0', port: 4000 },
      dataFolder: '/home/node/data',
    });
    expect(inLastStage('EXPOSE').map(contentOf)).toEqual([variables['PORT']]);
  });

  it('starts Node without a shell, and is stopped by SIGTERM', () => {
    const [entrypoint] = inLastStage('ENTRYPOINT');
    const [command] = inLastStage('CMD');
    expect(stringsOf(entrypoint)).toEqual(['node', 'dist/main.js']);
    expect(stringsOf(command)).toEqual(['serve']);
    expect(inLastStage('STOPSIGNAL').map(contentOf)).toEqual(['SIGTERM']);
  });

  it('has a health check that asks for readiness, with Node alone', () => {
    const [check] = dockerfile.getHEALTHCHECKs();
    const [, command = '[]'] = /^CMD (\[.+\])$/s.exec(contentOf(check)) ?? [];
    const [program, option, script] = JSON.parse(command) as string[];
    expect([program, option]).toEqual(['node', '--eval']);
    expect(script).toContain('/readyz');
  });
});
