// Puts the app into the page, a new tree for each thing that it is to show.
// https://react.dev/reference/react-dom/client/createRoot
import { createRoot } from 'react-dom/client';
import { App, type Start } from './app.tsx';
import './ui/mantine.css';
import './ui/tokens.css';

const root = createRoot(document.getElementById('root')!);

// When the EHR swaps the frame this page goes, and with it the token and everything shown.
addEventListener('pagehide', () => root.unmount());

/** The key makes a new tree: nothing of one launch, or of the question which patient is meant, can be left in the next. */
export const show = (start: Start): void => root.render(<App key={crypto.randomUUID()} start={start} />);
