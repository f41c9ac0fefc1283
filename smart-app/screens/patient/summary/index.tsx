// The parts of a summary, each under its heading; what nothing is on record of is told in one line at the end.
// https://hl7.org/fhir/R4/composition-definitions.html#Composition.section
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { documentSections, type Section } from '../../../fhir/document.ts';
import { Refusal } from '../../../ui/refusal.tsx';
import { sentenceOf } from '../../../ui/sentence.ts';
import type { View } from '../view.ts';
import classes from './summary.module.css';
import { knownWord, useWords } from './words.ts';

export default function SummaryText({ document, view }: { document: string; view: View }) {
  const language = useWords();
  const { w } = language;
  const read = useQuery({
    queryKey: ['record', view.patient, 'document', document],
    queryFn: () => documentSections(view.client, document, view.patient),
  });
  if (read.error) return <Refusal sentence={sentenceOf(read.error, language)} />;
  if (!read.data) return <Skeleton height={96} radius={6} />;
  if (read.data.length === 0) return <p>{w('elsewhere')}</p>;

  const titleOf = ({ code, title }: Section): string | undefined => {
    const known = knownWord(`section.${code}`);
    return known ? w(known) : title;
  };
  const empty = read.data.filter(({ isEmpty }) => isEmpty);
  return (
    <div className={classes.sections}>
      {read.data
        .filter(({ isEmpty }) => !isEmpty)
        .map((section, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a document that was written have no other name
          <section key={place}>
            {titleOf(section) && <h3>{titleOf(section)}</h3>}
            <Lines lines={section.lines} />
          </section>
        ))}
      {empty.length > 0 && <p>{w('empty', { what: empty.map(titleOf).filter(Boolean).join(', ') })}</p>}
    </div>
  );
}

function Lines({ lines }: Pick<Section, 'lines'>) {
  if (lines.length < 2) return <div>{lines[0]}</div>;
  return (
    <ul>
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line may stand there twice
        <li key={place}>{line}</li>
      ))}
    </ul>
  );
}
