import { type FieldNode, type FragmentDefinitionNode, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Projections } from '../../src/shared/projection.ts';
import type { SelectionInfo } from '../../src/shared/selection.ts';

const columns = { id: 1, title: 1, authorId: 1, status: 1, publishedAt: 1, listedAt: 1, body: 1 };

const projections = new Projections(columns, {
  fields: { author: ['authorId'], publishedAt: ['publishedAt', 'status'], comments: [] },
  cursors: ['listedAt'],
});

/** What a resolver is told at the first field of a document. */
function infoOf(document: string): SelectionInfo {
  const { definitions } = parse(document);
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return {
    fieldNodes: operation?.selectionSet.selections as FieldNode[],
    fragments: Object.fromEntries(
      fragments.map((node): [string, FragmentDefinitionNode] => [node.name.value, node]),
    ),
  };
}

function read({ unread }: { unread: readonly string[] }): string[] {
  return Object.keys(columns).filter((column) => !unread.includes(column));
}

describe('a projection at a field', () => {
  it.each([
    ['{ post { __typename } }', ['id']],
    ['{ post { id comments { body title } } }', ['id']],
    ['{ post { title } }', ['id', 'title']],
    ['{ post { body title } }', ['id', 'title', 'body']],
    ['{ post { author { name } } }', ['id', 'authorId']],
    ['{ post { on: publishedAt } }', ['id', 'status', 'publishedAt']],
    ['{ post { unknown edges { node { title } } } }', ['id']],
    ['{ post { title @include(if: false) } }', ['id', 'title']],
    [
      '{ post { ... on Post { title } ...Rest } } fragment Rest on Post { author { id } ...Text } fragment Text on Post { body }',
      ['id', 'title', 'authorId', 'body'],
    ],
  ])('%s', (document, expected) => {
    expect(read(projections.at(infoOf(document)))).toEqual(expected);
  });

  it('has the fields of all its nodes', () => {
    expect(read(projections.at(infoOf('{ post { title } post { author { id } } }')))).toEqual([
      'id',
      'title',
      'authorId',
    ]);
  });
});

describe('a projection of a connection', () => {
  it.each([
    ['{ posts { nodes { title } } }', ['id', 'title'], ['id', 'title']],
    ['{ posts { edges { node { title } } } }', ['id', 'title'], ['id', 'title', 'listedAt']],
    ['{ posts { edges { cursor } } }', ['id'], ['id', 'listedAt']],
    ['{ posts { pageInfo { hasNextPage } } }', ['id'], ['id', 'listedAt']],
    ['{ posts { title totalCount } }', ['id'], ['id']],
    [
      '{ posts { nodes { title } edges { node { body } } } }',
      ['id', 'title', 'body'],
      ['id', 'title', 'listedAt', 'body'],
    ],
  ])('%s', (document, ofNodes, ofPage) => {
    expect(read(projections.ofNodes(infoOf(document)))).toEqual(ofNodes);
    expect(read(projections.ofPage(infoOf(document)))).toEqual(ofPage);
  });
});

describe('projections', () => {
  it('are worked out once for a field position', () => {
    const info = infoOf('{ post { title } }');
    expect(projections.at(info)).toBe(projections.at({ ...info }));
    expect(projections.at(info)).not.toBe(projections.at(infoOf('{ post { title } }')));
  });

  it('have the same text if and only if they have the same columns', () => {
    const [one, same, other] = ['{ a { title id } }', '{ b { id title } }', '{ a { body } }'].map(
      (document) => String(projections.at(infoOf(document))),
    );
    expect(one).toBe(same);
    expect(one).not.toBe(other);
    expect(String(projections.only('title'))).toBe(one);
  });
});
