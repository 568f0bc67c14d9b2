/** A program: load of batches of WebSocket messages that are to be echoed. The first echoes on a connection are compared. */
import { runGenerator } from './drive.ts';
import { echoBatch, echoTalk } from './echo.ts';
import type { EchoPlan } from './load.ts';
import { midPage } from './mid-page.ts';

runGenerator((plan: EchoPlan) => {
  const batch = echoBatch(plan);
  const [sent = batch.sent] = midPage(1, batch.sent.length);
  sent.set(batch.sent);
  return echoTalk({ ...batch, sent });
});
