/** This package's server with sockets on the I/O thread and the app on the event loop of this one. */
import { serveOnEventLoop } from './httpuv.ts';

serveOnEventLoop('thread');
