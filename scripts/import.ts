// `npm run import`: files of resources (NDJSON, Bundles) into the database of the settings; the work is in server/bulk/import.ts.
import { parseArgs } from 'node:util';
import type { Resource } from '@medplum/fhirtypes';
import { type ImportProgress, type ImportResult, importFiles } from '../server/bulk/import.ts';
import { SourceError, type SourceFile, sourceFiles } from '../server/bulk/import-source.ts';
import { checkCareRules } from '../server/care/index.ts';
import { noPractice } from '../server/care/practice/index.ts';
import { ConfigError, readConfig } from '../server/config.ts';
import { startEmbedded } from '../server/db/embedded.ts';
import { Links } from '../server/interaction/links.ts';
import { careAccess } from '../server/interaction/unit-of-work.ts';
import { stamp } from '../server/interaction/write-pipeline.ts';
import { createStorage } from '../server/storage.ts';
import { createValidator, definitionSource, loadDefinitions } from '../server/validation/index.ts';

const HELP = `npm run import -- FILE or FOLDER … [--format auto|ndjson|json] [--errors FOLDER] [--history]

Loads resources into the database of the settings (DATABASE_URL, or the embedded one in DATA_DIR). The server may run
beside it or not; give both the same settings, PUBLIC_URL too. Whoever starts the embedded database ends it: start the
server before the import, or after it.

  NDJSON   .ndjson .jsonl, also .gz     one resource a line
  JSON     .json, also .gz              one resource, or a Bundle (transaction, batch, collection, searchset): its
                                        entries are stored, and their links to each other become Type/id
  --format what files are whose names do not tell; without it (auto) they are refused
  --errors folder of the files that say what failed; without it they lie beside their sources

A resource keeps its id; without one it gets an id made of its file, line and content, the same at each import. What is
there already with the same content is passed over, so an import that was ended in the middle is simply started again.
With other content it becomes a new version. Every resource is validated; what is invalid is told with its line in
<file>.errors.ndjson and passed over, and the exit code is then 1. References to resources that are not here are allowed
and counted. An import is an operator's command: no scopes and no roles apply, and nothing follows from what it stores. What
is new may be in any state. What is here already moves as the state tables allow, unless the files are a history:

  --history what is here may be overwritten with whatever comes
`;

const PROGRESS_EVERY = process.stderr.isTTY ? 500 : 10_000;
const number = (value: number) => Math.round(value).toLocaleString('en');
const duration = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${number(seconds / 60)} min`;

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function readArguments() {
  try {
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        format: { ...text, default: 'auto' },
        errors: text,
        history: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help || !positionals.length) {
      process.stdout.write(HELP);
      process.exit(values.help ? 0 : 1);
    }
    const format = (['auto', 'ndjson', 'json'] as const).find((name) => name === values.format);
    if (!format) fail(`--format is "${values.format}"; allowed is auto, ndjson or json.`);
    return {
      files: sourceFiles(positionals, format),
      errorFolder: values.errors,
      isHistory: values.history === true,
    };
  } catch (error) {
    return fail(error instanceof SourceError ? error.message : `${(error as Error).message}\n\n${HELP}`);
  }
}

/** Tells on stderr how far the import is, until it is stopped. */
function tellProgress(progress: Readonly<ImportProgress>, bytes: number, started: number): () => void {
  const { isTTY } = process.stderr;
  const timer = setInterval(() => {
    const { created, updated, unchanged, failed, bytesRead } = progress;
    const [done, seconds] = [created + updated + unchanged, (Date.now() - started) / 1000];
    const left = bytesRead ? ((bytes - bytesRead) / bytesRead) * seconds : 0;
    const line = `${number(done)} resources, ${number(done / seconds)}/s, ${number(failed)} failed, ${Math.floor((bytesRead / bytes) * 100)} % read, about ${duration(left)} left`;
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }, PROGRESS_EVERY);
  return () => {
    clearInterval(timer);
    if (isTTY) process.stderr.write('\r\x1b[K');
  };
}

function summary(result: ImportResult, files: number, seconds: number): string {
  const { created, updated, unchanged, failed, absent, errorFiles } = result;
  const done = created + updated + unchanged;
  const lines = [
    `${number(done)} resources from ${number(files)} files in ${seconds.toFixed(1)} s (${number(done / seconds)}/s): ${number(created)} new, ${number(updated)} new versions, ${number(unchanged)} already there.`,
  ];
  if (failed) lines.push(`${number(failed)} failed; see ${errorFiles.join(', ')}.`);
  if (absent.total) {
    const types = [...absent.byType].map(([type, count]) => `${type} ${number(count)}`).join(', ');
    lines.push(
      `Warning: ${absent.capped ? 'more than ' : ''}${number(absent.total)} resources are referred to and not here (${types}).`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** What is here already moves as the state tables allow. */
const checkStates = (before: Resource, after: Resource, now: Date): void =>
  checkCareRules({ interaction: 'update', before, after, access: careAccess, now }, noPractice);

async function run(
  files: readonly SourceFile[],
  errorFolder: string | undefined,
  isHistory: boolean,
): Promise<ImportResult> {
  const config = readConfig(process.env);
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR);
  const now = () => new Date();
  try {
    const databaseUrl = embedded?.url ?? config.DATABASE_URL;
    const base = `${config.publicUrl}/fhir`;
    const storage = await createStorage({ config, databaseUrl }, base, now);
    const definitions = loadDefinitions(new URL('../profiles/definitions/', import.meta.url));
    let silence = () => {};
    try {
      return await importFiles(
        files,
        {
          ...storage.parts,
          store: storage.store,
          stamp,
          validate: createValidator(definitions, {
            source: definitionSource(definitions, storage),
            codesOf: storage.codes.codesOf,
          }).validate,
          link: (entries) => {
            const links = new Links(
              entries.map((entry) => ({ ...entry, version: 1 })),
              base,
            );
            return (entry) => links.rewrite({ ...entry, isPatched: false }, new Map());
          },
          ...(!isHistory && { checkChange: checkStates }),
          now,
        },
        {
          ...(errorFolder !== undefined && { errorFolder }),
          watch: (progress) => {
            const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
            silence = tellProgress(progress, bytes, Date.now());
          },
        },
      );
    } finally {
      silence();
      await storage.close();
    }
  } finally {
    await embedded?.stop();
  }
}

const { files, errorFolder, isHistory } = readArguments();
const started = Date.now();
try {
  const result = await run(files, errorFolder, isHistory);
  process.stdout.write(summary(result, files.length, (Date.now() - started) / 1000));
  // Said outright: a package's exit hook would end the process with 0.
  process.exit(result.failed ? 1 : 0);
} catch (error) {
  fail(
    error instanceof ConfigError
      ? error.message
      : `The import ended: ${(error as Error).message}. What was stored stays; start the import again to go on.`,
  );
}
