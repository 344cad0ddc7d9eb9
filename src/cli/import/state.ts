import type { PostStatus } from '../../db/tables/index.ts';
import { parseDate } from './dates.ts';
import { FileError, quote } from './file-error.ts';
import type { Fields } from './fields.ts';
import type { Value } from './front-matter.ts';

/** The state that a file gives its post. */
export interface PostState {
  readonly status: PostStatus;
  /** Why the post is a draft although the file does not call it one; null elsewhere. */
  readonly draftReason: string | null;
}

/** Fields of publication dates, by priority. A post is a draft until the latest of them has passed. */
export const publicationDates = [
  'date',
  'publishdate',
  'pubdate',
  'publishedat',
  'publishedon',
  'datepublished',
  'created',
  'createdat',
];
const embargoes = [
  'publishon',
  'publishat',
  'scheduled',
  'scheduledat',
  'scheduledfor',
  'embargo',
  'releasedate',
];
const expiryDates = [
  'expirydate',
  'expiry',
  'expires',
  'expiresat',
  'expireson',
  'expiredate',
  'expirationdate',
  'unpublishdate',
  'unpublishat',
  'unpublishon',
];

/** Fields whose value names a state. */
const states = [
  'status',
  'state',
  'poststatus',
  'poststate',
  'publishstatus',
  'publicationstatus',
  'visibility',
  'postvisibility',
  'access',
  'audience',
];
/** Fields of public posts that are true, or always. `render` and `list` are Hugo's and Zola's. */
const publicFlags = [
  'published',
  'publish',
  'ispublished',
  'dgpublish',
  'public',
  'ispublic',
  'visible',
  'isvisible',
  'listed',
  'islisted',
  'routable',
  'render',
  'list',
];
/** Fields that public posts lack or that are false, such as a password. */
const privateFlags = [
  'draft',
  'isdraft',
  'private',
  'isprivate',
  'hidden',
  'ishidden',
  'hide',
  'unlisted',
  'isunlisted',
  'unpublished',
  'unpublishedat',
  'pending',
  'trash',
  'trashed',
  'deleted',
  'deletedat',
  'expired',
  'headless',
  'password',
  'postpassword',
  'protected',
  'membersonly',
  'emailonly',
  'eleventyexcludefromcollections',
];

const yes = /^(?:true|yes|y|on|1|always)$/i;
const no = /^(?:false|no|n|off|0|never|none)$/i;
const publicState =
  /^(?:publish(?:ed)?|public|live|posted|released|featured|active|listed|visible|everyone|all|true|yes|on|1)$/i;
const draftState = /^drafts?$/i;
const archivedState = /^archived?$/i;
const privateFolder = /(?:^|\/)_?(drafts?|private|trash|unpublished)\//i;

/** Whether the value of `published` says that the post is public or not, and not when it was published. */
export function isFlag(text: string): boolean {
  return yes.test(text) || no.test(text);
}

/**
 * Reads the state of a post from all fields that say something of it. The most private one wins, and a value that is not
 * known counts as private, so that an import publishes nothing that was not public.
 *
 * @param date The publication date that counts, where there is one.
 */
export function stateOf(fields: Fields, path: string, date: string | null, now: Date): PostState {
  const reasons = [
    ...reasonsOfFields(fields),
    ...reasonsOfDates(fields, date, now.toISOString()),
    ...reasonsOfPath(path),
  ];
  if (reasons.length > 0) {
    const isCalledDraft = reasons.includes(null);
    return { status: 'DRAFT', draftReason: isCalledDraft ? null : (reasons[0] ?? null) };
  }
  const isArchived =
    textsOf(fields, states).some(([, text]) => archivedState.test(text)) ||
    textsOf(fields, ['archived']).some(([, text]) => !no.test(text));
  return { status: isArchived ? 'ARCHIVED' : 'PUBLISHED', draftReason: null };
}

/** Why the fields make the post a draft; null for one that calls it a draft. */
function reasonsOfFields(fields: Fields): (string | null)[] {
  // The report and the log must not have a password.
  const reason = (name: string, text: string) =>
    `Its field "${name}" is ${name.endsWith('password') ? 'set' : quote(text)}.`;
  return [
    ...textsOf(fields, states)
      .filter(([, text]) => !publicState.test(text) && !archivedState.test(text))
      .map(([name, text]) => (draftState.test(text) ? null : reason(name, text))),
    ...textsOf(fields, publicFlags)
      .filter(([name, text]) => !yes.test(text) && !(isPublishingDate(name) && isDate(text)))
      .map(([name, text]) => (isPublishingDate(name) && no.test(text) ? null : reason(name, text))),
    ...textsOf(fields, privateFlags)
      .filter(([, text]) => !no.test(text))
      .map(([name, text]) => (name === 'draft' && yes.test(text) ? null : reason(name, text))),
    // Eleventy writes no page then. Jekyll has a style of addresses named "none".
    ...textsOf(fields, ['permalink'])
      .filter(([, text]) => /^false$/i.test(text))
      .map(([name, text]) => reason(name, text)),
  ];
}

/** Fields that may have the date instead of a flag. */
function isPublishingDate(name: string): boolean {
  return name === 'published' || name === 'publish';
}

function reasonsOfDates(fields: Fields, date: string | null, now: string): string[] {
  const reasons: string[] = date !== null && date > now ? [future(date)] : [];
  for (const [name, text] of textsOf(fields, [...publicationDates, ...embargoes, 'published', 'publish'])) {
    if (isFlag(text)) continue;
    const time = dateOrNull(text);
    if (time === null) reasons.push(`Its field "${name}" is no date: ${quote(text)}.`);
    else if (time > now) reasons.push(future(time));
  }
  for (const [name, text] of textsOf(fields, expiryDates)) {
    if (no.test(text)) continue;
    const time = dateOrNull(text);
    if (time === null) reasons.push(`Its field "${name}" is no date: ${quote(text)}.`);
    else if (time <= now) reasons.push(`It expired on ${time.slice(0, 10)}.`);
  }
  return reasons;
}

function future(time: string): string {
  return `Its publication date is in the future: ${time.slice(0, 10)}.`;
}

function reasonsOfPath(path: string): (string | null)[] {
  const [, folder] = privateFolder.exec(path) ?? [];
  if (folder === undefined) return [];
  return [/^drafts?$/i.test(folder) ? null : `It is in the folder ${quote(folder)}.`];
}

/** The fields that are there, each with the texts in it. */
function textsOf(fields: Fields, names: readonly string[]): [string, string][] {
  return names.flatMap((name) =>
    fields
      .all(name)
      .flatMap(flatTexts)
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text): [string, string] => [name, text]),
  );
}

function flatTexts(value: Value): string[] {
  if (typeof value === 'string') return [value];
  return [...value.values()].flatMap(flatTexts);
}

function isDate(text: string): boolean {
  return dateOrNull(text) !== null;
}

function dateOrNull(text: string): string | null {
  try {
    return parseDate(text);
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}
