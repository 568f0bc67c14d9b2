/** The frame machine as native code. */

import { testMachine } from './machine.ts';
import { WEBSOCKET } from './websocket.ts';

testMachine(WEBSOCKET);
