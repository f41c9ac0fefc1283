// Starts the app: `/app/launch` begins a launch, the return from sign-in ends it, anything else says how to open a chart.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { createRoot, type Root } from 'react-dom/client';
import { App, type Start } from './app.tsx';
import { LaunchFailure } from './smart/failure.ts';
import { beginLaunch, finishLaunch } from './smart/launch.ts';
import './ui/mantine.css';
import './ui/tokens.css';

/** What this window is to show, by its address. A launch that begins leaves the page, and so never resolves to a screen. */
async function start(path: string, params: URLSearchParams, show: (start: Start) => void): Promise<Start> {
  if (path.endsWith('/launch')) {
    location.replace(await beginLaunch(params));
    return { state: 'opening' };
  }
  if (!params.has('code') && !params.has('error')) throw new LaunchFailure('no-start');
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

async function run(root: Root): Promise<void> {
  const params = new URLSearchParams(location.search);
  const lang = params.get('lang') ?? undefined;
  root.render(<App start={{ state: 'opening', ...(lang && { lang }) }} />);
  // The key makes a new tree: nothing of one launch, or of the question which patient is meant, can be left in the next.
  const show = (shown: Start) => root.render(<App key={crypto.randomUUID()} start={shown} />);
  const result = await start(location.pathname, params, show).catch((error: unknown): Start => {
    const failure = error instanceof LaunchFailure ? error : new LaunchFailure('token');
    return { state: 'failed', failure };
  });
  show({ ...(lang && { lang }), ...result });
}

const root = createRoot(document.getElementById('root')!);

// When the EHR swaps the frame this page goes, and with it the token and everything shown;
// should the browser bring it back from its cache, it starts again and asks for a new launch.
addEventListener('pagehide', () => root.unmount());
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

void run(root);
