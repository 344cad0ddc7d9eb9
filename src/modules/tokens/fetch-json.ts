/** How long an issuer may take to answer, in milliseconds. */
const timeout = 2_000;

/** The largest answer that is read, in bytes. Key sets have a few kilobytes. */
const maxBytes = 512 * 1_024;

/** An answer that is not 200. */
export class UnexpectedStatus extends Error {
  override readonly name = 'UnexpectedStatus';
  readonly status: number;

  constructor(status: number) {
    super(`The answer has the status ${status}.`);
    this.status = status;
  }
}

/**
 * Fetches a JSON document from an address of the configuration. It follows nobody elsewhere, waits two seconds and
 * reads half a megabyte.
 *
 * @throws {Error} saying what went wrong.
 */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new UnexpectedStatus(response.status);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (size > maxBytes) throw new Error(`The answer is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}
