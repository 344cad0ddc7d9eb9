import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { duration, maxTokenLife } from '../config.ts';
import { type Role, roles } from '../shared/viewer.ts';
import { oneLine, reportFailure, UsageError } from './failure.ts';
import * as help from './help.ts';
import { type SecurityEventType, securityEventTypes } from '../modules/audit/events.ts';
import type { AuditOptions } from './audit.ts';
import type { SeedCommandOptions } from './seed.ts';
import type { ImportCommandOptions } from './import.ts';
import { importDefaults } from './import/defaults.ts';
import type { AddOptions, RetireOptions } from './keys.ts';
import type { OutboxListOptions } from './outbox.ts';
import type { ServeOptions } from './serve.ts';
import type { TokenOptions } from './token.ts';
import type { PasswordOptions } from './password.ts';
import type { CreateOptions, IdentityOptions, ListOptions } from './user.ts';

// Each command is loaded when it is run: the server and its database take a second, and help is to come at once.

/** The commands, with what `--help` says of them. */
function createProgram(): Command {
  const program = new Command('broadsheet')
    .description('A GraphQL API server for publications.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`broadsheet: ${oneLine(text.replace(/^error: /, ''))}\n`),
    })
    .helpCommand(false)
    .addHelpText('after', help.program);

  program
    .command('serve')
    .description('Serve the API over HTTP.')
    .option('--migrate', 'run pending migrations first, on a PostgreSQL server too')
    .option('--import <folder>', 'import a folder of Markdown files first, as the command import does')
    .option('--workers <number>', 'how many processes serve a PostgreSQL server', parseWorkers, 1)
    .addHelpText('after', help.serve)
    .action(async (options: ServeOptions) => (await import('./serve.ts')).serve(options));

  program
    .command('migrate')
    .description('Bring the database to the form that this version needs.')
    .option('--status', 'only list the migrations that are pending')
    .addHelpText('after', help.migrate)
    .action(async (options: { status?: boolean }) => (await import('./migrate.ts')).runMigrate(options));

  program
    .command('seed')
    .description('Fill the database with a publication that chance makes up.')
    .option('--users <number>', 'how many people', parseCount, 100)
    .option('--posts <number>', 'how many posts', parseCount, 1_000)
    .option('--comments <number>', 'how many comments', parseCount, 3_000)
    .option('--likes <number>', 'how many likes', parseCount, 5_000)
    .option('--follows <number>', 'how many follows', parseCount, 500)
    .option('--random-seed <number>', 'what chance begins with; the same gives the same', parseCount, 1)
    .addHelpText('after', help.seed)
    .action(async (options: SeedCommandOptions) => (await import('./seed.ts')).runSeed(options));

  addUserCommands(
    program
      .command('user')
      .description('Make and change accounts.')
      .helpCommand(false)
      .addHelpText('after', help.user),
  );

  program
    .command('import')
    .description('Make posts of a folder of Markdown files with front matter.')
    .argument('<folder>', 'the folder; the folders in it are read too')
    .option('--dry-run', 'write nothing, and only say what would be done', importDefaults.dryRun)
    .option(
      '--force',
      'also write over posts that were changed or deleted in the publication since',
      importDefaults.force,
    )
    .option('--author <name>', 'who wrote the posts that name nobody', importDefaults.author)
    .option(
      '--site <url>',
      'where the files were published: absolute links below are links between files',
      parseSite,
    )
    .option(
      '--post-url <template>',
      'what links to posts are turned into',
      parsePostUrl,
      importDefaults.postUrl,
    )
    .option(
      '--source <name>',
      'tells publications apart whose files have the same paths',
      importDefaults.source,
    )
    .addHelpText('after', help.importFolder)
    .action(
      async (folder: string, { site, ...options }: Omit<ImportCommandOptions, 'site'> & { site?: string }) =>
        (await import('./import.ts')).runImport(folder, { ...options, site: site ?? importDefaults.site }),
    );

  program
    .command('export')
    .description('Write all posts as Markdown files with front matter, which import reads.')
    .argument('<folder>', 'the folder, which is made; it must be empty')
    .option('--force', 'also use a folder that is not empty, and write over its files', false)
    .addHelpText('after', help.exportFolder)
    .action(async (folder: string, options: { force: boolean }) =>
      (await import('./export.ts')).runExport(folder, options),
    );

  program
    .command('rerender')
    .description('Render posts and comments again that an older version rendered.')
    .addHelpText('after', help.rerender)
    .action(async () => (await import('./rerender.ts')).runRerender());

  program
    .command('token')
    .description('Print an access token that acts as a user.')
    .requiredOption('--user <id|username>', 'whom the token stands for')
    .option(
      '--ttl <time>',
      'how long the token is good, such as 30m, 24h or 7d, at most 365d',
      parseTtl,
      86_400,
    )
    .addHelpText('after', help.token)
    .action(async (options: TokenOptions) => (await import('./token.ts')).printToken(options));

  addKeyCommands(
    program
      .command('keys')
      .description('Show and change the keys that sign access tokens.')
      .helpCommand(false)
      .addHelpText('after', help.keys),
  );

  addAuditCommands(
    program
      .command('audit')
      .description('List what happened to accounts and keys, the newest first.')
      .helpCommand(false)
      .addHelpText('after', help.audit),
  );

  addOutboxCommands(
    program
      .command('outbox')
      .description('See what could not be sent, and have it sent again.')
      .helpCommand(false)
      .addHelpText('after', help.outbox),
  );

  program
    .command('schema')
    .description('Print the GraphQL schema as SDL.')
    .addHelpText('after', help.schema)
    .action(async () => (await import('./schema.ts')).printSchema());

  return program;
}

