// What find-in-network and decide-network are asked alike: the service, the place, and what the options have to be like.
// https://hl7.org/fhir/R4/operations.html
import { type Near, nearIn, UNITS } from '../../../care/network/near.ts';
import type { Wish } from '../../../care/network/option.ts';
import { isTier, TIERS } from '../../../care/network/tier.ts';
import { badRequest } from '../../../fhir/errors.ts';
import type { Given } from '../schedule/parameters.ts';

/** The parameters of both. */
export const WISH = {
  service: { kind: 'Coding', many: true },
  coverage: { kind: 'Reference', types: ['Coverage'] },
  near: { kind: 'string' },
  accepting: { kind: 'boolean' },
  language: { kind: 'string', many: true },
  'access-need': { kind: 'Coding', many: true },
} as const;

function readNear(text: string | undefined): Near | undefined {
  if (text === undefined) return undefined;
  // A plus sign in an address is a blank.
  const near = nearIn(text.replaceAll(' ', '+'));
  if (near) return near;
  throw badRequest(
    `The parameter near must be latitude|longitude|distance|units in degrees, such as 40.01|-83.02|20|km; the last two may be left out. Units are ${UNITS.join(', ')}.`,
    'Parameters.parameter',
  );
}

/** @throws FhirError 400 for a place or a tier that cannot be read */
export function wishOf(asked: Given<typeof WISH>, tiers: readonly string[] = []): Wish {
  const wrong = tiers.find((tier) => !isTier(tier));
  if (wrong !== undefined)
    throw badRequest(
      `The parameter tier must be a code of cn-network-tier: ${TIERS.join(', ')}.`,
      'Parameters.parameter',
    );
  return {
    near: readNear(asked.one('near')),
    tier: tiers.filter(isTier),
    accepting: asked.one('accepting') ?? false,
    language: asked.all('language'),
    access: asked.all('access-need'),
  };
}
