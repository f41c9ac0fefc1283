// The roles by name, in the order of docs/access.md.
// https://hl7.org/fhir/R4/valueset-practitioner-role.html
import { useLanguage } from '../../locales/index.tsx';
import { knownKey } from '../../locales/text.ts';
import { useWords } from './words.ts';

/** Roles of people and kinds of clients; codes of cn-role. */
export const ROLES = [
  'navigator',
  'benefits-navigator',
  'scheduler',
  'chw',
  'peer',
  'clinical-support',
  'lpn',
  'rn',
  'lcsw',
  'np-pa',
  'physician',
  'pharmacist',
  'supervisor',
  'programme-admin',
  'quality-analyst',
  'auditor',
  'patient',
  'natural-support',
  'payer-system',
  'quality-system',
  'ehr-system',
] as const;

const OTHERS = ['patient', 'natural-support', 'payer-system', 'quality-system', 'ehr-system'] as const;
type Other = (typeof OTHERS)[number];
const isOther = (code: string): code is Other => (OTHERS as readonly string[]).includes(code);

/** Roles that an account may have: everybody but programs. */
export const PEOPLE = ROLES.filter((code) => !code.endsWith('-system'));

/** A function that names a role. */
export function useRoleName(): (code: string) => string {
  const { t } = useLanguage();
  const { w } = useWords();
  return (code) => {
    const key = knownKey(`role.${code}`);
    if (key) return t(key);
    return isOther(code) ? w(`role.${code}`) : code;
  };
}
