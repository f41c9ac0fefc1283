// The pages for people: what runs here, the SMART app, the demo EHR. Static files, built by Vite.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

export interface PageRoutes {
  /** Folder of the built app, as a file URL with a slash at the end. */
  dist: URL;
  publicUrl: string;
  demo: boolean;
  open: boolean;
}

const HOME = new URL('./home.html', import.meta.url);

/** The page at `/`: what runs here and where. */
function homePage({ publicUrl, demo, open }: PageRoutes): string {
  const only = (shown: boolean, html: string) => (shown ? html : '');
  return readFileSync(HOME, 'utf8')
    .replaceAll('{{publicUrl}}', publicUrl)
    .replace(/<!-- demo -->([\s\S]*?)<!-- \/demo -->/g, (_match, html: string) => only(demo, html))
    .replace(/<!-- open -->([\s\S]*?)<!-- \/open -->/g, (_match, html: string) => only(open, html));
}

/** Registers `/`, `/app/` and, with demo data, `/ehr/`. */
export async function registerPages(app: FastifyInstance, routes: PageRoutes): Promise<void> {
  const home = homePage(routes);
  const root = fileURLToPath(routes.dist);
  app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(home));
  await app.register(fastifyStatic, {
    root,
    prefix: '/app/',
    index: 'index.html',
    setHeaders: (response, path) => {
      const hashed = path.includes('/assets/');
      response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-store');
    },
  });
  app.get('/app', async (_request, reply) => reply.redirect('/app/'));
  app.get('/app/launch', async (_request, reply) => reply.sendFile('index.html', { cacheControl: false }));
  if (routes.demo) {
    app.get('/ehr', async (_request, reply) => reply.redirect('/ehr/'));
    app.get('/ehr/', async (_request, reply) => reply.sendFile('ehr/index.html', { cacheControl: false }));
  }
}
