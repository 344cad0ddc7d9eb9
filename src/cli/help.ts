/** What `--help` adds to each command: what it does in more words, examples, and the environment that it reads. */

const database = `
  DATABASE_URL   a PostgreSQL server, postgres://user:password@host/name; without it the
                 embedded database is used
  DATA_DIR       the folder of the embedded database, .data by default`;

export const program = `
Examples:
  broadsheet serve                                  serve on http://127.0.0.1:4000/graphql
  broadsheet user create --name Ada --email ada@example.org --role ADMIN
  broadsheet import content                         make posts of Markdown files
  broadsheet schema > schema.graphql

"broadsheet <command> --help" says more about each command. In a checkout,
"npm run broadsheet -- <command>" runs it from the sources. All settings come
from the environment.

Exit codes: 0 done, 1 failed, 2 not understood.`;

export const serve = `
Without DATABASE_URL the data is kept in an embedded PostgreSQL, which is made and
migrated by itself. With it the server starts only when no migration is pending,
or when it is told to run them. Outside production, on the loopback, an empty
database is filled with a small demo publication.

SIGTERM or SIGINT stops the server: running requests are answered, then
everything is closed.

With --workers so many processes serve on one port, each with a pool of
DATABASE_POOL_SIZE connections. One that ends is replaced. They share their rate
limits, with other servers too where REDIS_URL names a Redis.

Examples:
  broadsheet serve
  PORT=8080 LOG_LEVEL=warn broadsheet serve
  DATABASE_URL=postgres://localhost/broadsheet broadsheet serve --migrate
  DATABASE_URL=postgres://localhost/broadsheet broadsheet serve --workers 4

Environment:
  HOST, PORT             where to listen, 127.0.0.1 and 4000 by default
  NODE_ENV               development, test or production: in production no demo,
                         explorer or introspection by default, and there must be
                         a signing key
  DATABASE_URL           a PostgreSQL server, postgres://user:password@host/name;
                         without it the embedded database is used
  DATA_DIR               the folder of the embedded database, .data by default
  TOKEN_KEYS_DIR         the folder of the keys that sign access tokens
  LOG_LEVEL              fatal, error, warn, info, debug, trace or silent
  SHUTDOWN_TIMEOUT_MS    how long stopping may take, 25000 by default`;

export const migrate = `
Each migration runs in a transaction of its own. Processes that migrate at the
same time wait for each other.

Examples:
  broadsheet migrate --status
  DATABASE_URL=postgres://localhost/broadsheet broadsheet migrate

Environment:${database}`;

export const seed = `
Names, titles, texts, comments, likes and follows are made up, with a few people who
write most and a few posts that get most of the comments. Everything happens from
2022 to 2025. Of the posts a few are drafts or archived; comments and likes are for the
published ones. What is in the database already stays, and tags that it has are used.

The same numbers with the same --random-seed make the same rows, so that a run that was
interrupted is completed by repeating it, and one that was not adds nothing. Other
numbers or another --random-seed make other rows beside them.

Nobody can sign in with these accounts until they get a password, by
"broadsheet user set-password". An embedded database that is being served can't be
opened a second time: stop the server first.

Examples:
  broadsheet seed
  broadsheet seed --users 1000 --posts 20000 --comments 60000 --random-seed 7
  DATABASE_URL=postgres://localhost/broadsheet broadsheet seed --posts 200000

Environment:${database}`;

export const importFolder = `
Every .md or .markdown file with YAML (---) or TOML (+++) front matter becomes a
post: title, date, authors, tags and categories, slug, draft, description, in the
spellings of Hugo, Jekyll, Zola and Next. The first author is the post's author,
the others are contributors; accounts are made for them, without a password, and
_data/authors.yml may say more of them. Links between files lead to the posts.

Import as often as you like: a file is known by its path in the folder. What did
not change is left alone, and a post that was changed in the publication since is
reported and kept. An import that was interrupted goes on where it was. Files that
can't be taken are listed with the reason at the end.

An embedded database that is being served can't be opened a second time: stop the
server first, or start it with "broadsheet serve --import <folder>".

Examples:
  broadsheet import content --dry-run
  broadsheet import content --site https://example.org --author "Ada Byron"

Environment:${database}`;

export const exportFolder = `
Posts become <year>/<slug>.md, drafts drafts/<slug>.md, and _data/authors.yml says
who wrote them. Drafts and archived posts are in it; e-mail addresses, passwords and
roles are not, nor are comments, likes and follows. Imported into an empty database
the folder gives the same posts, authors and tags.

Examples:
  broadsheet export backup

Environment:${database}`;

export const rerender = `
Posts and comments are stored with the HTML that their Markdown makes. After an
update that renders differently, this command renders the stored texts again, while
servers run. Versions and times of change stay the same, and a text that somebody
changes meanwhile is left alone. A run that was interrupted is continued by the next
one; nothing is written when all texts are up to date.

An embedded database that is being served can't be opened a second time: stop the
server first.

Examples:
  broadsheet rerender

Environment:${database}`;