function addKeyCommands(keys: Command): void {
  keys
    .command('list')
    .description('List the keys and what each is good for.')
    .addHelpText('after', help.keysList)
    .action(async () => (await import('./keys.ts')).listKeys());

  keys
    .command('add')
    .description('Make a key, which signs after ten minutes.')
    .option('--now', 'let it sign at once')
    .addHelpText('after', help.keysAdd)
    .action(async (options: AddOptions) => (await import('./keys.ts')).addNewKey(options));

  keys
    .command('retire')
    .description('Take a key out of use. Its tokens stay good for a time.')
    .argument('<key>', 'the identifier of the key')
    .addOption(
      new Option('--keep <time>', 'for how long its tokens stay good')
        .argParser(parseTtl)
        .default(maxTokenLife, '365d')
        .conflicts('now'),
    )
    .option('--now', 'remove the key, so that its tokens are refused at once')
    .addHelpText('after', help.keysRetire)
    .action(async (key: string, options: RetireOptions) =>
      (await import('./keys.ts')).retireOldKey(key, options),
    );
}

function addAuditCommands(audit: Command): void {
  audit
    .option('--user <id|username>', 'only what happened to this account')
    .option('--type <type>', 'only events of this type', parseEventType)
    .option('--limit <number>', 'how many to list, 1 to 100', parseLimit, 20)
    .action(async (options: AuditOptions) => (await import('./audit.ts')).listAudit(options));

  audit
    .command('prune')
    .description('Delete what happened long ago, and print how much it was.')
    .requiredOption('--older-than <time>', 'what is deleted, by its age, such as 365d', parseAge)
    .addHelpText('after', help.auditPrune)
    .action(async ({ olderThan }: { olderThan: number }) =>
      (await import('./audit.ts')).pruneAudit(olderThan),
    );
}

function addOutboxCommands(outbox: Command): void {
  outbox
    .command('list')
    .description('List the messages that were not sent, the newest first.')
    .option('--dead', 'only those that were given up', false)
    .option('--limit <number>', 'how many to list, 1 to 100', parseLimit, 20)
    .addHelpText('after', help.outboxList)
    .action(async (options: OutboxListOptions) => (await import('./outbox.ts')).listOutbox(options));

  outbox
    .command('retry')
    .description('Have a message sent now, with all its attempts before it.')
    .argument('[id]', 'the message', parseMessageId)
    .option('--dead', 'all that were given up, in its place', false)
    .addHelpText('after', help.outboxRetry)
    .action(async (id: string | undefined, options: { dead: boolean }) =>
      (await import('./outbox.ts')).retryOutbox(id ?? null, options),
    );
}

