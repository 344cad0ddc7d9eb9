import type { FastifyInstance, FastifyReply } from 'fastify';
import type { DevelopmentMailbox } from '../../mail/development-mailbox.ts';
import { listPage, mailPage } from './page.ts';

/** The pages have no script, and load nothing but a mail of this server into a frame. */
const pagePolicy = "frame-src 'self'; frame-ancestors 'none'";
/** A mail is shown to whoever tries the server out; it can run, load, send and leave nothing. */
const mailPolicy = "frame-ancestors 'self'; sandbox";

/** Serves the development mailbox at `/mailbox`, to everybody who reaches the server: it must not be in production. */
export function addMailbox(server: FastifyInstance, mailbox: DevelopmentMailbox): void {
  server.get('/mailbox', async (_, reply) => sendHtml(reply, pagePolicy, listPage(mailbox.list())));
  // For scripts: the newest mail.
  server.get('/mailbox/latest', async (_, reply) => {
    const [latest] = mailbox.list();
    return latest === undefined ? reply.callNotFound() : sendHtml(reply, pagePolicy, mailPage(latest));
  });
  server.get<{ Params: { id: string } }>('/mailbox/:id', async ({ params }, reply) => {
    const mail = mailbox.find(params.id);
    return mail === null ? reply.callNotFound() : sendHtml(reply, pagePolicy, mailPage(mail));
  });
  server.get<{ Params: { id: string } }>('/mailbox/:id/html', async ({ params }, reply) => {
    const mail = mailbox.find(params.id);
    return mail === null ? reply.callNotFound() : sendHtml(reply, mailPolicy, mail.html);
  });
}

function sendHtml(reply: FastifyReply, policy: string, html: string): FastifyReply {
  return reply
    .headers({
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; ${policy}`,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(html);
}
