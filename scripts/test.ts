// `npm test`: types, lint, stale checks and all tests on a real PostgreSQL; the last line is `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Parser, type Result } from 'tap-parser';
import { startEmbedded } from '../server/db/embedded.ts';
import { buildAppIfStale } from './app-build.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const bin = (name: string) => join(ROOT, 'node_modules/.bin', name);
const say = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** A test file that runs longer is ended and counts as failed. */
const FILE_TIMEOUT = 240_000;

/** Files that run at once: some of the time each of them waits, for clocks, browsers and the database. */
const AT_ONCE = Math.min(3, availableParallelism() + 1);

/** What one test file came to. */
interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** Lines for the reader: failures with their details, and skips with their reasons. */
  lines: string[];
}

const CHECKS: [name: string, command: string, args: string[]][] = [
  ['types of server and scripts', bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['types of the app', bin('tsc'), ['--noEmit', '-p', 'smart-app/tsconfig.json']],
  ['lint and format', bin('biome'), ['ci', '--reporter=summary', '.']],
];

/** What a level of a TAP stream has shown so far. */
interface Level {
  asserted: number;
  failed: number;
}

/**
 * Counts the assertions of a TAP stream, nested tests included. A test with tests inside is those; it counts itself only
 * when it asserts nothing (what it runs would throw), or fails although nothing inside did.
 */
function collect(outcome: Outcome): Parser {
  const parser = new Parser();
  const watch = (tests: Parser): Level => {
    const level: Level = { asserted: 0, failed: 0 };
    let inside: Level | undefined;
    tests.on('child', (child: Parser) => {
      inside = watch(child);
    });
    tests.on('assert', (result: Result) => {
      const told = inside !== undefined && (result.ok ? inside.asserted > 0 : inside.failed > 0);
      inside = undefined;
      level.asserted++;
      if (!result.ok) level.failed++;
      if (!told) tell(outcome, result);
    });
    return level;
  };
  watch(parser);
  return parser;
}

/** Counts one assertion, and keeps what the reader should see of it. */
function tell(outcome: Outcome, result: Result): void {
  const reason = result.skip || result.todo;
  if (reason) {
    outcome.skipped++;
    outcome.lines.push(`  skipped: ${result.fullname} (${reason})`);
  } else if (result.ok) {
    outcome.passed++;
  } else {
    const details = JSON.stringify(result.diag, null, 2)?.split('\n') ?? [];
    outcome.failed++;
    outcome.lines.push(`  NOT OK: ${result.fullname}`, ...details.map((line) => `    ${line}`));
  }
}

/** Runs one test file in a process of its own. */
function runFile(file: string, databaseUrl: string): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0, lines: [] };
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      cwd: ROOT,
      env: {
        ...process.env,
        TEST_DATABASE_URL: databaseUrl,
        TAP_TIMEOUT: String(FILE_TIMEOUT / 1000),
        // Each file loads the whole server: compiled once, it starts in half the time.
        NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: FILE_TIMEOUT,
    });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.stdout.pipe(collect(outcome));
    child.on('close', (code, signal) => {
      if ((code || signal) && !outcome.failed) {
        outcome.failed++;
        outcome.lines.push(
          `  NOT OK: the file ended with ${signal ?? `code ${code}`}`,
          `    ${errors.slice(-2000)}`,
        );
      }
      if (!outcome.passed && !outcome.failed && !outcome.skipped) {
        outcome.failed++;
        outcome.lines.push('  NOT OK: the file has no test');
      }
      done(outcome);
    });
  });
}

const total: Outcome = { passed: 0, failed: 0, skipped: 0, lines: [] };

function check(name: string, command: string, args: string[]): void {
  const started = Date.now();
  const ok = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' }).status === 0;
  total[ok ? 'passed' : 'failed']++;
  say(`${ok ? 'ok    ' : 'NOT OK'} ${name} (${seconds(started)})`);
}

/** Runs the files, a few at a time; browser journeys come first, as they take longest. */
async function runFiles(files: readonly string[], databaseUrl: string): Promise<void> {
  const queue = [...files].sort((a, b) => Number(b.includes('journey')) - Number(a.includes('journey')));
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const started = Date.now();
      const { passed, failed, skipped, lines } = await runFile(file, databaseUrl);
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped;
      say(
        `${failed ? 'NOT OK' : 'ok    '} ${file}: ${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''} (${seconds(started)})`,
      );
      for (const line of lines) say(line);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const chosen = process.argv.slice(2);
if (!chosen.length) for (const args of CHECKS) check(...args);
await buildAppIfStale();
const folder = mkdtempSync(join(tmpdir(), 'throughline-tests-'));
const database = await startEmbedded(folder);
try {
  await runFiles(chosen.length ? chosen : globSync('server/test/**/*.test.ts', { cwd: ROOT }), database.url);
} finally {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