function addUserCommands(user: Command): void {
  user
    .command('create')
    .description('Make an account. Prints its identifier and username.')
    .requiredOption('--name <name>', 'the name as people write it')
    .requiredOption('--email <address>', 'the e-mail address, unique over all accounts')
    .option(
      '--username <username>',
      'lower-case letters, digits and hyphens; made from the name when left out',
    )
    .option('--role <role>', `${roles.join(', ')}; what SIGN_UP_ROLE says when left out`, parseRole)
    .addOption(passwordOption())
    .addOption(passwordStdinOption())
    .addHelpText('after', help.userCreate)
    .action(async (options: CreateOptions) => (await import('./user.ts')).createAccount(options));

  user
    .command('list')
    .description('List accounts, the newest first.')
    .option('--role <role>', 'only accounts with this role', parseRole)
    .option('--limit <number>', 'how many to list, 1 to 100', parseLimit, 20)
    .addHelpText('after', help.userList)
    .action(async (options: ListOptions) => (await import('./user.ts')).listAccounts(options));

  user
    .command('set-role')
    .description('Give an account another role, which counts from its next request on.')
    .argument('<id|username>', 'whose role')
    .argument('<role>', roles.join(', '), parseRole)
    .addHelpText('after', help.userSetRole)
    .action(async (who: string, role: Role) => (await import('./user.ts')).setRole(who, role));

  user
    .command('set-password')
    .description('Set the password of an account, and end its sessions and mailed links.')
    .argument('<id|username>', 'whose password')
    .addOption(passwordOption())
    .addOption(passwordStdinOption())
    .addHelpText('after', help.userSetPassword)
    .action(async (who: string, options: PasswordOptions) =>
      (await import('./user.ts')).setPassword(who, options),
    );

  user
    .command('link')
    .description('Let the tokens of another issuer act as an account.')
    .argument('<id|username>', 'which account')
    .requiredOption('--issuer <issuer>', 'the issuer, as its tokens and TRUSTED_ISSUERS name it')
    .requiredOption('--subject <subject>', 'what the issuer calls the user')
    .addHelpText('after', help.userLink)
    .action(async (who: string, options: IdentityOptions) =>
      (await import('./user.ts')).linkAccount(who, options),
    );

  user
    .command('unlink')
    .description('End that. Prints which account it was.')
    .requiredOption('--issuer <issuer>', 'the issuer')
    .requiredOption('--subject <subject>', 'what the issuer calls the user')
    .addHelpText('after', help.userUnlink)
    .action(async (options: IdentityOptions) => (await import('./user.ts')).unlinkAccount(options));
}

/**
 * Runs the command that the arguments name and answers the exit code: 0 when it was done, 1 when it failed, 2 when
 * it was not understood. What went wrong is one line on standard error.
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportFailure(error);
    return error instanceof UsageError ? 2 : 1;
  }
}

function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function passwordOption(): Option {
  return new Option('--password <password>', 'the password; it stays in the history of the shell').conflicts(
    'passwordStdin',
  );
}

function passwordStdinOption(): Option {
  return new Option('--password-stdin', 'read the password from standard input');
}

function parseRole(text: string): Role {
  const role = roles.find((name) => name === text.toUpperCase());
  if (role === undefined) throw new InvalidArgumentError(`It must be one of ${roles.join(', ')}.`);
  return role;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 100.');
  }
  return limit;
}

function parseWorkers(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 128) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 128.');
  }
  return count;
}

function parseMessageId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be an identifier as "outbox list" shows it.');
}

const maxCount = 100_000_000;

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count > maxCount) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 100000000.');
  }
  return count;
}

/** @throws {InvalidArgumentError} */
function parseSite(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('It must be an http or https address, such as https://example.org.');
  }
  return text.replace(/\/+$/, '');
}

function parsePostUrl(text: string): string {
  if (text.split('{slug}').length !== 2) throw new InvalidArgumentError('It must contain {slug} once.');
  return text;
}

function parseEventType(text: string): SecurityEventType {
  const type = securityEventTypes.find((name) => name === text.toUpperCase());
  if (type === undefined)
    throw new InvalidArgumentError(`It must be one of ${securityEventTypes.join(', ')}.`);
  return type;
}

function parseAge(text: string): number {
  const { data: seconds } = duration.safeParse(text);
  if (seconds === undefined) throw new InvalidArgumentError('It must be a number and a unit, such as 365d.');
  return seconds;
}

function parseTtl(text: string): number {
  const { data: seconds } = duration.safeParse(text);
  if (seconds === undefined || seconds > maxTokenLife) {
    throw new InvalidArgumentError('It must be a number and a unit, such as 30m, 24h or 7d, at most 365d.');
  }
  return seconds;
}
