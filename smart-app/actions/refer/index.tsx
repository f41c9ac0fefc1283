// Referring and ordering from a template: reason, priority and provider stand there already; who may not sign drafts or proposes.
// https://hl7.org/fhir/R4/request.html
import { useRef } from 'react';
import { useApp } from '../../context.tsx';
import { orderText } from '../../fhir/background.ts';
import type { Authority } from '../../fhir/order.ts';
import { serviceOf } from '../../fhir/services.ts';
import { FormDialog } from '../../ui/dialog.tsx';
import { identityOf } from '../../ui/identity.ts';
import { Refusal } from '../../ui/refusal.tsx';
import { sentenceOf } from '../../ui/sentence.ts';
import { personSaid, titleOf } from '../../ui/words.ts';
import type { DialogProps } from '../action.ts';
import { useWords as useNetworkWords } from '../network/words.ts';
import { Sending } from '../ordering/sending.tsx';
import { useOrderingWords } from '../ordering/words.ts';
import { useSubmit } from '../use-submit.ts';
import { carryOut, type Done, type Given } from './carry-out.ts';
import { Decision, OFF_NETWORK, REASON, SIGNER, Signer, ToWhom, WHY_NOT, What, Why } from './fields.tsx';
import { OTHER, useForm } from './use-form.ts';
import { useWords } from './words.ts';

const SAYS = {
  sign: 'draft.signs',
  draft: 'draft.drafts',
  propose: 'draft.proposes',
} as const satisfies Record<Authority, string>;
const BUTTON = { sign: 'send', draft: 'draft', propose: 'propose' } as const satisfies Record<
  Authority,
  string
>;
const DID = { sign: 'did.send', draft: 'did.draft', propose: 'did.propose' } as const satisfies Record<
  Authority,
  string
>;

export default function ReferDialog(props: DialogProps) {
  const { about, patient, onClose } = props;
  const { w, ...language } = useWords();
  const { w: network } = useNetworkWords();
  const { w: shared } = useOrderingWords();
  const { client } = useApp();
  const send = useSubmit(props);
  const form = useForm(props);
  const { authority, choice, signed, service, draft, reason, words, question, signer } = form;
  const done = useRef<Done>({});
  const text = signed ? orderText(signed) : shared(`service.${service}`);
  const isSigned = authority === 'sign';
  const why = form.declines ? draft.why?.trim() : undefined;
  const asks = serviceOf(service).order?.asks === true;

  const given = (): Given => ({
    wish: {
      ...{ service, text, authority, priority: form.priority },
      patient: `Patient/${patient.id}`,
      reason: reason === OTHER ? { text: words.trim() } : { reference: reason },
      question: asks ? question.trim() : undefined,
      encounter: form.encounter && `Encounter/${form.encounter.id}`,
      coverage: form.wish.coverage,
      episode: form.episode,
      performer: authority === 'propose' ? choice?.key : undefined,
    },
    ...{ signed, choice, task: about.task, network: form.wish, why },
    outcome: why ? w('outcome.declined', { why }) : w('outcome.signed'),
    reason:
      form.asksReason && draft.offReason
        ? { code: draft.offReason, text: network(`reason.${draft.offReason}`) }
        : undefined,
    signer:
      isSigned || !signer ? undefined : { reference: signer.reference, words: w('task', { what: text }) },
  });

  const submit = async () => {
    if (form.declines && !why) return [{ field: WHY_NOT, sentence: w('decline.missing') }];
    const missing = form.declines
      ? []
      : [
          ...(reason === OTHER && !words.trim() ? [{ field: REASON, sentence: w('reason.missing') }] : []),
          ...(form.asksReason && !draft.offReason
            ? [{ field: OFF_NETWORK, sentence: network('reason.missing') }]
            : []),
          ...(isSigned || signer ? [] : [{ field: SIGNER, sentence: w('signer.missing') }]),
        ];
    if (missing.length) return missing;
    const problems = await send((actor) => ({
      send: () => carryOut(client, done.current, given(), actor),
      did: w(form.declines ? 'did.decline' : DID[authority], { what: text, name: signer?.name ?? '' }),
    }));
    return problems.length && done.current.order ? [{ sentence: w('half') }, ...problems] : problems;
  };

  const provider = choice && (choice.providerName ?? choice.name);
  const to = isSigned ? provider : signer && personSaid(signer, language.t);
  const data = [
    w('data.order'),
    ...(asks && question.trim() ? [w('data.question')] : []),
    ...(form.coverage ? [w('data.coverage')] : []),
  ];
  return (
    <FormDialog
      title={about.task ? titleOf(about.task, language.t) : w('title')}
      identity={identityOf(patient, language)}
      submit={w(form.declines ? 'decline' : BUTTON[authority])}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {form.error && <Refusal sentence={sentenceOf(form.error, language)} />}
          <What form={form} />
          {signed && <Decision form={form} problem={problem} />}
          {!form.declines && (
            <>
              <Why form={form} problem={problem} />
              <ToWhom form={form} problem={problem} />
              {!isSigned && <Signer form={form} problem={problem} />}
              <p>{w(SAYS[authority])}</p>
              <Sending patient={patient} to={to ? [to] : []} data={data} />
            </>
          )}
        </>
      )}
    </FormDialog>
  );
}
