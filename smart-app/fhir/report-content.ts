// What a report says, so that it can be read where it is reviewed: its text, its conclusion, its results, its PDF.
// https://hl7.org/fhir/R4/documentreference.html · https://hl7.org/fhir/R4/diagnosticreport.html
import type {
  Attachment,
  Composition,
  DiagnosticReport,
  DocumentReference,
  Observation,
  Resource,
} from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { documentSections } from './document.ts';
import { WrongPatient } from './failure.ts';

/** A result as a row of a table. */
export interface Result {
  readonly name: string;
  readonly value: string;
  /** `High`, `H`; undefined when the result says nothing of it. */
  readonly flag?: string;
  readonly range?: string;
  readonly date?: string;
}

/** A report as it is read. */
export interface Content {
  readonly reference: string;
  /** Undefined when it does not say what it is. */
  readonly title?: string | undefined;
  readonly date?: string | undefined;
  /** Whoever wrote it, by name. */
  readonly author?: string | undefined;
  readonly text?: string | undefined;
  readonly results: readonly Result[];
  /** Base64. */
  readonly pdf?: string | undefined;
  /** Where it is kept, if not here. */
  readonly url?: string | undefined;
}

const quantity = ({ value, unit, code }: NonNullable<Observation['valueQuantity']>): string =>
  [value, unit ?? code].filter((one) => one !== undefined).join(' ');

/** The value of a result, as it stands. */
function valueSaid(one: Pick<Observation, `value${string}` & keyof Observation>): string {
  if (one.valueQuantity) return quantity(one.valueQuantity);
  const concept = one.valueCodeableConcept;
  if (concept) return concept.text ?? concept.coding?.[0]?.display ?? concept.coding?.[0]?.code ?? '';
  return String(one.valueString ?? one.valueInteger ?? one.valueBoolean ?? one.valueDateTime ?? '');
}

const nameOf = (code: Observation['code']): string =>
  code.text ?? code.coding?.[0]?.display ?? code.coding?.[0]?.code ?? '';

/** The rows of a result: itself where it has a value, and its parts. */
function rowsOf({ code, component = [], ...own }: Observation): readonly Result[] {
  const date = own.effectiveDateTime ?? own.issued;
  return [{ code, ...own }, ...component].flatMap((one) => {
    const value = valueSaid(one as Observation);
    const [interpretation] = one.interpretation ?? [];
    const flag =
      interpretation?.text ?? interpretation?.coding?.[0]?.display ?? interpretation?.coding?.[0]?.code;
    const [limits] = one.referenceRange ?? [];
    const range =
      limits?.text ?? [limits?.low?.value, limits?.high?.value].filter((end) => end !== undefined).join('–');
    if (!value) return [];
    return {
      name: nameOf(one.code),
      value,
      ...(flag && { flag }),
      ...(range && { range }),
      ...(date && { date }),
    };
  });
}

const PDF = 'application/pdf';
const linked = (attachments: readonly Attachment[]): Pick<Content, 'pdf' | 'url'> => ({
  pdf: attachments.find(({ contentType, data }) => contentType === PDF && data)?.data,
  url: attachments.find(({ url, data }) => !data && url?.startsWith('https://'))?.url,
});

type Read<T> = (client: Client, resource: T, patient: string) => Promise<Omit<Content, 'reference'>>;

const decodeText = (data: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));

const documentContent: Read<DocumentReference> = async (_client, { content, ...document }) => {
  const attachments = content.map(({ attachment }) => attachment);
  const plain = attachments.find(({ contentType, data }) => contentType?.startsWith('text/plain') && data);
  return {
    title: document.description ?? attachments[0]?.title ?? document.type?.text,
    date: document.date,
    author: document.author?.find(({ display }) => display)?.display,
    text: plain?.data && decodeText(plain.data),
    results: [],
    ...linked(attachments),
  };
};

const compositionContent: Read<Composition> = async (client, { id, title, date, author }, patient) => {
  const sections = await documentSections(client, `Composition/${id}`, patient);
  const text = sections.map((one) => [one.title, ...one.lines].filter(Boolean).join('\n')).join('\n\n');
  return { title, date, author: author.find(({ display }) => display)?.display, text, results: [] };
};

const isObservation = (resource: Resource): resource is Observation =>
  resource.resourceType === 'Observation';

const reportContent: Read<DiagnosticReport> = async (client, report, patient) => {
  const ids = (report.result ?? []).flatMap(
    ({ reference }) => /Observation\/([^/]+)$/.exec(reference ?? '')?.[1] ?? [],
  );
  const found = ids.length
    ? await client.search('Observation', { _id: ids.join(','), patient: `Patient/${patient}`, _count: '100' })
    : { resources: [] as readonly Resource[] };
  const results = found.resources.filter(isObservation);
  checkOwn(results, patient);
  return {
    title: nameOf(report.code) || undefined,
    date: report.effectiveDateTime ?? report.issued,
    author: [...(report.resultsInterpreter ?? []), ...(report.performer ?? [])].find(({ display }) => display)
      ?.display,
    text: report.conclusion,
    results: results.flatMap(rowsOf),
    ...linked(report.presentedForm ?? []),
  };
};

const resultContent: Read<Observation> = async (_client, observation) => ({
  title: nameOf(observation.code) || undefined,
  date: observation.effectiveDateTime ?? observation.issued,
  text: observation.note?.map(({ text }) => text).join('\n') || undefined,
  results: rowsOf(observation),
});

function checkOwn(resources: readonly { subject?: { reference?: string } }[], patient: string): void {
  if (resources.some(({ subject }) => subject?.reference !== `Patient/${patient}`)) throw new WrongPatient();
}

const READ = {
  DocumentReference: documentContent,
  Composition: compositionContent,
  DiagnosticReport: reportContent,
  Observation: resultContent,
} as const;

/** The types of what can be reviewed. */
export const isReportReference = (reference: string | undefined): reference is string =>
  Object.hasOwn(READ, reference?.split('/')[0] ?? '');

/**
 * Reads a report.
 * @param reference `DocumentReference/…`, `Composition/…`, `DiagnosticReport/…` or `Observation/…`
 * @throws WrongPatient when it is about somebody else
 */
export async function readReport(client: Client, reference: string, patient: string): Promise<Content> {
  const [type, id = ''] = reference.split('/') as [keyof typeof READ, string?];
  const resource = await client.read(type, id);
  checkOwn([resource as { subject?: { reference?: string } }], patient);
  return { reference, ...(await (READ[type] as Read<Resource>)(client, resource, patient)) };
}
