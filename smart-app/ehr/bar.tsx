// The bar of the demo chart: whose chart, who works, and how wide the frame is.
import { type Choice, FRAMES, type Frame } from './choice.ts';
import type { Context } from './server.ts';

export function Bar({
  context,
  choice,
  change,
}: {
  context: Context;
  choice: Choice;
  change: (part: Partial<Choice>) => void;
}) {
  return (
    <section className="bar" aria-label="Demo">
      <strong>Demo chart</strong>
      <label>
        Patient{' '}
        <select
          value={choice.patient}
          onChange={(event) => change({ ...choice, patient: event.target.value })}
        >
          {context.patients.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        User{' '}
        <select value={choice.user} onChange={(event) => change({ ...choice, user: event.target.value })}>
          {context.users.map((one) => (
            <option key={one.username} value={one.username}>
              {one.name} ({one.username})
            </option>
          ))}
        </select>
      </label>
      <label>
        Frame{' '}
        <select
          value={choice.frame}
          onChange={(event) => change({ ...choice, frame: event.target.value as Frame })}
        >
          {Object.entries(FRAMES).map(([width, name]) => (
            <option key={width} value={width}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}
