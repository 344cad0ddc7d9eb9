// A mail server in a process of its own, told by its parent what to do: it keeps what it takes as files in a folder.
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { SmtpMode } from './smtp-server.ts';

const [folder = '', port = '0'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

let mode: SmtpMode = 'accept';
const held: (() => void)[] = [];

const server = new SMTPServer({
  authOptional: true,
  hideSTARTTLS: true,
  logger: false,
  onRcptTo({ address }, _session, done) {
    if (typeof mode !== 'number') return done();
    // As real ones do, it repeats the address.
    return done(Object.assign(new Error(`<${address}> is not welcome`), { responseCode: mode }));
  },
  onData(stream, { envelope }, done) {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      const recipients = envelope.rcptTo.map(({ address }) => address).join(', ');
      const name = randomUUID();
      // In one step, so that a file is there in full or not at all.
      const draft = path.join(folder, `${name}.draft`);
      writeFileSync(draft, Buffer.concat([Buffer.from(`X-Recipients: ${recipients}\r\n`), ...parts]));
      renameSync(draft, path.join(folder, `${name}.eml`));
      if (mode === 'hold') held.push(() => done());
      else done();
      process.send?.('taken');
    });
  },
});
server.on('error', () => {});

process.on('message', (told: SmtpMode) => {
  mode = told;
  if (mode !== 'hold') for (const answer of held.splice(0)) answer();
  process.send?.('told');
});

server.listen(Number(port), '127.0.0.1', () => {
  process.send?.({ port: (server.server.address() as AddressInfo).port });
});
