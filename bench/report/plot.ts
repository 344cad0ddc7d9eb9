import { isOfKind } from './markdown.ts';
import type { Results, SideResult } from './results.ts';
import { summarise } from './summary.ts';

const width = 760;
const left = 190;
const right = 60;
const bar = 13;
const gap = 26;
const top = 40;

/** The project, and others. */
const [blue, grey] = ['#1f6feb', '#afb8c1'];

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>`;
}

/** An SVG with a group of bars for each workload: requests per second as a share of the limit. */
export function plotOf({ sides, workloads, measured }: Results): string {
  const shown = sides.filter(({ kind }) => kind !== 'limit');
  const summaries = summarise(measured, isOfKind(sides, 'limit'));
  const shareOf = (workload: string, { name }: SideResult) =>
    summaries.find((summary) => summary.workload === workload && summary.side === name)?.ofLimit?.median;
  const shares = workloads.flatMap(({ name }) => shown.map((side) => shareOf(name, side) ?? 0));
  const scale = (width - left - right) / Math.max(1.05, ...shares);
  const parts: string[] = [];
  let y = top;
  for (const { name, title } of workloads) {
    parts.push(text(8, y + 10, `${name}: ${title}`, 'font-weight="600"'));
    y += 17;
    for (const side of shown) {
      const share = shareOf(name, side);
      if (share === undefined) continue;
      const length = (share * scale).toFixed(1);
      parts.push(text(left - 6, y + 10, side.title, 'text-anchor="end"'));
      parts.push(
        `<rect x="${left}" y="${y}" width="${length}" height="${bar - 2}" fill="${side.kind === 'project' ? blue : grey}"/>`,
      );
      parts.push(text(left + share * scale + 4, y + 10, share.toFixed(2)));
      y += bar;
    }
    y += gap - bar;
  }
  const limit = (left + scale).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="11" fill="#24292f">
<title>Requests per second as a share of the limit</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${text(8, 18, 'Requests per second as a share of the limit: node:http and pg with SQL by hand, without GraphQL', 'font-size="12"')}
<line x1="${limit}" x2="${limit}" y1="${top + 2}" y2="${y - 8}" stroke="#cf222e" stroke-dasharray="4 3"/>
${text(left + scale, top - 2, 'limit', 'text-anchor="middle" fill="#cf222e"')}
${parts.join('\n')}
</svg>
`;
}
