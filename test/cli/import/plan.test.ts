import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Links } from '../../../src/cli/import/links.ts';
import { People } from '../../../src/cli/import/people.ts';
import { planImport } from '../../../src/cli/import/plan.ts';
import { useFolders } from '../../helpers/folder.ts';
import { useServer } from '../../helpers/server.ts';

const server = useServer();
const { folder } = useFolders();

it('keeps of a large file what it says of people and addresses, and not the file', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const text = 'word '.repeat(190_000);
  const files: Record<string, string> = {};
  for (let i = 0; i < 40; i += 1) {
    files[`${i}.md`] =
      `---\ntitle: Large\ndate: 2015-01-02\nauthor: An author of large files, the one of number ${i}\n` +
      `aliases: [/an/old/address/of/the/file/${i}]\n---\n${text}`;
  }
  const from = { folder: await folder(files), source: 'large', now: new Date() };
  const people = new People(new Map());
  const links = new Links({ postUrl: '/{slug}', site: null, folderName: 'large' });
  const held: number[] = [];
  const advance = () => {
    if (held.length < 39) return held.push(0);
    collect();
    return held.push(process.memoryUsage().heapUsed - before);
  };
  collect();
  const before = process.memoryUsage().heapUsed;
  const plan = await planImport(server.database(), from, people, links, () => ({ advance, stop() {} }));
  expect([plan.files.length, plan.refused]).toEqual([40, []]);
  expect(held[39]).toBeLessThan(10_000_000);
});
