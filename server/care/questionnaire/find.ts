// The Questionnaire that a response names: contained in it, or known to this server by its canonical URL.
// https://hl7.org/fhir/R4/questionnaireresponse-definitions.html#QuestionnaireResponse.questionnaire
import type { Questionnaire, QuestionnaireResponse } from '@medplum/fhirtypes';

/** Looks questionnaires up by a search. */
export type FindQuestionnaires = (query: string) => Promise<readonly Questionnaire[]>;

/** Text of a parameter in which the marks of a search mean themselves. */
const plain = (text: string): string => text.replace(/[\\$,|]/g, '\\$&');

/** In the order in which several of one URL are preferred. */
const STATUSES: readonly (string | undefined)[] = ['active', 'draft', 'unknown', 'retired'];
const rank = ({ status }: Questionnaire): number => STATUSES.indexOf(status);
const changed = ({ meta, date }: Questionnaire): string => date ?? meta?.lastUpdated ?? '';

/** The form of a response; undefined when it names none, or one that is not known here. */
export async function questionnaireOf(
  { questionnaire: canonical, contained = [] }: QuestionnaireResponse,
  find: FindQuestionnaires,
): Promise<Questionnaire | undefined> {
  if (!canonical) return undefined;
  if (canonical.startsWith('#'))
    return contained.find(
      (one): one is Questionnaire => one.resourceType === 'Questionnaire' && `#${one.id}` === canonical,
    );
  const [url, version] = canonical.replace(/#.*$/, '').split('|');
  const query = new URLSearchParams({ url: plain(url!), ...(version && { version: plain(version) }) });
  const found = await find(query.toString());
  return [...found].sort((a, b) => rank(a) - rank(b) || changed(b).localeCompare(changed(a)))[0];
}
