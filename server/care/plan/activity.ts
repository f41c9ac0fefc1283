// Makes the request that an ActivityDefinition describes. Nothing is stored.
// https://hl7.org/fhir/R4/activitydefinition.html#12.17.3.3 · https://hl7.org/fhir/R4/activitydefinition-operation-apply.html
import type { ActivityDefinition, CodeableConcept, Reference, Resource } from '@medplum/fhirtypes';
import { keyOf } from '../code.ts';
import { dueOf } from './due.ts';
import { setElement } from './element.ts';
import { evaluate } from './expression.ts';
import { type Given, notApplicable, type Sources, subjectOf, variablesOf } from './given.ts';

/** What the makers of requests are given. */
interface Making {
  readonly definition: ActivityDefinition;
  readonly canonical: string | undefined;
  readonly subject: Reference;
  readonly encounter: Reference | undefined;
  readonly requester: Reference | undefined;
  readonly roles: readonly CodeableConcept[];
  readonly at: string;
  readonly due: Date | undefined;
}

/** Members of a request; those that are undefined are left out of it. */
type Members = Record<string, unknown>;

const occurrence = ({ timingTiming, timingDateTime, timingPeriod }: ActivityDefinition): Members => ({
  occurrenceTiming: timingTiming,
  occurrenceDateTime: timingDateTime,
  occurrencePeriod: timingPeriod,
});
const instantiates = ({ canonical }: Making) => canonical && [canonical];
const productOf = ({ productCodeableConcept, code }: ActivityDefinition) => productCodeableConcept ?? code;

/** 422 for a definition that lacks what the request cannot do without. */
function needed<T>(value: T | undefined, what: string, { definition: { kind } }: Making): T {
  if (value === undefined) throw notApplicable(`The ActivityDefinition of a ${kind} must give ${what}.`);
  return value;
}

const task = (making: Making): Members => {
  const { definition, canonical, subject, encounter, requester, roles, at, due } = making;
  return {
    instantiatesCanonical: canonical,
    status: 'draft',
    intent: definition.intent ?? 'proposal',
    priority: definition.priority,
    code: definition.code,
    description: definition.description ?? definition.title,
    for: subject,
    encounter,
    authoredOn: at,
    requester,
    performerType: roles.length ? roles : undefined,
    location: definition.location,
    restriction: due && { period: { end: due.toISOString() } },
  };
};

const serviceRequest = (making: Making): Members => {
  const { definition, subject, encounter, requester, roles, at } = making;
  return {
    instantiatesCanonical: instantiates(making),
    status: 'draft',
    intent: definition.intent ?? 'proposal',
    priority: definition.priority,
    doNotPerform: definition.doNotPerform,
    code: definition.code,
    quantityQuantity: definition.quantity,
    subject,
    encounter,
    ...occurrence(definition),
    authoredOn: at,
    requester,
    performerType: roles[0],
    locationReference: definition.location && [definition.location],
    bodySite: definition.bodySite,
  };
};

const medicationRequest = (making: Making): Members => {
  const { definition, subject, encounter, requester, roles, at } = making;
  const { productReference } = definition;
  return {
    instantiatesCanonical: instantiates(making),
    status: 'draft',
    intent: definition.intent ?? 'proposal',
    priority: definition.priority,
    doNotPerform: definition.doNotPerform,
    ...(productReference
      ? { medicationReference: productReference }
      : { medicationCodeableConcept: needed(productOf(definition), 'product[x]', making) }),
    subject,
    encounter,
    authoredOn: at,
    requester,
    performerType: roles[0],
    dosageInstruction: definition.dosage,
    dispenseRequest: definition.quantity && { quantity: definition.quantity },
  };
};

const deviceRequest = (making: Making): Members => {
  const { definition, subject, encounter, requester, roles, at } = making;
  return {
    instantiatesCanonical: instantiates(making),
    status: 'draft',
    intent: definition.intent ?? 'proposal',
    priority: definition.priority,
    codeCodeableConcept: needed(productOf(definition), 'code', making),
    subject,
    encounter,
    ...occurrence(definition),
    authoredOn: at,
    requester,
    performerType: roles[0],
  };
};

