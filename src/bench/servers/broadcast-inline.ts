/** This package's broadcast, io: 'inline'. */
import { serveBroadcasts } from './broadcast.ts';

serveBroadcasts('inline');
