// Who uses the app: the role in which they work, its code, and whose role it is.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-identity-data
import type { Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { humanName, roleCode } from './people.ts';

export interface User {
  /** `PractitionerRole/nurse`: how the user is referred to. */
  readonly reference: string;
  readonly name: string;
  /** Code of cn-role. */
  readonly role?: string;
  /** `Practitioner/…`, who signs notes. */
  readonly practitioner?: string;
  /** `Organization/…` that the role works for. */
  readonly organization?: string;
}

/** @param fhirUser the reference that the sign-in server gave */
export async function readUser(client: Client, fhirUser: string): Promise<User> {
  const [type, id] = fhirUser.split('/') as [string, string];
  if (type !== 'PractitionerRole') {
    const one = (await client.read(type as 'Practitioner', id)) as Practitioner;
    return {
      reference: fhirUser,
      name: humanName(one.name),
      ...(type === 'Practitioner' && { practitioner: fhirUser }),
    };
  }
  const { resources } = await client.search('PractitionerRole', {
    _id: id,
    _include: 'PractitionerRole:practitioner',
  });
  const role = resources.find((one): one is PractitionerRole => one.resourceType === 'PractitionerRole');
  const person = resources.find((one): one is Practitioner => one.resourceType === 'Practitioner');
  const code = role && roleCode(role);
  const practitioner = role?.practitioner?.reference;
  const organization = role?.organization?.reference;
  return {
    reference: fhirUser,
    name: role?.practitioner?.display ?? humanName(person?.name),
    ...(code && { role: code }),
    ...(practitioner && { practitioner }),
    ...(organization && { organization }),
  };
}
