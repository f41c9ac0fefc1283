// The bar of the demo chart: whose chart, who works, how wide the frame is, and what the launch says.
import type { ReactNode } from 'react';
import { BANNERS, type Choice, FRAMES, LOOKS, NOBODY } from './choice.ts';
import type { Context } from './server.ts';

interface BarProps {
  context: Context;
  choice: Choice;
  change: (part: Partial<Choice>) => void;
}

export function Bar({ context, choice, change }: BarProps) {
  return (
    <section className="bar" aria-label="Demo">
      <strong>Demo chart</strong>
      <Select name="Patient" value={choice.patient} onChange={(patient) => change({ patient })}>
        <option value={NOBODY}>No patient (work list)</option>
        {context.patients.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </Select>
      <Select name="User" value={choice.user} onChange={(user) => change({ user })}>
        {context.users.map((one) => (
          <option key={one.username} value={one.username}>
            {one.name} ({one.username})
          </option>
        ))}
      </Select>
      <Table name="Frame" table={FRAMES} value={choice.frame} onChange={(frame) => change({ frame })} />
      <Table name="Banner" table={BANNERS} value={choice.banner} onChange={(banner) => change({ banner })} />
      <Table name="Look" table={LOOKS} value={choice.look} onChange={(look) => change({ look })} />
      <label>
        Intent{' '}
        <input
          key={choice.intent}
          size={12}
          defaultValue={choice.intent}
          onBlur={(event) => change({ intent: event.target.value || undefined })}
        />
      </label>
    </section>
  );
}

interface SelectProps {
  name: string;
  value: string | undefined;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Select({ name, value, onChange, children }: SelectProps) {
  return (
    <label>
      {name}{' '}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </label>
  );
}

interface TableProps<T extends string> {
  name: string;
  table: Readonly<Record<T, string>>;
  value: T;
  onChange: (value: T) => void;
}

/** A choice among the entries of a table. */
function Table<T extends string>({ name, table, value, onChange }: TableProps<T>) {
  return (
    <Select name={name} value={value} onChange={(chosen) => onChange(chosen as T)}>
      {(Object.entries(table) as [T, string][]).map(([key, word]) => (
        <option key={key} value={key}>
          {word}
        </option>
      ))}
    </Select>
  );
}
