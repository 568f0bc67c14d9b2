/** The comparison of servers over TLS from the built package, with stretches so short that no figure means anything. */

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '../../src/bench/servers/certificate.ts';
import { wrongAnswer } from '../../src/bench/servers/check-answer.ts';
import { benchReport, statuses } from '../helpers/bench-report.ts';
import { hasOpenssl } from '../helpers/certificates.ts';
import { needs } from '../helpers/needs.ts';

const wrk = needs('wrk', 'wrk');
const tlsReport = (...words: string[]) => benchReport('tls', ...words);

describe.skipIf(!hasOpenssl())('comparison of servers over TLS', () => {
  it.each([
    ['the bundled generator', ['--own-load'], true],
    ['wrk', [], wrk],
  ] as const)('times node:https, a control, node:tls and both modes by %s', async (_name, words, isHere) => {
    if (!isHere) return;
    const report = await tlsReport(...words);
    expect(statuses(report)).toEqual([
      ['node-https timed', 'control timed', 'raw-tls timed', 'httpuv-tls-inline timed', 'httpuv-tls-thread timed'],
    ]);
    for (const { figures } of report.sections[0]?.rows ?? []) {
      for (const name of ['requestsPerSecond', 'cpuMicrosPerRequest', 'medianMicros', 'speed', 'cpu']) {
        expect(figures?.[name]?.median).toBeGreaterThan(0);
      }
    }
    expect(report.goals.map(({ goal }) => [goal.id, goal.of])).toEqual([
      ['T1', 'httpuv-tls-inline'],
      ['T1', 'httpuv-tls-inline'],
      ['T1', 'httpuv-tls-thread'],
      ['T1', 'httpuv-tls-thread'],
    ]);
  });

  it('does not time a server that answers something else, or no TLS', async () => {
    const server = createServer(makeCertificate(), (_request, response) => response.end('Good bye'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    expect(await wrongAnswer(port, 1, true)).toMatch(/^answered without its Content-Type/);
    expect(await wrongAnswer(port, 1)).toMatch(/closed|ECONNRESET|answered/);
  });
});
