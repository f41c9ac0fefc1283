// Run by chunk.ts in a process of its own: the built validator of the app, without the globals that only Node has, over the
// resources of the standard input, one a line; the issues go to the standard output in the same way.
import { readFileSync } from 'node:fs';

const { argv, stdout } = process;
const resources = readFileSync(0, 'utf8').split('\n').filter(Boolean);
for (const name of ['process', 'Buffer', 'global', 'setImmediate'])
  Object.defineProperty(globalThis, name, { value: undefined });
const { validate } = (await import(argv[2]!)) as { validate: (resource: unknown) => unknown };
stdout.write(resources.map((line) => `${JSON.stringify(validate(JSON.parse(line)))}\n`).join(''));
