// An entry of the timeline in words: what kind of thing, what it is called, how it stands.
// https://hl7.org/fhir/R4/operations.html
import type { Condition, Observation, QuestionnaireResponse, Task } from '@medplum/fhirtypes';
import { barrierType } from '../../../fhir/barriers.ts';
import type { Happening } from '../../../fhir/happenings.ts';
import { knownKey } from '../../../locales/text.ts';
import { knownWord, type Words } from './words.ts';

export interface HappeningSaid {
  readonly thing: string;
  readonly what: string;
  readonly detail: string | undefined;
}

/** Words for a status, where it says something to a reader. */
function statusSaid({ resource, status }: Happening, { w, t }: Words): string | undefined {
  if (resource.resourceType === 'Task') {
    const key = knownKey(`status.${(resource as Task).status}`);
    return key && t(key);
  }
  const word = resource.resourceType === 'Appointment' ? knownWord(`appointment.${status}`) : undefined;
  return word && w(word);
}

/** The id of a form of ours, with or without its version. */
const FORM = /\/Questionnaire\/cn-q-([a-z0-9-]+)(\||$)/;

function whatOf({ resource, title }: Happening, { w }: Words): string {
  if (resource.resourceType === 'Observation') {
    const { valueQuantity } = resource as Observation;
    if (valueQuantity?.code === 'min') return w('minutes', { count: valueQuantity.value ?? 0 });
  }
  if (resource.resourceType === 'Condition' && !title) {
    const word = knownWord(`barrier.${barrierType(resource as Condition)}`);
    if (word) return w(word);
  }
  if (resource.resourceType === 'QuestionnaireResponse') {
    const [, id] = FORM.exec((resource as QuestionnaireResponse).questionnaire ?? '') ?? [];
    const word = knownWord(`form.${id}`);
    if (word) return w(word);
  }
  return title ?? '';
}

/** @param words the texts of the panels */
export function happeningSaid(one: Happening, words: Words): HappeningSaid {
  const thing = knownWord(`thing.${one.resource.resourceType}`);
  const status = statusSaid(one, words);
  return {
    thing: thing ? words.w(thing) : one.resource.resourceType,
    what: [whatOf(one, words), status].filter(Boolean).join(' · '),
    detail: one.detail,
  };
}
