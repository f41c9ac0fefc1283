// What a standalone launch has to find out, one after the other: who, then which patient, then which visit.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-standalone-launch
import type { Interaction } from 'oidc-provider';
import type { PatientChoice, PatientDirectory } from '../directory.ts';
import { launchType, scopeWords } from '../launch/scopes.ts';
import { choice, field, form, submit } from '../page/form.ts';
import { type EncounterDirectory, encounterForm, NO_VISIT } from './encounter-choice.ts';
import { type IdentifyDeps, identify, isProblem, type Problem } from './identify.ts';
import type { SignInWords } from './words.ts';

/** What has been found out; kept with the interaction, on the server. */
export interface Progress {
  account?: string;
  amr?: string[];
  /** When the user proved who they are, in seconds since 1970. */
  at?: number;
  patient?: string;
  /** Logical id, or `NO_VISIT`. */
  encounter?: string;
}

export interface StepDeps extends IdentifyDeps {
  patients: PatientDirectory;
  encounters: EncounterDirectory | undefined;
  now: () => Date;
}

/** One request to a step. */
export interface Asked {
  interaction: Interaction;
  /** The only account that may answer, when the request has one already. */
  onlyAccount: string | undefined;
  progress: Progress;
  filled: URLSearchParams;
  /** Address that the request comes from. */
  address: string;
  words: SignInWords;
}

interface Step {
  name: 'account' | 'patient' | 'encounter';
  /** Field of a form that answers it; the first step that is left is asked in any case. */
  isFilled(filled: URLSearchParams): boolean;
  isNeeded(asked: Asked): boolean;
  read(deps: StepDeps, asked: Asked): Promise<Progress | { problem: Problem }>;
}

/** Patients on one page. */
export const PAGE = 20;

/** True when the app asks for context of a type, whatever its role. */
export const asksFor = ({ params }: Interaction, type: string): boolean =>
  scopeWords(params.scope ?? '').some((word) => launchType(word) === type);

const sentence = (text: string, name: string, status: Problem['status'] = 400) => ({
  problem: { sentence: text, field: name, status },
});

/** The steps in their order. A launch from an EHR brings its own patient and visit. */
const STEPS: readonly Step[] = [
  {
    name: 'account',
    isFilled: (filled) => filled.has('user') || filled.has('password'),
    isNeeded: () => true,
    async read(deps, { filled, address, words, onlyAccount }) {
      const found = await identify(deps, filled, address, words);
      if (isProblem(found)) return found;
      const { username: account } = found.user;
      if (onlyAccount && account !== onlyAccount) return sentence(words.sameUser, 'name', 403);
      return { account, amr: found.amr, at: Math.floor(deps.now().getTime() / 1000) };
    },
  },
  {
    name: 'patient',
    isFilled: (filled) => filled.has('patient'),
    isNeeded: ({ interaction, onlyAccount }) =>
      !onlyAccount && (asksFor(interaction, 'patient') || asksFor(interaction, 'encounter')),
    async read({ patients }, { filled, words, progress }) {
      const chosen = filled.get('patient');
      const patient = chosen ? await patients.find(chosen, progress.account) : undefined;
      return patient ? { patient: patient.id } : sentence(words.unknownPatient, 'patient');
    },
  },
  {
    name: 'encounter',
    isFilled: (filled) => filled.has('encounter'),
    isNeeded: ({ interaction, onlyAccount }) => !onlyAccount && asksFor(interaction, 'encounter'),
    async read({ encounters }, { filled, words, progress }) {
      const chosen = filled.get('encounter') ?? '';
      const visits = (await encounters?.list(progress.patient!, progress.account)) ?? [];
      return chosen === NO_VISIT || visits.some(({ id }) => id === chosen)
        ? { encounter: chosen }
        : sentence(words.unknownVisit, 'encounter');
    },
  },
];

const left = (asked: Asked) =>
  STEPS.filter((step) => step.isNeeded(asked) && asked.progress[step.name] === undefined);

/** The first step that is left; undefined when all is known. */
export const nextStep = (asked: Asked): Step['name'] | undefined => left(asked)[0]?.name;

/** Reads what was filled in, step by step, as far as the form goes. */
export async function advance(
  deps: StepDeps,
  asked: Asked,
): Promise<{ progress: Progress; problem?: Problem }> {
  let { progress } = asked;
  for (const [index, step] of left(asked).entries()) {
    if (index && !step.isFilled(asked.filled)) break;
    const read = await step.read(deps, { ...asked, progress });
    if ('problem' in read) return { progress, problem: read.problem };
    progress = { ...progress, ...read };
  }
  return { progress };
}

/** The question after the patient, as a part of a form. */
export function patientChoice(words: SignInWords, charts: readonly PatientChoice[]): string {
  const options = charts.slice(0, PAGE).map(({ id, name, birthDate, mrn }) => ({
    value: id,
    label: [name, birthDate && `${words.born} ${birthDate}`, mrn && `${words.record} ${mrn}`]
      .filter(Boolean)
      .join(', '),
  }));
  return choice('patient', words.whichPatient, options);
}

/** The page of the patient step: a search box when there are many, and those that were found. */
export async function patientPage(
  { patients }: StepDeps,
  { filled, words, progress }: Asked,
): Promise<string> {
  const searched = filled.get('find')?.trim().slice(0, 100) ?? '';
  const charts = await patients.list(searched || undefined, progress.account);
  const search =
    searched || charts.length > PAGE
      ? form(
          field(
            'find',
            words.find,
            'type="search" autocomplete="off" maxlength="100" aria-describedby="hint"',
          ) +
            `<p class="hint" id="hint">${words.findHint}</p>` +
            submit(words.findButton),
        )
      : '';
  const none = `<p role="status">${words.noPatient}</p>`;
  const more = charts.length > PAGE ? `<p class="hint">${words.more}</p>` : '';
  const found = charts.length ? form(patientChoice(words, charts) + more + submit(words.continueOn)) : none;
  return search + found;
}

/** The page of the visit step. */
export const encounterPage = async ({ encounters }: StepDeps, { words, progress }: Asked): Promise<string> =>
  encounterForm(words, (await encounters?.list(progress.patient!, progress.account)) ?? []);