const communicationRequest = (making: Making): Members => {
  const { definition, subject, encounter, requester, at } = making;
  const { description, title, code } = definition;
  return {
    status: 'draft',
    category: code && [code],
    priority: definition.priority,
    doNotPerform: definition.doNotPerform,
    subject,
    encounter,
    payload: (description ?? title) && [{ contentString: description ?? title }],
    occurrenceDateTime: definition.timingDateTime,
    occurrencePeriod: definition.timingPeriod,
    authoredOn: at,
    requester,
  };
};

const nutritionOrder = (making: Making): Members => {
  const { definition, subject, encounter, requester, at } = making;
  return {
    instantiatesCanonical: instantiates(making),
    status: 'draft',
    intent: definition.intent ?? 'proposal',
    patient: subject,
    encounter,
    dateTime: at,
    orderer: requester,
    oralDiet: { type: [needed(productOf(definition), 'code', making)] },
  };
};

const supplyRequest = (making: Making): Members => {
  const { definition, requester, at, subject } = making;
  return {
    status: 'draft',
    priority: definition.priority,
    itemCodeableConcept: needed(productOf(definition), 'product[x]', making),
    quantity: needed(definition.quantity, 'quantity', making),
    ...occurrence(definition),
    authoredOn: at,
    requester,
    deliverTo: subject,
  };
};

const appointment = ({ definition, subject, at }: Making): Members => ({
  status: 'proposed',
  serviceType: definition.code && [definition.code],
  description: definition.description ?? definition.title,
  requestedPeriod: definition.timingPeriod && [definition.timingPeriod],
  created: at,
  participant: [{ actor: subject, status: 'needs-action' }],
});

const carePlan = (making: Making): Members => {
  const { definition, subject, encounter, at } = making;
  return {
    instantiatesCanonical: instantiates(making),
    status: 'draft',
    intent: definition.intent ?? 'proposal',
    title: definition.title,
    description: definition.description,
    subject,
    encounter,
    period: definition.timingPeriod,
    created: at,
  };
};

/** The requests that are made here, by `ActivityDefinition.kind`. */
const MAKERS: Readonly<Record<string, (making: Making) => Members>> = {
  Appointment: appointment,
  CarePlan: carePlan,
  CommunicationRequest: communicationRequest,
  DeviceRequest: deviceRequest,
  MedicationRequest: medicationRequest,
  NutritionOrder: nutritionOrder,
  ServiceRequest: serviceRequest,
  SupplyRequest: supplyRequest,
  Task: task,
};

/** `url|version` of a definition. */
export const canonicalOf = ({ url, version }: { url?: string; version?: string }): string | undefined =>
  url && (version ? `${url}|${version}` : url);

const refersTo = (resource: Resource | undefined): Reference | undefined =>
  resource && { reference: keyOf(resource) };

const defined = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/**
 * Applies an activity definition: its elements, then its dynamic values in their order.
 * @throws FhirError 422 for a kind of request that is not made here, a transform, or an expression that cannot be evaluated
 */
export async function applyActivity(
  definition: ActivityDefinition,
  given: Given,
  sources: Sources,
): Promise<Resource> {
  const { kind = '', transform, profile, participant = [], dynamicValue = [] } = definition;
  const make = Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
  if (!make)
    throw notApplicable(
      `An ActivityDefinition of the kind "${kind}" is not applied here. Kinds are ${Object.keys(MAKERS).join(', ')}.`,
    );
  if (transform)
    throw notApplicable('A transform by a StructureMap is not carried out here; use dynamicValue.');
  const subject = subjectOf(given, definition.subjectCodeableConcept);
  const members = make({
    definition,
    canonical: canonicalOf(definition),
    subject: { reference: keyOf(subject) },
    encounter: refersTo(given.encounter),
    requester: refersTo(given.practitioner),
    roles: participant.flatMap(({ role }) => role ?? []),
    at: sources.now.toISOString(),
    due: dueOf(definition, given.start, sources.calendar),
  });
  const meta = profile && { meta: { profile: [profile] } };
  const resource = { resourceType: kind, ...meta, ...defined(members) } as unknown as Resource;
  const variables = dynamicValue.length ? await variablesOf(given, subject, sources) : {};
  for (const { path, expression } of dynamicValue)
    setElement(resource, kind, path!, evaluate(expression!, variables));
  return resource;
}
