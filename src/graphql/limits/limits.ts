/**
 * How large a request may be. The values leave several times what the operations of real front ends need, and the
 * introspection queries of the usual tools; docs/limits.md says how each was found.
 */
export const limits = {
  /** The length of the document, in UTF-16 code units. Long texts belong into variables. */
  characters: 50_000,
  /** Its tokens, which bound the time that parsing and validating take. */
  tokens: 2_500,
  operations: 10,
  fragments: 50,
  /** Inline fragments and fragment spreads. */
  spreads: 200,
  directives: 50,
  aliases: 50,
  /** The fields at the root of one operation. */
  rootFields: 50,
  /** How often one field of one object is asked for under the same name. */
  repeatedFields: 20,
  /** The fields of one operation with its fragments written out. */
  fields: 5_000,
  /** Fields within fields, from the root on. */
  depth: 15,
  /** Selections, and pairs of fields with one place in the answer: what validating takes grows with them. */
  comparisons: 10_000,
  /** The variables that one operation declares, and those that are sent. */
  variables: 50,
  /** The items of a list in an argument or a variable. */
  listItems: 250,
  /** Objects and lists within each other, in an argument or a variable. */
  inputDepth: 10,
} as const;

/** Limits on the body of a request, checked before the document. */
export const bodyLimits = {
  /** Characters that structure JSON, `{ } [ ] , :`, outside strings. */
  structure: 10_000,
  /** JSON objects and lists within each other. */
  nesting: 64,
  /** Bytes, unless the operation takes long text: see `@costByLength` in schema.graphql. */
  body: 65_536,
} as const;

/** What is limited of every request. */
export type LimitName = keyof typeof limits;
export type BodyLimitName = keyof typeof bodyLimits;

/** How much of everything something has. */
export type Measures = Partial<Record<LimitName, number>>;

/** The words that follow the number in "The request has 51 …". */
export const limitWords: Readonly<Record<LimitName | BodyLimitName, string>> = {
  characters: 'characters in its document',
  tokens: 'tokens in its document',
  operations: 'operations in its document',
  fragments: 'fragments in its document',
  spreads: 'uses of fragments in its document',
  directives: 'directives in its document',
  aliases: 'aliases in its document',
  rootFields: 'fields at the root of an operation',
  repeatedFields: 'repetitions of a field',
  fields: 'fields with its fragments written out',
  depth: 'levels of fields',
  comparisons: 'comparisons of fields for validation',
  variables: 'variables',
  listItems: 'items in a list',
  inputDepth: 'levels in an input',
  body: 'bytes in its body',
  structure: 'structural characters in its body',
  nesting: 'levels in its body',
};
