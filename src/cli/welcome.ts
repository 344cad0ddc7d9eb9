import type { AddressInfo } from 'node:net';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/index.ts';
import { type AccountServices, startSession } from '../modules/accounts/index.ts';
import { asOperator } from './accounts.ts';
import { graphqlCurl, graphqlUrl } from './curl.ts';
import { type DemoAccount, type DemoAccounts, findDemoAccounts } from './demo/index.ts';

const day = 86_400;

/** Prints what to try. Where the configuration says so, it gives demo accounts and a token of one of them away. */
export async function printWelcome(
  config: Config,
  { http, mailbox }: App,
  db: Database,
  { tokens }: AccountServices,
): Promise<void> {
  const { port } = http.fastify.server.address() as AddressInfo;
  const demo = config.demo ? await findDemoAccounts(db, config.dataFolder) : null;
  const [guest] = config.demoToken ? (demo?.accounts ?? []) : [];
  const session = guest === undefined ? null : await startSession(asOperator(db), tokens, guest.id, day, day);
  const page = welcomePage({
    url: graphqlUrl({ host: config.http.host, port }),
    explorer: config.explorer,
    mailbox: mailbox !== null,
    embeddedFolder: config.database.kind === 'embedded' ? config.database.folder : null,
    demo,
    signedIn: guest === undefined || session === null ? null : { guest, token: session.token },
  });
  process.stdout.write(page);
}

interface Welcome {
  readonly url: string;
  readonly explorer: boolean;
  readonly mailbox: boolean;
  readonly embeddedFolder: string | null;
  readonly demo: DemoAccounts | null;
  /** Whose token is given away. */
  readonly signedIn: { readonly guest: DemoAccount; readonly token: string } | null;
}

const firstQuery =
  '{ posts(limit: 3) { title readingTimeMinutes author { name } tags { name } comments(limit: 2) { body author { name } } } }';
const signedInQuery = '{ viewer { name email role } feed(first: 3) { nodes { title author { name } } } }';

function welcomePage({ url, explorer, mailbox, embeddedFolder, demo, signedIn }: Welcome): string {
  const sections = [
    [`Broadsheet is ready at ${url}`],
    explorer
      ? [
          'Open that address in a browser: it shows Apollo Sandbox, with the schema and its documentation.',
          `Offline, open ${new URL('/explorer', url).href}: GraphiQL, which comes from this server alone.`,
        ]
      : [],
    mailbox ? [`Mails are not sent, but shown at ${new URL('/mailbox', url).href}.`] : [],
    ['A first query:', '', graphqlCurl(url, firstQuery)],
    ...(demo === null ? [howToBegin] : [accountsSection(demo)]),
    ...(signedIn === null ? [] : [tokenSection(url, signedIn)]),
    [
      'Stop with Ctrl-C.',
      ...(embeddedFolder === null
        ? []
        : [`The data stays in ${embeddedFolder}; delete that folder to begin anew.`]),
    ],
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n'))
    .join('\n\n');
  return `\n${text}\n\n`;
}

const howToBegin = [
  'There are no demo accounts here: make one with the mutation createUser, and sign in with signIn.',
];

function accountsSection({ password, accounts }: DemoAccounts): string[] {
  const width = Math.max(...accounts.map(({ email }) => email?.length ?? 0));
  return [
    `The accounts of the demo publication all have the password ${password}`,
    '',
    ...accounts.map(
      ({ email, role, name }) => `  ${(email ?? '').padEnd(width)}  ${role.padEnd(6)}  ${name}`,
    ),
  ];
}

function tokenSection(url: string, { guest, token }: NonNullable<Welcome['signedIn']>): string[] {
  return [
    `An access token of ${guest.name} (${guest.role}), good for 24 hours, for the header "Authorization: Bearer …":`,
    '',
    token,
    '',
    'A query with it:',
    '',
    graphqlCurl(url, signedInQuery, token),
  ];
}
