// PostGraphile over the views of postgraphile.sql, on Node's own HTTP server.
import { createServer } from 'node:http';
import { grafserv } from 'grafserv/node';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['peer'],
      poolConfig: { max: 10, idleTimeoutMillis: 0 },
    }),
  ],
  schema: { defaultBehavior: '+list -insert -update -delete' },
  grafast: { explain: false },
  grafserv: { graphiql: false, websockets: false, watch: false },
};
const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), '127.0.0.1');
