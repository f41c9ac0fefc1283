// `npm start`: builds the app when it is missing or older than its sources, then runs the server.
import { buildAppIfStale } from './app-build.ts';

await buildAppIfStale();
await import('../server/main.ts');
