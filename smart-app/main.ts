// Starts the app: `/app/launch` begins a launch from a chart, `/app/` one without, and the return from sign-in ends it.
// Little is loaded for the way to the sign-in server; on the way back the screens are loaded while the token is asked for.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import type { Start } from './app.tsx';
import { handOver } from './smart/answer.ts';
import { LaunchFailure } from './smart/failure.ts';
import { beginLaunch, beginStandalone, finishLaunch } from './smart/launch.ts';
import './ui/opening.css';

type Show = (start: Start) => void;

/** Begins a launch: leaves for the sign-in server. */
async function begin(path: string, params: URLSearchParams): Promise<void> {
  if (path.endsWith('/launch')) return location.replace(await beginLaunch(params));
  // In a frame nothing is known without a launch; in a window of its own the user signs in.
  if (window !== window.top) throw new LaunchFailure('no-start');
  location.replace(await beginStandalone(params));
}

/** Ends a launch: what this window is to show. */
async function finish(params: URLSearchParams, show: Show): Promise<Start> {
  history.replaceState(null, '', import.meta.env.BASE_URL);
  const { lang, ...opening } = await finishLaunch(params);
  const said = lang ? { lang } : {};
  if ('session' in opening) return { state: 'open', ...said, ...opening };
  return {
    state: 'link',
    ...said,
    ...opening,
    onOpen: (session) => show({ state: 'open', ...said, session }),
  };
}

async function run(path: string, params: URLSearchParams): Promise<void> {
  if (handOver(params)) return;
  const lang = params.get('lang') ?? undefined;
  const asked = lang ? { lang } : {};
  const screens = () => import('./render.tsx');
  const failed = (error: unknown): Start => ({
    state: 'failed',
    ...asked,
    failure: error instanceof LaunchFailure ? error : new LaunchFailure('token'),
  });
  if (!params.has('code') && !params.has('error')) {
    await begin(path, params).catch(async (error: unknown) => (await screens()).show(failed(error)));
    return;
  }
  const loading = screens();
  const show: Show = (start) => void loading.then((loaded) => loaded.show(start));
  const result = finish(params, show).then((start) => ({ ...asked, ...start }), failed);
  show({ state: 'opening', ...asked });
  show(await result);
}

// Should the browser bring this page back from its cache, it starts again and asks for a new launch.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

void run(location.pathname, new URLSearchParams(location.search));
