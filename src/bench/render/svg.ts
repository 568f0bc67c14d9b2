/** A whole report as one SVG image: its charts below each other, with the machine and the date at the end. */
import { machineLines } from '../machine.ts';
import type { Report } from '../report.ts';
import { chartsOf } from './bars.ts';
import { drawChart, LEAST_WIDTH, svgDocument, USUAL_WIDTH, word } from './chart.ts';
import { wrapped } from './text-width.ts';

const EDGE = 16;
const SIZE = 12;
const LINE = 1.4;

/**
 * Draws all charts of a report. Colours follow `prefers-color-scheme`, also where the file is shown as an image.
 *
 * @param width In pixels, 280 or more; default 720.
 */
export function reportSvg(report: Report, width: number = USUAL_WIDTH): string {
  const wide = Math.max(width, LEAST_WIDTH);
  const parts: string[] = [];
  let y = 0;
  for (const chart of report.sections.flatMap(chartsOf)) {
    const { svg, height } = drawChart(chart, wide, y);
    parts.push(svg);
    y += height;
  }
  y += EDGE;
  for (const line of footer(report).flatMap((each) => wrapped(each, wide - 2 * EDGE, SIZE))) {
    y += SIZE * LINE;
    parts.push(word(line, EDGE, y, SIZE, 'soft'));
  }
  const title = `httpuv bench ${report.bench}`;
  return svgDocument(title, footer(report).join('. '), parts.join('\n'), wide, y + EDGE, {}, [title]);
}

function footer(report: Report): string[] {
  const facts = machineLines(report.machine).map((line) => line.replace(/^(\w+) +/, '$1: '));
  const command = report.command === undefined ? [] : [report.command];
  return [...command, facts.join(' · '), `${report.started.slice(0, 10)}`];
}
