// Rules and roles as a table: in a cell the interactions, and of whose records. The heading of a role opens its policy.
// https://www.w3.org/WAI/tutorials/tables/two-headers/
import { useRoleName } from '../roles.ts';
import { useWords as useShared } from '../words.ts';
import look from './matrix.module.css';
import { useMeaning } from './meaning.ts';
import { knownRules, type Policy, type Rule, WHOSE, type Whose } from './policy.ts';
import { useWords } from './words.ts';

const isWhose = (code: string): code is Whose => (WHOSE as readonly string[]).includes(code);

interface MatrixProps {
  policies: readonly Policy[];
  onRole: (role: string) => void;
}

export function Matrix({ policies, onRole }: MatrixProps) {
  const { w } = useWords();
  const shared = useShared().w;
  const roleName = useRoleName();
  const meaning = useMeaning();
  const rules = [...knownRules(policies).keys()];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a section would be one more landmark inside a section
    <div className={look.scroll} role="region" aria-label={w('matrix')} tabIndex={0}>
      <table className={look.matrix}>
        <thead>
          <tr>
            <th scope="col">{w('rule')}</th>
            {policies.map(({ role }) => (
              <th key={role} scope="col">
                <button
                  type="button"
                  onClick={() => onRole(role)}
                  aria-label={`${shared('change')}: ${roleName(role)}`}
                >
                  {roleName(role)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rules.map((name) => (
            <tr key={name}>
              <th scope="row">
                {meaning(name)}
                <code>{name}</code>
              </th>
              {policies.map(({ role, rules: own }) => (
                <td key={role}>
                  <Cell rule={own.find((rule) => rule.name === name)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ rule }: { rule: Rule | undefined }) {
  const { w } = useWords();
  if (!rule) return <span aria-hidden="true">–</span>;
  return (
    <>
      {rule.letters}
      {rule.criteria && '*'}
      {rule.whose !== 'any' && <small>{isWhose(rule.whose) ? w(`short.${rule.whose}`) : rule.whose}</small>}
    </>
  );
}
