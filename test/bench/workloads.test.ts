import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, type GraphQLError, Kind, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { describe, expect, it } from 'vitest';
import { decodePostCursor, encodePostCursor } from '../../bench/cursors.ts';
import { fromJson } from '../../bench/limit/from-json.ts';
import { fromRows } from '../../bench/limit/from-rows.ts';
import { postgraphileDialect } from '../../bench/peer-sides.ts';
import { limitSides, newSigningKey } from '../../bench/sides.ts';
import { type Samples, workloads } from '../../bench/workloads.ts';
import { postOrders } from '../../src/modules/posts/order.ts';
import { decodeCursor, isTimeKey } from '../../src/shared/pagination/index.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

const [firstUuid, secondUuid] = [
  '01890a5d-ac96-774b-bcce-b302099a8057',
  '01890a5d-ac96-774b-bcce-b302099a8058',
] as const;
const [firstCursor, secondCursor] = [firstUuid, secondUuid].map((id) =>
  encodePostCursor({ key: '2026-01-31T12:00:00.000Z', id }),
) as [string, string];

const samples: Samples = {
  userIds: ['user_01h455vb4pex5vsknk084sn02q'],
  writerIds: ['user_01h455vb4pex5vsknk084sn02q', 'user_01h455vb4pex5vsknk084sn02r'],
  publishedPostIds: ['post_01h455vb4pex5vsknk084sn02q'],
  postCursors: [firstCursor, secondCursor],
  searches: ['weave patterns'],
  drafts: [{ title: 'On engines', body: 'It weaves.' }],
  readerUuids: ['01890a5d-ac96-774b-bcce-b302099a8057'],
  tokens: ['token'],
};

describe.each(workloads)('workload $name', (workload) => {
  const document = parse(workload.query);

  it('is an operation of the contract', () => {
    expect(validate(schema, document)).toEqual([]);
  });

  it('has the variables that the operation wants', () => {
    const [operation] = document.definitions;
    const declared =
      operation?.kind === Kind.OPERATION_DEFINITION ? (operation.variableDefinitions ?? []) : [];
    for (const given of workload.variables?.(samples) ?? [{}]) {
      const { errors = [] } = getVariableValues(schema, declared, given) as { errors?: GraphQLError[] };
      expect(errors).toEqual([]);
      expect(Object.keys(given).toSorted()).toEqual(
        declared.map(({ variable }) => variable.name.value).toSorted(),
      );
    }
  });
});

describe('distinct requests', () => {
  it.each(['D3', 'D4', 'D6'])('%s asks for other rows each time', (name) => {
    const given = workloads.find((workload) => workload.name === name)?.variables?.(samples) ?? [];
    expect(given).toHaveLength(2);
    expect(given[0]).not.toEqual(given[1]);
  });

  it('have cursors that the project reads', () => {
    expect(samples.postCursors.map((cursor) => decodePostCursor(cursor).id)).toEqual([firstUuid, secondUuid]);
    expect(decodeCursor(firstCursor, postOrders.PUBLISHED_AT_DESC.name, isTimeKey)?.id).toBe(firstUuid);
    expect(() => decodePostCursor('no cursor')).toThrow('Not a cursor of published posts: no cursor');
  });
});

describe('PostGraphile', () => {
  const folder = fileURLToPath(new URL('../../bench/peers', import.meta.url));

  it('has a query for every workload of the peers', () => {
    const dialect = postgraphileDialect(folder);
    for (const workload of workloads.filter(({ hasPeers }) => hasPeers)) {
      expect(() => parse(dialect.query(workload)), workload.name).not.toThrow();
    }
  });

  it('is asked for its own cursors of the same posts', async () => {
    const dialect = postgraphileDialect(folder);
    const ask = async (body: object) => {
      const { variables } = body as { variables: { id: string } };
      return { data: { allPosts: { edges: [{ cursor: `its ${variables.id}` }] } } };
    };
    for (const workload of workloads) await dialect.learn?.(workload, samples, ask);
    expect(dialect.variables({ after: firstCursor })).toEqual({ after: `its ${firstUuid}` });
    expect(dialect.variables({ after: secondCursor })).toEqual({ after: `its ${secondUuid}` });
  });
});

describe('the limit', () => {
  it('answers every workload in every form that is measured', () => {
    for (const { takes, env } of limitSides('.', newSigningKey())) {
      const answers = env['LIMIT_ANSWERS'] === 'json' ? fromJson : fromRows;
      const taken = workloads.filter(takes).map(({ name }) => name);
      expect(Object.keys(answers)).toEqual(expect.arrayContaining(taken));
    }
    expect(Object.keys(fromRows).toSorted()).toEqual(workloads.map(({ name }) => name).toSorted());
  });
});
