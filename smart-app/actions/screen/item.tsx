// One item of a form: a group with its heading, a text to read, a computed total, or a question with its field.
// https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item
import type { QuestionnaireItem } from '@medplum/fhirtypes';
import { topicOf } from '../../../server/care/practice/pressing.ts';
import { isCalculated, textIn } from '../../../server/care/questionnaire/sdc.ts';
import type { Shown } from '../../fhir/form.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { FIELDS } from './fields.tsx';
import { useForm } from './form-context.ts';
import classes from './screen.module.css';
import { useWords } from './words.ts';

export function Item({ shown: { question, below } }: { shown: Shown }) {
  const { language } = useForm();
  const text = textIn(question, 'text', language) ?? question.linkId ?? '';
  if (question.type === 'display') return <p lang={language}>{text}</p>;
  if (question.type === 'group')
    return (
      <section className={classes.group} lang={language} aria-label={text}>
        <h3>{text}</h3>
        <Items items={below} />
      </section>
    );
  return (
    <div className={classes.item} lang={language}>
      {isCalculated(question) ? (
        <Total question={question} text={text} />
      ) : (
        <Question question={question} label={text} />
      )}
      <Pressing question={question} />
      <Items items={below} />
    </div>
  );
}

export const Items = ({ items }: { items: readonly Shown[] }) =>
  items.map((one) => <Item key={one.question.linkId} shown={one} />);

function Question({ question, label }: { question: QuestionnaireItem; label: string }) {
  const { w } = useWords();
  const Field = FIELDS[question.type ?? ''];
  if (Field) return <Field question={question} label={label} />;
  return (
    <>
      <p>{label}</p>
      <p className={classes.quiet}>{w('elsewhere')}</p>
    </>
  );
}

function Total({ question, text }: { question: QuestionnaireItem; text: string }) {
  const { w } = useWords();
  const { scores } = useForm();
  return (
    <p className={classes.total}>
      {text}: <output>{scores.get(question.linkId ?? '')?.value ?? w('score.none')}</output>
    </p>
  );
}

/** What an answer sets going at once stands under it before it is saved. */
function Pressing({ question: { linkId = '' } }: { question: QuestionnaireItem }) {
  const { w, locale } = useWords();
  const { answers } = useForm();
  const item = [{ linkId, answer: [...(answers[linkId] ?? [])] }];
  const topic = topicOf({ resourceType: 'QuestionnaireResponse', status: 'completed', item });
  if (topic !== 'crisis') return null;
  return (
    <div lang={locale}>
      <Refusal sentence={w('crisis')} />
    </div>
  );
}
