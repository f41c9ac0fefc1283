// Who hears of late work: the supervisor of those who should have done it, else their pool.
// https://hl7.org/fhir/R4/practitionerrole.html
import type {
  CareTeam,
  EpisodeOfCare,
  HealthcareService,
  Organization,
  PractitionerRole,
  Reference,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { codeOf, ROLE, referenceTo, TASK_CODE } from '../code.ts';
import { type Lane, poolOf } from '../people.ts';
import { localKey, relativeKey } from '../reference.ts';
import type { Desk } from '../write.ts';

/** Most steps from a part of an organisation to the whole. */
const MOST_PARENTS = 3;

/** The organisation that an owner of work belongs to, by type. */
const ORGANIZATION_OF: Readonly<Record<string, (owner: never) => Reference | undefined>> = {
  Organization: (owner: Organization) => referenceTo(owner),
  PractitionerRole: ({ organization }: PractitionerRole) => organization,
  CareTeam: ({ managingOrganization }: CareTeam) => managingOrganization?.[0],
  HealthcareService: ({ providedBy }: HealthcareService) => providedBy,
};

/** What a unit has looked up: many tasks of one organisation are late at once. */
const known = new WeakMap<Desk, Map<string, Promise<Reference | undefined>>>();

function once(
  desk: Desk,
  key: string,
  look: () => Promise<Reference | undefined>,
): Promise<Reference | undefined> {
  const found = known.get(desk) ?? new Map<string, Promise<Reference | undefined>>();
  known.set(desk, found);
  const answer = found.get(key) ?? look();
  found.set(key, answer);
  return answer;
}

/** The supervisor of an organisation, or of the one that it is part of. */
async function supervisorIn(
  desk: Desk,
  organization: string,
  parents = MOST_PARENTS,
): Promise<Reference | undefined> {
  const query = `organization=${organization}&role=${ROLE}|supervisor&active=true&_sort=-_lastUpdated&_count=1`;
  const [found] = await desk.find('PractitionerRole', query);
  if (found) return referenceTo(found);
  const whole = relativeKey((await desk.read<Organization>(organization))?.partOf as Reference | undefined);
  return whole && parents > 0 ? supervisorIn(desk, whole, parents - 1) : undefined;
}

const supervisorOf = (desk: Desk, organization: string | undefined): Promise<Reference | undefined> =>
  organization
    ? once(desk, organization, () => supervisorIn(desk, organization))
    : Promise.resolve(undefined);

/** The organisation that the owner of a task belongs to. */
const organizationOf = (desk: Desk, owner: Reference | undefined): Promise<Reference | undefined> =>
  owner?.reference
    ? once(desk, `of ${owner.reference}`, async () => {
        const found = await desk.read<Resource>(owner.reference!);
        return found && ORGANIZATION_OF[found.resourceType]?.(found as never);
      })
    : Promise.resolve(undefined);

const laneOf = ({ code }: Task): Lane =>
  codeOf(code, TASK_CODE)?.startsWith('nav-') ? 'navigation' : 'coordination';

/** The supervisor of the owner's organisation, that of the enrolment, its pool of the lane, or itself. */
export async function whoHears(
  desk: Desk,
  task: Task,
  { managingOrganization }: EpisodeOfCare,
): Promise<Reference | undefined> {
  const owners = relativeKey(await organizationOf(desk, task.owner as Reference | undefined));
  const ours = await localKey(desk, managingOrganization, 'Organization');
  const supervisor = (await supervisorOf(desk, owners)) ?? (await supervisorOf(desk, ours));
  if (supervisor || !ours) return supervisor;
  const lane = laneOf(task);
  return (await once(desk, `${lane} ${ours}`, () => poolOf(desk, lane, ours))) ?? { reference: ours };
}
