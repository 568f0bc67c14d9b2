/** This package's broadcast, io: 'thread'. */
import { serveBroadcasts } from './broadcast.ts';

serveBroadcasts('thread');
