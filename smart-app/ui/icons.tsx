// The app's few icons, drawn inline on a 16 px grid; always beside a word, so hidden from screen readers.
// https://www.w3.org/WAI/WCAG22/Understanding/use-of-color.html

const PATHS = {
  late: 'M8 2 1.5 13.5h13L8 2Zm0 4.5v3.2m0 1.6v.6',
  soon: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Zm0 2.9V8l2.2 1.6',
  open: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z',
  mine: 'M8 2.3a5.7 5.7 0 1 0 0 11.4A5.7 5.7 0 0 0 8 2.3Z',
  done: 'M2.5 8.5 6.2 12 13.5 4.2',
  held: 'M5.5 3.5v9m5-9v9',
  flag: 'M3.5 14.5v-13m0 1h8.8l-2 3 2 3H3.5',
  more: 'M3.2 8h.01M8 8h.01M12.8 8h.01',
  closed: 'M4 7.2h8v6H4zm1.6 0V5a2.4 2.4 0 0 1 4.8 0v2.2',
  waiting: 'M4.5 2h7m-7 12h7M5.2 2c0 3.2 2.8 4 2.8 6s-2.8 2.8-2.8 6m5.6-12c0 3.2-2.8 4-2.8 6s2.8 2.8 2.8 6',
  passed: 'M1.5 8h12m-4.2-4.2L13.5 8l-4.2 4.2',
  fork: 'M2 8h4.5L13 3m-6.500 5L11 11.500m0 0 3 3m0-3-3 3',
  warning: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8Zm0 3v4m0 1.900v.6',
  down: 'm4 6 4 4 4-4',
  document: 'M4 1.8h5.2L12.5 5v9.2H4zM9 2v3.2h3.2',
  contact: 'M2 3h12v8H7.5l-3 3v-3H2z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
      {name === 'mine' && <path d="M8 2.3a5.7 5.7 0 0 1 0 11.4Z" fill="currentColor" />}
    </svg>
  );
}
