// A transaction bundle of 200 creates beside 200 single creates, sent by the same number of callers.
import { benchTask } from './data.ts';
import { type Figure, figure, type Place, startServer } from './run.ts';

const ENTRIES = 200;
const BUNDLES = 12;
const ROUNDS = 5;

const headers = { 'content-type': 'application/fhir+json' };

/** Resources a second: `requests` bodies, sent by `callers`, each one after the other. */
async function rate(
  url: string,
  bodies: readonly string[],
  callers: number,
  resources: number,
): Promise<number> {
  const start = performance.now();
  let next = 0;
  const caller = async () => {
    for (let n = next++; n < bodies.length; n = next++) {
      const answer = await fetch(url, { method: 'POST', headers, body: bodies[n]! });
      if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return resources / ((performance.now() - start) / 1000);
}

export async function transactionFigures(
  place: Place,
  patients: number,
  report: (figure: Figure) => void,
): Promise<void> {
  const server = await startServer(place);
  try {
    const tasks = Array.from({ length: ENTRIES * BUNDLES }, (_, n) => benchTask(n * 4, patients, new Date()));
    const singles = tasks.map((task) => JSON.stringify(task));
    const bundles = Array.from({ length: BUNDLES }, (_, n) =>
      JSON.stringify({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: tasks
          .slice(n * ENTRIES, (n + 1) * ENTRIES)
          .map((resource) => ({ resource, request: { method: 'POST', url: 'Task' } })),
      }),
    );
    for (const callers of [1, 4]) {
      const [mine, theirs]: number[][] = [[], []];
      for (let round = 0; round <= ROUNDS; round++) {
        const a = await rate(`${server.url}/fhir`, bundles, callers, tasks.length);
        const b = await rate(`${server.url}/fhir/Task`, singles, callers, tasks.length);
        if (round) {
          mine!.push(a);
          theirs!.push(b);
        }
      }
      const who = callers === 1 ? 'one caller' : `${callers} callers`;
      report(figure(`transaction of ${ENTRIES} against single creates, ${who}`, '/s', mine!, theirs!, 5));
    }
  } finally {
    server.child.kill();
  }
}
