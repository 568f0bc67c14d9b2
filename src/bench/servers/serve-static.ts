/** Static files by `serve-static`. */
import { serveMiddleware } from './middleware.ts';

serveMiddleware('serve-static');
