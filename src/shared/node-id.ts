import { badInputAt, type Issue } from './errors.ts';
import { type NodeKind, uuidOf } from './ids.ts';

/**
 * The UUID in a global identifier that a client sent.
 *
 * @throws {AppError} `BAD_USER_INPUT` at `path` when it is not an identifier of this kind.
 */
export function parseId(kind: NodeKind, id: string, path: Issue['path'] = ['id']): string {
  const uuid = uuidOf(kind, id);
  if (uuid === null) throw badInputAt(path, 'invalid_id', `This is not the identifier of a ${kind}.`);
  return uuid;
}
