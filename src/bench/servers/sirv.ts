/** Static files by `sirv`. */
import { serveMiddleware } from './middleware.ts';

serveMiddleware('sirv');
