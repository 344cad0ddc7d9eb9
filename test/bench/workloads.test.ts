import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLError, Kind, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { describe, expect, it } from 'vitest';
import { fromJson } from '../../bench/limit/from-json.ts';
import { fromRows } from '../../bench/limit/from-rows.ts';
import { limitSides, newSigningKey } from '../../bench/sides.ts';
import { type Samples, workloads } from '../../bench/workloads.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

const samples: Samples = {
  userIds: ['user_01h455vb4pex5vsknk084sn02q'],
  publishedPostIds: ['post_01h455vb4pex5vsknk084sn02q'],
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
