import { z } from 'zod';
import { badInput, type Issue } from './errors.ts';
import { type NodeKind, uuidOf } from './ids.ts';

/**
 * Reads an input by its schema.
 *
 * @throws {AppError} `BAD_USER_INPUT` with an issue for each thing that is wrong, its path beginning with `path`.
 */
export function parseInput<Output>(
  schema: z.ZodType<Output>,
  input: unknown,
  path: Issue['path'] = ['input'],
): Output {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw badInput(
    result.error.issues.map((issue) => ({
      path: [...path, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))],
      code: codeOf(issue),
      message: issue.message,
    })),
  );
}

/** What a rule of our own says when a value breaks it; `code` is the issue's code. */
export function rule(code: string, message: string) {
  return { message, params: { code } };
}

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'custom') return issue.code;
  return typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'invalid_value';
}

/** Whether PostgreSQL can store a text and answer it unchanged: no U+0000 and no lone surrogate. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

const storable = z.string().refine(isStorable, {
  ...rule('invalid_character', 'The text has a character that cannot be stored.'),
  abort: true,
});

/** A name that somebody looks up, in lower case as such names are stored. */
export const soughtName = storable.transform((text) => text.toLowerCase());

/** Embeddings, overrides and isolates of the direction of writing: they turn the text around a name, too (UAX #9). */
const directionControls = /[\u202A-\u202E\u2066-\u2069]/g;

/** A character that a reader sees. U+2800 is the Braille pattern without dots. */
const visible = /[^\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}\u2800]/u;

/**
 * A name or a title, which others see: a line without controls of the direction of writing, of which something can be
 * seen. Joiners without width stay, since scripts and emoji need them.
 */
export function nameOf(what: string, limits: { min: number; max: number }) {
  return lineOf(what, limits, (text) => text.replace(directionControls, '')).refine(
    (text) => text === '' || visible.test(text),
    rule('invalid_character', `${what} must have a character that can be seen.`),
  );
}

/** Text on one line, cleaned and trimmed; its length is counted in characters (code points) after that. */
export function lineOf(
  what: string,
  { min, max }: { min: number; max: number },
  clean?: (text: string) => string,
) {
  return textOf(what, { min, max }, clean).refine(
    (text) => !/\p{Cc}/u.test(text),
    rule('invalid_character', `${what} must stand on one line, without control characters.`),
  );
}

/** Text, cleaned and trimmed; its length is counted in characters (code points) after that. */
export function textOf(
  what: string,
  { min, max }: { min: number; max: number },
  clean = (text: string) => text,
) {
  return (
    storable
      // Long texts are refused before any work is done on them: a code point is at most two code units.
      .refine((text) => text.length <= 2 * max + 1_000, { ...tooLong(what, max), abort: true })
      .transform((text) => clean(text).trim())
      .refine(
        (text) => text.length >= min,
        rule('too_small', `${what} must have at least ${characters(min)}.`),
      )
      .refine((text) => text.length <= max || [...text].length <= max, tooLong(what, max))
  );
}

/** Text whose size is counted in bytes as UTF-8; not trimmed. */
export function bytesOf(what: string, { min, max }: { min: number; max: number }) {
  return storable
    .refine((text) => text.trim().length >= min, rule('too_small', `${what} must not be empty.`))
    .refine((text) => text.length <= max && Buffer.byteLength(text) <= max, tooManyBytes(what, max));
}

/** An absolute http or https address, in the form that the WHATWG URL standard writes it. It is never fetched. */
export function webAddressOf(what: string, { max }: { max: number }) {
  return lineOf(what, { min: 1, max })
    .refine(isWebAddress, {
      ...rule('invalid_format', `${what} must be an absolute http or https address.`),
      abort: true,
    })
    .transform((text) => new URL(text).href);
}

/** A global identifier of this kind, as the UUID in it. */
export function idOf(kind: NodeKind) {
  return z.string().transform((id, context) => {
    const uuid = uuidOf(kind, id);
    if (uuid !== null) return uuid;
    context.addIssue({ code: 'custom', ...rule('invalid_id', `This is not the identifier of a ${kind}.`) });
    return z.NEVER;
  });
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function tooManyBytes(what: string, max: number) {
  return rule('too_big', `${what} must have at most ${max.toLocaleString('en')} bytes.`);
}

function tooLong(what: string, max: number) {
  return rule('too_big', `${what} must have at most ${characters(max)}.`);
}

function characters(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'character' : 'characters'}`;
}
