// Everybody who helps: who leads, in which role, and what those close to the person may know.
// https://hl7.org/fhir/R4/careteam.html
import { type Member, type NaturalSupport, readTeam, type Team } from '../../../fhir/care-team.ts';
import { knownKey } from '../../../locales/text.ts';
import { Icon } from '../../../ui/icons.tsx';
import type { View } from '../view.ts';
import { Empty, Panel, useFrame, usePanelQuery } from './panel.tsx';
import classes from './panels.module.css';
import { knownWord, useWords, type Words } from './words.ts';

export function TeamPanel({ view }: { view: View }) {
  const frame = useFrame();
  const query = usePanelQuery(view, 'team', frame, readTeam);
  return (
    <Panel
      name="team"
      frame={frame}
      query={query}
      countOf={({ members, supports }) => members.length + supports.length}
    >
      {(team) => <People team={team} me={view.me} />}
    </Panel>
  );
}

function People({ team: { members, supports }, me }: { team: Team; me: string | undefined }) {
  const words = useWords();
  const { w } = words;
  if (members.length + supports.length === 0) return <Empty sentence={w('team.empty')} />;
  return (
    <>
      <ul className={classes.people}>
        {members.map((one) => (
          <li key={one.reference}>
            <b className={classes.name}>{nameSaid(one, me, words)}</b>{' '}
            <span className={classes.role}>{roleSaid(one, words)}</span>
            {one.leads && (
              <span className={`${classes.tag} ${classes.lead}`}>
                <Icon name="flag" /> {w('team.leads')}
              </span>
            )}
          </li>
        ))}
      </ul>
      <h3 className={classes.sub}>{w('team.supports')}</h3>
      {supports.length === 0 ? (
        <p className={classes.quiet}>{w('team.supports.empty')}</p>
      ) : (
        <ul className={classes.people}>
          {supports.map((one) => (
            <Support key={one.reference} support={one} me={me} />
          ))}
        </ul>
      )}
    </>
  );
}

function Support({ support, me }: { support: NaturalSupport; me: string | undefined }) {
  const words = useWords();
  const { w, locale } = words;
  const known = support.mayKnow.map((code) => {
    const word = knownWord(`know.${code}`);
    return word ? w(word) : code;
  });
  const relation = knownWord(`relation.${support.relation}`);
  const list = new Intl.ListFormat(locale, { type: 'conjunction' }).format(known);
  return (
    <li>
      <b className={classes.name}>{nameSaid(support, me, words)}</b>{' '}
      <span className={classes.role}>{relation ? w(relation) : support.relationText}</span>
      <p className={classes.meta}>
        <Icon name={known.length ? 'done' : 'closed'} />{' '}
        {known.length ? w('team.mayKnow', { what: list }) : w('team.mayKnowNothing')}
      </p>
    </li>
  );
}

const nameSaid = ({ reference, person }: Member, me: string | undefined, { w, t }: Words): string => {
  const name = person?.name ?? w('team.unknown');
  return reference === me ? `${name} (${t('owner.me')})` : name;
};

/** The record's own word in its language, else the word for the code. */
function roleSaid({ role, roleText }: Member, { t, locale }: Words): string {
  const key = knownKey(`role.${role}`);
  const word = key && t(key);
  return (locale === 'en' ? (roleText ?? word) : (word ?? roleText)) ?? '';
}
