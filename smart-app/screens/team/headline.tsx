// The few numbers that a lead looks for first; those that the user may not see are left out.
// https://www.w3.org/WAI/WCAG22/Understanding/use-of-color.html
import { networkShare, type TeamFigures } from '../../fhir/figures.ts';
import { Icon } from '../../ui/icons.tsx';
import { keptShare } from './clocks.ts';
import { numberSaid, shareSaid } from './said.ts';
import { totalsSaid } from './savings.ts';
import classes from './team.module.css';
import { useWords } from './words.ts';

const NAMES = ['open', 'late', 'today', 'kept', 'network', 'estimated', 'adjudicated'] as const;
type Name = (typeof NAMES)[number];

/** Each as text; undefined where there is nothing to say. */
function headlineOf(figures: TeamFigures, locale: string): Readonly<Record<Name, string | undefined>> {
  const { open, clocks, decisions, estimated, adjudicated } = figures;
  const all = open?.find(({ by }) => by === 'all');
  const number = (value: number | undefined) => open && numberSaid(value ?? 0, locale);
  const share = clocks && keptShare(clocks);
  const { told, inNetwork } = networkShare(decisions ?? []);
  return {
    open: number(all?.count),
    late: number(all?.late),
    today: number(all?.today),
    kept: share === undefined ? undefined : shareSaid(share, locale),
    network: told > 0 ? shareSaid(inNetwork / told, locale) : undefined,
    estimated: estimated?.length ? totalsSaid(estimated, locale) : undefined,
    adjudicated: adjudicated?.length ? totalsSaid(adjudicated, locale) : undefined,
  };
}

export function Headline({ figures }: { figures: TeamFigures }) {
  const { w, locale } = useWords();
  const said = headlineOf(figures, locale);
  return (
    <dl className={classes.headline} aria-label={w('headline')}>
      {NAMES.filter((name) => said[name] !== undefined).map((name) => (
        <div key={name} data-late={(name === 'late' && said.late !== '0') || undefined}>
          <dt>
            {name === 'late' && said.late !== '0' && <Icon name="late" />}
            {w(`headline.${name}`)}
          </dt>
          <dd>{said[name]}</dd>
        </div>
      ))}
    </dl>
  );
}
