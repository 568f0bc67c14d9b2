/** The HTTP machine as native code. */
import { HTTP } from './http.ts';
import { testMachine } from './machine.ts';

testMachine(HTTP);
