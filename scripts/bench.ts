// `npm run bench`: this server beside the limits of its stack, in one run, as ratios. `npm run bench -- growth` measures
// again at ten thousand, a hundred thousand and a million tasks.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { appFigures } from './bench/app.ts';
import { authFigures } from './bench/auth.ts';
import { careFigures } from './bench/care.ts';
import { clockFigures } from './bench/clocks.ts';
import { fill } from './bench/data.ts';
import { growth } from './bench/growth.ts';
import { importFigure } from './bench/import.ts';
import { requestFigures } from './bench/request.ts';
import { type Figure, say, sayFigure, sayHead, withDatabase } from './bench/run.ts';
import { transactionFigures } from './bench/transaction.ts';
import { validationFigures } from './bench/validation.ts';

const PATIENTS = 2_000;
const TASKS = 20_000;
const DATABASE_CONNECTIONS = 4;

const words = process.argv.slice(2);
const chosen = (name: string): boolean => !words.length || words.includes(name);
const figures: Figure[] = [];
const report = (figure: Figure): void => {
  figures.push(figure);
  sayFigure(figure);
};

say(
  `${cpus()[0]!.model.trim()}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`,
);
const MEASURED = ['read', 'search', 'auth', 'create', 'transaction'];
const measureRequests = async (databaseUrl: string): Promise<void> => {
  say(`Loading ${PATIENTS} patients and ${TASKS} tasks …`);
  await fill(databaseUrl, PATIENTS, TASKS, new Date());
  say(
    `${DATABASE_CONNECTIONS} connections of each process to the database; medians of 5 rounds, ours and the limit in turn\n`,
  );
  sayHead();
  const place = { databaseUrl, connections: DATABASE_CONNECTIONS };
  await requestFigures(place, PATIENTS, TASKS, chosen, report);
  if (chosen('auth')) await authFigures(place, PATIENTS, TASKS, report);
  if (chosen('transaction')) await transactionFigures(place, PATIENTS, report);
};

if (MEASURED.some(chosen)) await withDatabase(measureRequests);
if (chosen('import')) await importFigure(report);
if (chosen('validation')) await validationFigures(report);
if (chosen('care')) await careFigures(report);
if (chosen('clocks')) await clockFigures(report);
if (chosen('app')) await appFigures(report);
// It takes a quarter of an hour: only when it is asked for.
if (words.includes('growth')) await growth();
const output = process.env.BENCH_JSON;
if (output) writeFileSync(output, `${JSON.stringify(figures, null, 2)}\n`);
