// Search by position. https://hl7.org/fhir/R4/location.html#positional
import fc from 'fast-check';
import t from 'tap';
import { answers, type Draft, openIndex, refuses } from './index-tables.ts';

const place = (id: string, latitude: number, longitude: number): Draft => ({
  resourceType: 'Location',
  id,
  position: { latitude, longitude },
});

t.test('Locations are found by their distance', async (t) => {
  const index = await openIndex(t);
  await index.save([
    place('boston', 42.3601, -71.0589),
    place('cambridge', 42.3736, -71.1097),
    place('worcester', 42.2626, -71.8023),
    place('fiji-east', -17.8, -179.9),
    place('fiji-west', -17.8, 179.9),
    place('north-pole', 89.9, 10),
    place('beyond', 120, 500),
    { resourceType: 'Location', id: 'nowhere' },
  ]);
  await answers(t, index, 'Location', {
    'near=42.36|-71.06|1|km': ['boston'],
    'near=42.36|-71.06|10': ['boston', 'cambridge'],
    'near=42.36|-71.06|10|km': ['boston', 'cambridge'],
    'near=42.36|-71.06|61|km': ['boston', 'cambridge'],
    'near=42.36|-71.06|63|km': ['boston', 'cambridge', 'worcester'],
    'near=42.36|-71.06|39|[mi_us]': ['boston', 'cambridge', 'worcester'],
    'near=42.36|-71.06|500|m': ['boston'],
    'near=42.36|-71.06': ['boston', 'cambridge'],
    'near=-17.8|180.0|20|km': ['fiji-east', 'fiji-west'],
    'near=-17.8|-179.95|30|km': ['fiji-east', 'fiji-west'],
    'near=90|0|20|km': ['north-pole'],
    'near=89.9|-170|30|km': ['north-pole'],
    'near=0|0|0|km': [],
    'near=0|0|99999|km': ['boston', 'cambridge', 'worcester', 'fiji-east', 'fiji-west', 'north-pole'],
    'near=42.36|-71.06|1|km,-17.8|179.9|1|km': ['boston', 'fiji-west'],
  });
  for (const value of [
    '',
    '42',
    '91|0|1',
    '0|181|1',
    'a|b|c',
    '0|0|-1',
    '0|0|1|parsec',
    '0|0|1|km|x',
    '0|0|1|toString',
  ])
    await refuses(t, index, 'Location', `near=${value}`, /"near" can be searched by/);
});

/** Distance in kilometres by vectors, another way than the server's. */
function kilometres([a, b]: [number, number], [c, d]: [number, number]): number {
  const vector = (latitude: number, longitude: number) => {
    const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)] as const;
  };
  const [p, q] = [vector(a, b), vector(c, d)];
  const dot = p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
  return 6371.0088 * Math.acos(Math.min(1, Math.max(-1, dot)));
}

t.test('The box around the circle loses no location, wherever it lies', async (t) => {
  const index = await openIndex(t);
  const points: [number, number][] = [];
  for (let latitude = -90; latitude <= 90; latitude += 15)
    for (let longitude = -180; longitude <= 180; longitude += 20) points.push([latitude, longitude]);
  await index.save(
    points.map(([latitude, longitude]) => place(`${latitude}/${longitude}`, latitude, longitude)),
  );
  const position = fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -180, max: 180 }));
  await fc.assert(
    fc.asyncProperty(position, fc.integer({ min: 1, max: 20_000 }), async (center, distance) => {
      const found = new Set(await index.find('Location', 'near', `${center[0]}|${center[1]}|${distance}`));
      return points.every(([latitude, longitude]) => {
        const far = kilometres(center, [latitude, longitude]);
        return Math.abs(far - distance) < 0.01 || found.has(`${latitude}/${longitude}`) === far < distance;
      });
    }),
    { numRuns: 150 },
  );
  t.pass(`${points.length} locations, 150 circles`);
});
