// What a reindex writes for versions that were replaced meanwhile goes at its end, of contained resources too.
// https://hl7.org/fhir/R4/searchparameter.html
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { PostedParameters } from '../../bulk/posted-parameters.ts';
import { REINDEX, reindexKinds } from '../../bulk/reindex.ts';
import { createJobs, type JobKind, type Run } from '../../job/index.ts';
import { BASE, type Draft, openStorage } from './storage.ts';

const PARAMETER = {
  resourceType: 'SearchParameter',
  id: 'nick',
  url: 'https://example.org/SearchParameter/nick',
  name: 'nick',
  status: 'active',
  description: 'A nickname.',
  code: 'nick',
  base: ['Practitioner'],
  type: 'token',
  expression: 'Practitioner.name.text',
};
const holder = (id: string, nick: string | undefined): Draft => ({
  resourceType: 'Condition',
  id,
  ...(nick && { contained: [{ resourceType: 'Practitioner', id: 'p', name: [{ text: nick }] }] }),
  subject: { reference: 'Patient/ana' },
  ...(nick && { asserter: { reference: '#p' } }),
});

t.test('Rows of former versions are removed, those of present ones stay', async (t) => {
  const s = await openStorage(t);
  const { sql, registry, typeId, ridOf } = s;
  await s.save(['kept', 'emptied', 'changed', 'gone'].map((id) => holder(id, `old-${id}`)));
  /** What a batch leaves that is committed after the writes which replaced what it had read. */
  const disturb = async () => {
    await s.save([holder('emptied', undefined), holder('changed', 'new-changed')]);
    await s.remove('Condition', 'gone');
    const [param] = await sql`select id from search_parameter where code = 'nick'`;
    const link = registry.contained().get('Practitioner')!;
    for (const id of ['emptied', 'changed', 'gone']) {
      const [own, inner] = [ridOf(`Condition/${id}`), ridOf(`#Condition/${id}#p`)];
      await sql`insert into index_token (param, system, code, last_updated, rid)
        values (${-param!.id}, -1, ${`late-${id}`}, now(), ${inner}::bigint)`;
      await sql`insert into index_reference (param, target, last_updated, rid)
        values (${link}, ${inner}::bigint, now(), ${own}::bigint)`;
    }
  };
  let disturbed = false;
  const kinds = reindexKinds({ ...s, base: BASE, jobs: () => jobs });
  const kind: JobKind = (run) => {
    const late: Run = {
      ...run,
      get signal() {
        return run.signal;
      },
      async save(checkpoint, counts, transaction) {
        await run.save(checkpoint, counts, transaction);
        if (disturbed || (checkpoint as { after: string | null }).after !== null) return;
        disturbed = true;
        await disturb();
      },
    };
    return kinds[REINDEX]!(late);
  };
  const jobs = createJobs({
    sql,
    kinds: { ...kinds, [REINDEX]: kind },
    newId: () => `job-${Math.random()}`,
    log: { error: (details) => t.comment(details) },
    times: { poll: 20, backOff: 20 },
  });
  t.teardown(() => jobs.stop());
  const posted = new PostedParameters({
    sql,
    registry,
    jobs,
    typeId: typeId('SearchParameter'),
    log: { error: (details) => t.comment(details) },
  });
  await s.save([PARAMETER]);
  jobs.start();
  await posted.sync();
  for (let n = 0; n < 500 && !registry.find('Practitioner', 'nick'); n++) {
    await wait(20);
    await registry.refresh();
  }
  t.ok(disturbed);
  const rows = await sql`select i.code from index_token i join search_parameter p on -p.id = i.param
    where p.code = 'nick' order by i.code`;
  t.same(
    rows.map(({ code }) => code),
    ['new-changed', 'old-kept'],
  );
  const links = await sql`select i.rid::text from index_reference i join search_parameter p on p.id = i.param
    where p.code = '_contained'`;
  t.same(
    links.map(({ rid }) => rid as string).sort(),
    ['kept', 'changed'].map((id) => ridOf(`Condition/${id}`)).sort(),
  );
  t.same(await s.find('Condition', 'asserter:Practitioner.nick=old-kept,new-changed,late-changed'), [
    'changed',
    'kept',
  ]);
});