export const user = `
These commands act with the rights of an administrator, on the database itself.
An embedded database that is being served can't be opened a second time: stop the
server first.

Examples:
  broadsheet user create --name "Ada Byron" --email ada@example.org --role ADMIN
  broadsheet user list --role ADMIN
  broadsheet user set-role ada-byron EDITOR

Environment:${database}`;

export const userCreate = `
On a terminal the password is asked for when it is not given. An account without
a password can't sign in until one is set.

Examples:
  broadsheet user create --name "Ada Byron" --email ada@example.org --role ADMIN
  broadsheet user create --name Ada --email ada@example.org --password-stdin < file

Environment:
  SIGN_UP_ROLE   the role where none is given, AUTHOR by default${database}`;

export const userList = `
Examples:
  broadsheet user list
  broadsheet user list --role ADMIN --limit 100

Environment:${database}`;

export const userSetRole = `
The last administrator keeps the role.

Examples:
  broadsheet user set-role ada-byron ADMIN

Environment:${database}`;

export const userSetPassword = `
On a terminal the password is asked for when it is not given.

Examples:
  broadsheet user set-password ada-byron
  broadsheet user set-password ada-byron --password-stdin < file

Environment:${database}`;

export const userLink = `
A subject of an issuer acts as one account; an account may have several subjects.

Examples:
  broadsheet user link ada-byron --issuer https://login.example.org --subject 4711

Environment:${database}
  TRUSTED_ISSUERS   the issuers whose tokens are accepted`;

export const userUnlink = `
Where the issuer's settings make users at first sight, its next token makes another
account: suspend this one instead to lock somebody out.

Examples:
  broadsheet user unlink --issuer https://login.example.org --subject 4711

Environment:${database}`;

export const token = `
The token is all that is printed. It belongs to a session of its own, which ends
with it. It works in production too, as a tool of the operator: whoever runs it
has the database and the signing key already.

Examples:
  TOKEN=$(broadsheet token --user ada-byron --ttl 1h)
  curl -s http://127.0.0.1:4000/graphql -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' -d '{"query":"{ viewer { name } }"}'

Environment:${database}
  TOKEN_…        as the server has them`;

const keyFolder = `
  TOKEN_ALGORITHM   what new keys are for: ES256 (the default), EdDSA or RS256
  TOKEN_KEYS_DIR    the folder of the keys; without it keys in DATA_DIR
  DATA_DIR          .data by default`;

export const keys = `
Each key is a file in a folder, which the servers read every two seconds: nothing
has to be started anew. To change the key that signs, add one, wait until it signs,
and retire the old one.

Examples:
  broadsheet keys add
  broadsheet keys list
  broadsheet keys retire NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs

Environment:${keyFolder}`;

export const keysList = `
One key signs. The others verify: a retired one for the time that it was given, one
that signs later from now on.

Examples:
  broadsheet keys list

Environment:${keyFolder}`;

export const keysAdd = `
The key is published at once and signs after ten minutes, so that by then everybody
knows it who verifies tokens. The first key of a folder signs at once.

Examples:
  broadsheet keys add
  TOKEN_ALGORITHM=EdDSA broadsheet keys add

Environment:${keyFolder}`;

export const keysRetire = `
Only the public part of the key is kept. No access token is good for longer than 365
days, nor for longer than its session. A key that somebody else may have is retired
with --now: its tokens are refused at once, and clients refresh them.

Examples:
  broadsheet keys retire NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
  broadsheet keys retire NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs --keep 1h

Environment:${keyFolder}`;

export const audit = `
Sign-ins and failures, refresh tokens that were used twice, limits that were reached,
and changes of passwords, addresses, roles and keys. BY is who did it; a dash there and
under REQUEST is the command line. No password, token or link is among it.

Examples:
  broadsheet audit --user ada-byron
  broadsheet audit --type SIGN_IN_FAILED --limit 100
  broadsheet audit prune --older-than 365d

Environment:${database}`;

export const auditPrune = `
Sign-in limits look back 90 days at where somebody signed in: keep at least these.

Examples:
  broadsheet audit prune --older-than 365d

Environment:${database}`;

export const outbox = `
Mails are noted in the database and sent by the server, which tries again for about
six hours when the mail server refuses or cannot be reached. Then a message is dead:
it stays until somebody has looked at it. What messages say is not shown.

An embedded database that is being served can't be opened a second time: stop the
server first.

Examples:
  broadsheet outbox list --dead
  broadsheet outbox retry --dead

Environment:${database}`;

export const outboxList = `
Examples:
  broadsheet outbox list
  broadsheet outbox list --dead --limit 100

Environment:${database}`;

export const outboxRetry = `
The servers that run send it at their next look, within a second.

Examples:
  broadsheet outbox retry 0198d0c2-7c2e-7000-8000-000000000001
  broadsheet outbox retry --dead

Environment:${database}`;

export const schema = `
Examples:
  broadsheet schema > schema.graphql`;
