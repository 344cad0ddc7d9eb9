import { request } from 'node:http';
import { expect } from 'vitest';

/** Headers without which a GET is refused, since a browser sends it to foreign servers without asking them first. */
export const preflighted = { 'apollo-require-preflight': 'true' };

/** Sends a body to the endpoint as it stands, or an object as JSON. */
export function post(
  { url }: { readonly url: string },
  body: object | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Asks the endpoint with GET. */
export function get(
  { url }: { readonly url: string },
  parameters: Record<string, string>,
  headers: Record<string, string> = preflighted,
): Promise<Response> {
  return fetch(`${url}/graphql?${new URLSearchParams(parameters).toString()}`, { headers });
}

/** Sends a POST with headers that may occur several times, as no client does; answers the status and the body. */
export function postWithHeaders(
  { url }: { readonly url: string },
  body: object,
  headers: Record<string, string | string[]>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const sent = request(`${url}/graphql`, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect of an answer by reading it
export async function documentOf(response: Response): Promise<any> {
  return response.json();
}

/** An error of a GraphQL error document. */
export interface DocumentError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly [name: string]: unknown };
}

/** Expects the answer to a request that was not executed: a GraphQL error document with one error; answers it. */
export async function expectRefused(
  response: Response,
  status: number,
  code: string,
): Promise<DocumentError> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  const document = JSON.parse(text) as { errors: DocumentError[] };
  expect(Object.keys(document)).toEqual(['errors']);
  expect(document.errors).toHaveLength(1);
  const [error] = document.errors as [DocumentError];
  expect(error).toMatchObject({ message: expect.stringMatching(/./), extensions: { code } });
  return error;
}
