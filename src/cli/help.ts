/** What `--help` adds to each command: what it does in more words, examples, and the environment that it reads. */

const database = `
  DATABASE_URL   a PostgreSQL server, postgres://user:password@host/name; without it the
                 embedded database is used
  DATA_DIR       the folder of the embedded database, .data by default`;

export const program = `
Examples:
  broadsheet serve                                  serve on http://127.0.0.1:4000/graphql
  broadsheet user create --name Ada --email ada@example.org --role ADMIN
  broadsheet schema > schema.graphql

"broadsheet <command> --help" says more about each command. In a checkout,
"npm run broadsheet -- <command>" runs it from the sources. All settings come
from the environment.

Exit codes: 0 done, 1 failed, 2 not understood.`;

export const serve = `
Without DATABASE_URL the data is kept in an embedded PostgreSQL, which is made and
migrated by itself. With it the server starts only when no migration is pending,
or when it is told to run them. Outside production an empty database is filled
with a small demo publication.

SIGTERM or SIGINT stops the server: running requests are answered, then
everything is closed.

Examples:
  broadsheet serve
  PORT=8080 LOG_LEVEL=warn broadsheet serve
  DATABASE_URL=postgres://localhost/broadsheet broadsheet serve --migrate

Environment:
  HOST, PORT             where to listen, 127.0.0.1 and 4000 by default
  NODE_ENV               production: no demo, explorer or introspection by default,
                         and a signing key must be set
  DATABASE_URL           a PostgreSQL server, postgres://user:password@host/name;
                         without it the embedded database is used
  DATA_DIR               the folder of the embedded database, .data by default
  TOKEN_SIGNING_KEY      the ES256 key that signs access tokens
  LOG_LEVEL              fatal, error, warn, info, debug, trace or silent
  SHUTDOWN_TIMEOUT_MS    how long stopping may take, 25000 by default`;

export const migrate = `
Each migration runs in a transaction of its own. Processes that migrate at the
same time wait for each other.

Examples:
  broadsheet migrate --status
  DATABASE_URL=postgres://localhost/broadsheet broadsheet migrate

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

export const token = `
The token is all that is printed. It belongs to a session of its own, which ends
with it. It works in production too, as a tool of the operator: whoever runs it
has the database and the signing key already.

Examples:
  TOKEN=$(broadsheet token --user ada-byron --ttl 1h)
  curl -s http://127.0.0.1:4000/graphql -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' -d '{"query":"{ viewer { name } }"}'

Environment:${database}
  TOKEN_SIGNING_KEY, TOKEN_ISSUER, TOKEN_AUDIENCE   as the server has them`;

export const schema = `
Examples:
  broadsheet schema > schema.graphql`;
