// US Core, as published, on a server: https://hl7.org/fhir/us/core/
import { existsSync } from 'node:fs';
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';

const US_CORE = new URL('../../../../shared/fhir-packages/', import.meta.url);

t.test(
  'US Core 6.1.0 and 7.0.0 are stored whole',
  { skip: existsSync(US_CORE) ? false : 'the packages are not beside the project' },
  async (t) => {
    const server = await startServer(t, { env: { FHIR_PACKAGES: US_CORE.pathname } });
    const ask = asking(server);
    t.match(server.notes[0], /^FHIR package hl7\.fhir\.us\.core 7\.0\.0: .*63 StructureDefinition/);
    t.match(server.notes[1], /^FHIR package hl7\.fhir\.us\.core 6\.1\.0: .*59 StructureDefinition/);
    t.equal(server.notes.length, 3, 'and what is missing, in one line');
    const { body } = await ask('GET', '/StructureDefinition?_summary=count');
    t.equal(body.total, 122);
    const problems = await ask(
      'GET',
      '/ValueSet?url=http://hl7.org/fhir/us/core/ValueSet/us-core-problem-or-health-concern',
    );
    t.equal(problems.body.entry.length, 2);
    const base = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient';
    for (const version of ['', '|6.1.0', '|7.0.0']) {
      const refused = await ask('POST', '/Patient', {
        resourceType: 'Patient',
        meta: { profile: [base + version] },
      });
      t.equal(refused.status, 422, version);
      const places = refused.body.issue.flatMap(
        ({ expression }: { expression?: string[] }) => expression ?? [],
      );
      for (const place of ['Patient.identifier', 'Patient.name', 'Patient.gender'])
        t.ok(places.includes(place), `${version} ${place}`);
    }
  },
);
