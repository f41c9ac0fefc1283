// The field of each type of question.
// https://hl7.org/fhir/R4/valueset-item-type.html
import { Button, Checkbox, NativeSelect, Radio, Textarea, TextInput } from '@mantine/core';
import type { QuestionnaireItem, QuestionnaireItemAnswerOption } from '@medplum/fhirtypes';
import type { ComponentType } from 'react';
import { extensionValue, MAX_VALUE, MIN_VALUE, textIn } from '../../../server/care/questionnaire/sdc.ts';
import { choiceIn } from '../../../server/care/questionnaire/value.ts';
import type { Answer } from '../../fhir/form.ts';
import type { Locale } from '../../locales/text.ts';
import { useForm } from './form-context.ts';
import classes from './screen.module.css';
import { useWords } from './words.ts';

export interface FieldProps {
  readonly question: QuestionnaireItem;
  readonly label: string;
}

/** What every field is given: its name, its label, what is wrong with it. */
function useField({ question, label }: FieldProps) {
  const { answers, answer, problem, language } = useForm();
  const linkId = question.linkId ?? '';
  return {
    given: answers[linkId] ?? [],
    set: (given: readonly Answer[]) => answer(linkId, given),
    language,
    common: { name: linkId, label, error: problem(linkId), required: question.required ?? false },
  };
}

/** More options than these stand in a list that opens. */
const MANY = 10;
/** Options as short as these stand beside each other. */
const SHORT = 28;

const keyOf = (holder: QuestionnaireItemAnswerOption | Answer): string => {
  const found = choiceIn(holder);
  const coding = found?.type === 'Coding' ? (found.value as { system?: string; code?: string }) : undefined;
  return coding ? `${coding.system}|${coding.code}` : JSON.stringify(found?.value);
};

const saidOf = (option: QuestionnaireItemAnswerOption, language: Locale): string => {
  if (option.valueCoding)
    return textIn(option.valueCoding, 'display', language) ?? option.valueCoding.code ?? '';
  return option.valueString
    ? (textIn(option, 'valueString', language) ?? '')
    : String(choiceIn(option)?.value);
};

/** The answer that an option is: its value, without what the form says of it. */
const answerOf = ({ valueCoding, ...others }: QuestionnaireItemAnswerOption): Answer => {
  if (!valueCoding) return others as Answer;
  const { system, code, display } = valueCoding;
  return { valueCoding: { ...(system && { system }), ...(code && { code }), ...(display && { display }) } };
};

function Choice(props: FieldProps) {
  const { given, set, common, language } = useField(props);
  const options = props.question.answerOption ?? [];
  const said = options.map((option) => ({ key: keyOf(option), label: saidOf(option, language) }));
  const byKey = new Map(options.map((option) => [keyOf(option), answerOf(option)]));
  const choose = (keys: readonly string[]) => set(keys.flatMap((key) => byKey.get(key) ?? []));
  const chosen = given.map(keyOf);
  const layout = said.every(({ label }) => label.length <= SHORT) ? classes.beside : classes.below;
  if (props.question.repeats)
    return (
      <Checkbox.Group {...common} value={chosen} onChange={choose}>
        <div className={layout}>
          {said.map(({ key, label }) => (
            <Checkbox key={key} name={common.name} value={key} label={label} />
          ))}
        </div>
      </Checkbox.Group>
    );
  if (options.length > MANY)
    return (
      <NativeSelect
        {...common}
        value={chosen[0] ?? ''}
        onChange={(event) => choose([event.currentTarget.value])}
        data={[{ value: '', label: '' }, ...said.map(({ key, label }) => ({ value: key, label }))]}
      />
    );
  return <OneOf {...props} options={said} chosen={chosen[0]} onChoose={choose} layout={layout} />;
}

interface OneOfProps extends FieldProps {
  readonly options: readonly { key: string; label: string }[];
  readonly chosen: string | undefined;
  readonly onChoose: (keys: readonly string[]) => void;
  readonly layout: string | undefined;
}

