/** This package's server with everything on one thread. */
import { serveOnEventLoop } from './httpuv.ts';

serveOnEventLoop('inline');
