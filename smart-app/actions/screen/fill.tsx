// A form that is filled in: chosen, its questions on one screen, and how far it is.
// https://hl7.org/fhir/R4/questionnaire.html
import { NativeSelect, Radio, Skeleton } from '@mantine/core';
import type { Questionnaire, QuestionnaireResponse } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { textIn } from '../../../server/care/questionnaire/sdc.ts';
import { useApp } from '../../context.tsx';
import { useDraft } from '../../drafts/use-draft.ts';
import type { Answer, Answers } from '../../fhir/form.ts';
import { progressOf, responseOf, shown } from '../../fhir/form.ts';
import { assesses, formOf, formsFor } from '../../fhir/questionnaires.ts';
import { LOCALES, type Locale } from '../../locales/text.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import { FormContext } from './form-context.ts';
import { Items } from './item.tsx';
import type { Saved } from './result.tsx';
import { useSave } from './save.ts';
import classes from './screen.module.css';
import { useScores } from './use-scores.ts';
import { useWords } from './words.ts';
import { wrongAnswers } from './wrong.ts';

const FORM = 'QuestionnaireResponse.questionnaire';

interface Draft {
  /** URL of the form; absent: the one that stands there first. */
  form?: string;
  language: Locale;
  answers: Answers;
}

type FillProps = DialogProps & { onSaved: (saved: Saved) => void };

export function Fill(props: FillProps) {
  const { about, patient, onClose } = props;
  const language = useWords();
  const { w, t, locale } = language;
  const { client, user } = useApp();
  const [draft, setDraft, forget] = useDraft<Draft>('screen', about, { language: locale, answers: {} });
  const save = useSave({ ...props, forget });
  const scoresOf = useScores();
  const forms = useQuery({
    queryKey: ['questionnaires', user?.role],
    queryFn: () => formsFor(client, user?.role),
    enabled: user !== undefined,
  });
  const listed = forms.data?.find(({ url }) => url === (draft.form ?? formOf(about.task))) ?? forms.data?.[0];
  const form = useQuery({
    queryKey: ['questionnaire', listed?.id],
    queryFn: () => client.read('Questionnaire', listed!.id!),
    enabled: listed !== undefined,
  });
  const questionnaire: Questionnaire | undefined = form.data;
  const { answers } = draft;

  const submit = async () => {
    if (!questionnaire) return [{ field: FORM, sentence: w('form.none') }];
    const wrong = wrongAnswers(questionnaire, answers, w);
    if (wrong.length) return wrong;
    return save(questionnaire, answers, (response) => scoresOf(questionnaire, response, locale));
  };
  const answer = (linkId: string, given: readonly Answer[]) =>
    setDraft({ ...draft, answers: { ...answers, [linkId]: given } });
  const response = questionnaire && responseOf(questionnaire, answers, NOBODY);
  const scores = response ? scoresOf(questionnaire, response as QuestionnaireResponse, draft.language) : [];
  const error = forms.error ?? form.error;

  return (
    <FormDialog
      title={about.task ? titleOf(about.task, t) : w('title')}
      identity={assesses(user?.role) ? w('organisation') : identityOf(patient, language)}
      submit={w('submit')}
      onSubmit={submit}
      onClose={onClose}
      size="lg"
    >
      {(problem) => (
        <FormContext
          value={{
            ...{ language: draft.language, answers, answer, problem },
            scores: new Map(scores.map((score) => [score.linkId, score])),
          }}
        >
          {error && <Refusal sentence={sentenceOf(error, language)} />}
          {forms.data?.length === 0 && <p>{w('form.none')}</p>}
          {forms.data && listed && (
            <div className={classes.head}>
              <NativeSelect
                data-autofocus
                name={FORM}
                label={w('form')}
                value={listed.url ?? ''}
                onChange={(event) => setDraft({ ...draft, form: event.currentTarget.value, answers: {} })}
                data={forms.data.map((one) => ({
                  value: one.url ?? '',
                  label: textIn(one, 'title', locale) ?? one.url ?? '',
                }))}
              />
              <Radio.Group
                label={w('language')}
                value={draft.language}
                onChange={(chosen) => setDraft({ ...draft, language: chosen as Locale })}
              >
                <div className={classes.beside}>
                  {LOCALES.map((one) => (
                    <Radio key={one} value={one} lang={one} label={languageName(one)} />
                  ))}
                </div>
              </Radio.Group>
            </div>
          )}
          {questionnaire ? (
            <>
              <div className={classes.form}>
                <Items items={shown(questionnaire, answers)} />
              </div>
              <Progress questionnaire={questionnaire} answers={answers} />
            </>
          ) : (
            !error && forms.data?.length !== 0 && <Skeleton height={240} radius={6} />
          )}
        </FormContext>
      )}
    </FormDialog>
  );
}

/** Scores rest on the answers alone. */
const NOBODY = { subject: {}, author: {}, authored: '' };

function Progress({ questionnaire, answers }: { questionnaire: Questionnaire; answers: Answers }) {
  const { w } = useWords();
  const { answered, asked } = progressOf(questionnaire, answers);
  const said = w('progress', { answered, count: asked });
  return (
    <div className={classes.progress}>
      <progress value={answered} max={Math.max(asked, 1)} aria-label={said} />
      <span>{said}</span>
    </div>
  );
}

/** The name of a language in that language, as a heading has it. */
function languageName(locale: Locale): string {
  const name = new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}
