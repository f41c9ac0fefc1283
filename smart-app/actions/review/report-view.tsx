// A report in the dialog in which it is reviewed: its text, its results as a table, its PDF.
// https://hl7.org/fhir/R4/diagnosticreport.html
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApp } from '../../context.tsx';
import { type Content, type Result, readReport } from '../../fhir/report-content.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { dayOf } from '../../ui/time.ts';
import classes from './review.module.css';
import { useWords } from './words.ts';

export function ReportView({ reference, patient }: { reference: string; patient: string }) {
  const { client } = useApp();
  const words = useWords();
  const { data, error } = useQuery({
    queryKey: ['record', patient, 'report', reference],
    queryFn: () => readReport(client, reference, patient),
  });
  if (error) return <Refusal sentence={sentenceOf(error, words)} />;
  if (!data) return <p className={classes.hint}>{words.w('waiting')}</p>;
  return <Told content={data} />;
}

function Told({ content }: { content: Content }) {
  const { w, locale } = useWords();
  const { text, results, pdf, url, title, date, author } = content;
  const heading = title ?? w('untitled');
  const facts = [date && dayOf(date, locale), author && w('by', { name: author })].filter(Boolean);
  const isEmpty = !text && results.length === 0 && !pdf && !url;
  return (
    <div className={classes.report}>
      <h3>{heading}</h3>
      {facts.length > 0 && <p className={classes.hint}>{facts.join(' · ')}</p>}
      {text && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        <section className={classes.text} tabIndex={0} aria-label={heading}>
          {text}
        </section>
      )}
      {results.length > 0 && <Results results={results} />}
      {pdf && <PdfLink data={pdf} />}
      {url && (
        <a href={url} target="_blank" rel="noreferrer">
          {w('elsewhere')}
        </a>
      )}
      {isEmpty && <p>{w('nothing')}</p>}
    </div>
  );
}

const COLUMNS = ['value', 'flag', 'range', 'date'] as const;

/** Columns in which no result says anything are left out. */
function Results({ results }: { results: readonly Result[] }) {
  const { w, locale } = useWords();
  const columns = COLUMNS.filter((column) => results.some((result) => result[column]));
  const said = (result: Result, column: (typeof COLUMNS)[number]) =>
    column === 'date' && result.date ? dayOf(result.date, locale) : result[column];
  return (
    <table className={classes.results}>
      <caption>{w('results')}</caption>
      <thead>
        <tr>
          {(['result', ...columns] as const).map((column) => (
            <th key={column} scope="col">
              {w(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {results.map((result) => (
          <tr key={`${result.name} ${result.date} ${result.value}`}>
            <th scope="row">{result.name}</th>
            {columns.map((column) => (
              <td key={column}>{said(result, column)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A link to what is in the record itself; the address lasts as long as the link. */
function PdfLink({ data }: { data: string }) {
  const { w } = useWords();
  const [href, setHref] = useState<string>();
  useEffect(() => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
    setHref(address);
    return () => URL.revokeObjectURL(address);
  }, [data]);
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {w('pdf')}
    </a>
  );
}
