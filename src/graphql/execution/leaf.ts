import { type GraphQLLeafType, isEnumType } from 'graphql';
import type { PlanOf, TypePlan } from './plan.ts';

/** Writes what is not null as JSON, after "Result Coercion" of its type. @throws when the type does not take it. */
export type LeafWriter = (value: unknown) => string;

/** The writer of a scalar or an enum. What the program usually passes is written without a call to `serialize`. */
export function leafWriter(type: GraphQLLeafType): LeafWriter {
  const serialized: LeafWriter = (value) => writeSerialized(type, value);
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name, value }) => [value, `"${name}"`]));
    return (value) => texts.get(value) ?? serialized(value);
  }
  switch (type.name) {
    case 'String':
    case 'ID':
      return (value) => (typeof value === 'string' ? quote(value) : serialized(value));
    case 'Boolean':
      return (value) => (value === true ? 'true' : value === false ? 'false' : serialized(value));
    case 'Int':
      return (value) =>
        typeof value === 'number' && (value | 0) === value ? String(value) : serialized(value);
    default:
      return serialized;
  }
}

/** Whether a text is what "Result Coercion" makes of it, and JSON escapes nothing in it. */
export type VerbatimCheck = (text: string) => boolean;

/** The check of a scalar or an enum. Scalars that know how their texts look have it among their extensions. */
export function verbatimCheck(type: GraphQLLeafType): VerbatimCheck {
  if (type.name === 'String' || type.name === 'ID') return (text) => !special.test(text);
  const { isVerbatim } = type.extensions;
  return typeof isVerbatim === 'function' ? (isVerbatim as VerbatimCheck) : () => false;
}

function writeSerialized(type: GraphQLLeafType, value: unknown): string {
  const serialized: unknown = type.serialize(value);
  if (serialized == null) {
    throw new Error(
      `\`${type.name}.serialize\` returned ${String(serialized)} for a value that is not null.`,
    );
  }
  return typeof serialized === 'string' ? quote(serialized) : JSON.stringify(serialized);
}

/** What JSON has to escape in a text, and the halves of surrogate pairs, of which it escapes those that stand alone. */
// eslint-disable-next-line no-control-regex
const special = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A text as JSON writes it. */
export function quote(text: string): string {
  return special.test(text) ? JSON.stringify(text) : `"${text}"`;
}

const leafPlans = new WeakMap<GraphQLLeafType, PlanOf<'leaf'>>();

/** The plan of a scalar or an enum. All fields of the type share it. */
export function leafPlan(type: GraphQLLeafType): PlanOf<'leaf'> {
  let plan = leafPlans.get(type);
  if (plan === undefined) {
    plan = { nonNull: false, kind: 'leaf', type, write: leafWriter(type), isVerbatim: verbatimCheck(type) };
    leafPlans.set(type, plan);
  }
  return plan;
}

const always = (): boolean => true;

/** The plan of a field whose strings JSON never escapes. */
export function plainLeafPlan(type: TypePlan): TypePlan {
  return type.kind === 'leaf' ? { ...type, isVerbatim: always } : type;
}
