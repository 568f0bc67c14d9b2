/** This package's server over TLS, with everything on one thread. */
import { makeCertificate } from './certificate.ts';
import { serveOnEventLoop } from './httpuv.ts';

serveOnEventLoop('inline', makeCertificate());
