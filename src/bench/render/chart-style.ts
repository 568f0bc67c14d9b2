/**
 * The colours of charts, light and dark: one hue for this package, grey for all others. Text has a contrast of 4.5 or more
 * on its ground, bars one of 3 or more. Written without variables, which not everything that shows an SVG knows.
 */

/** For charts inside a page. */
export const CHART_STYLE: string = [
  rules({ ground: '#ffffff', ink: '#1b2129', soft: '#59636f', line: '#dfe3e8', own: '#2f74d0', other: '#89929d' }),
  `@media (prefers-color-scheme: dark) {\n${rules({ ground: '#161b22', ink: '#e9edf2', soft: '#a3afbf', line: '#343d48', own: '#5b9cf0', other: '#7d8894' })}\n}`,
].join('\n');

interface Colours {
  readonly ground: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly own: string;
  readonly other: string;
}

function rules({ ground, ink, soft, line, own, other }: Colours): string {
  return [
    `.hv-ground { fill: ${ground} }`,
    // Lines of the grid stop before texts.
    `.hv-ink, .hv-soft { paint-order: stroke; stroke: ${ground}; stroke-width: 4; stroke-linejoin: round }`,
    `.hv-ink { fill: ${ink} }`,
    `.hv-soft { fill: ${soft} }`,
    `.hv-grid { stroke: ${line}; stroke-width: 1 }`,
    `.hv-one { stroke: ${soft}; stroke-width: 1.5; stroke-dasharray: 4 3 }`,
    `.hv-own { fill: ${own} }`,
    `.hv-other { fill: ${other} }`,
    `.hv-control { fill: none; stroke: ${other}; stroke-width: 1.5 }`,
    `.hv-halo { stroke: ${ground}; stroke-width: 4; fill: none }`,
    `.hv-range { stroke: ${ink}; stroke-width: 1.5; fill: none }`,
  ].join('\n');
}