/** Radio buttons; an answer that is not required can be taken away again. */
function OneOf({ options, chosen, onChoose, layout, ...props }: OneOfProps) {
  const { w } = useWords();
  const { common } = useField(props);
  return (
    <Radio.Group {...common} value={chosen ?? ''} onChange={(key) => onChoose([key])}>
      <div className={layout}>
        {options.map(({ key, label }) => (
          <Radio key={key} value={key} label={label} />
        ))}
        {chosen !== undefined && !common.required && (
          <Button variant="subtle" aria-label={`${w('clear')}: ${props.label}`} onClick={() => onChoose([])}>
            {w('clear')}
          </Button>
        )}
      </div>
    </Radio.Group>
  );
}

function YesOrNo(props: FieldProps) {
  const { w } = useWords();
  const { given, set } = useField(props);
  const value = given[0]?.valueBoolean;
  return (
    <OneOf
      {...props}
      options={[
        { key: 'true', label: w('yes') },
        { key: 'false', label: w('no') },
      ]}
      chosen={value === undefined ? undefined : String(value)}
      onChoose={([key]) => set(key === undefined ? [] : [{ valueBoolean: key === 'true' }])}
      layout={classes.beside}
    />
  );
}

/** A few whole numbers stand there to be chosen from. */
const FEW = 10;

function Whole(props: FieldProps) {
  const { given, set } = useField(props);
  const [least, most] = [MIN_VALUE, MAX_VALUE].map((url) => extensionValue(props.question, url)?.value);
  if (typeof least !== 'number' || typeof most !== 'number' || most - least > FEW)
    return <Typed {...props} of={wholeAnswer} />;
  const value = given[0]?.valueInteger;
  return (
    <OneOf
      {...props}
      options={Array.from({ length: most - least + 1 }, (_, n) => String(least + n)).map((key) => ({
        key,
        label: key,
      }))}
      chosen={value === undefined ? undefined : String(value)}
      onChoose={([key]) => set(key === undefined ? [] : [{ valueInteger: Number(key) }])}
      layout={classes.beside}
    />
  );
}

/** What is no number stays as it was typed, and is told when the form is sent. */
const wholeAnswer = (text: string): Answer =>
  /^\s*-?\d{1,9}\s*$/.test(text) ? { valueInteger: Number(text) } : { valueString: text };
const decimalAnswer = (text: string): Answer =>
  /^\s*-?\d+([.,]\d+)?\s*$/.test(text)
    ? { valueDecimal: Number(text.replace(',', '.')) }
    : { valueString: text };

const typedText = (given: readonly Answer[]): string => String(choiceIn(given[0])?.value ?? '');

interface TypedProps extends FieldProps {
  readonly of: (text: string) => Answer;
  readonly type?: string;
}

function Typed({ of, type, ...props }: TypedProps) {
  const { given, set, common } = useField(props);
  const isNumber = of === wholeAnswer || of === decimalAnswer;
  return (
    <TextInput
      {...common}
      {...(type && { type })}
      {...(isNumber && { inputMode: 'decimal' as const })}
      {...(props.question.maxLength && { maxLength: props.question.maxLength })}
      value={typedText(given)}
      onChange={({ currentTarget: { value } }) => set(value ? [of(value)] : [])}
    />
  );
}

function Words(props: FieldProps) {
  const { given, set, common } = useField(props);
  return (
    <Textarea
      {...common}
      rows={3}
      {...(props.question.maxLength && { maxLength: props.question.maxLength })}
      value={typedText(given)}
      onChange={({ currentTarget: { value } }) => set(value ? [{ valueString: value }] : [])}
    />
  );
}

const typed = (of: (text: string) => Answer, type?: string) =>
  function TypedField(props: FieldProps) {
    return <Typed {...props} of={of} {...(type && { type })} />;
  };

/** Type of a question -> its field; what is not here is answered elsewhere. */
export const FIELDS: Readonly<Record<string, ComponentType<FieldProps>>> = {
  choice: Choice,
  boolean: YesOrNo,
  integer: Whole,
  decimal: typed(decimalAnswer),
  string: typed((valueString) => ({ valueString })),
  url: typed((valueUri) => ({ valueUri }), 'url'),
  date: typed((valueDate) => ({ valueDate }), 'date'),
  text: Words,
};
