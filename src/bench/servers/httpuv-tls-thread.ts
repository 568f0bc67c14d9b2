/** This package's server over TLS, with its sockets on the I/O thread and its app on the event loop. */
import { makeCertificate } from './certificate.ts';
import { serveOnEventLoop } from './httpuv.ts';

serveOnEventLoop('thread', makeCertificate());
