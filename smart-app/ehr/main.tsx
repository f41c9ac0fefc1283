// Starts the demo chart.
import { createRoot } from 'react-dom/client';
import './ehr.css';
import { Chart } from './chart.tsx';

createRoot(document.getElementById('root')!).render(<Chart />);
