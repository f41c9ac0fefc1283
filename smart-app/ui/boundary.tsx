// Keeps a failure in drawing one part of a screen to that part: the rest stays, and the part says so.
// https://react.dev/reference/react/Component#catching-rendering-errors-with-an-error-boundary
import { Component, type ReactNode } from 'react';
import { useLanguage } from '../locales/index.tsx';
import { Refusal } from './refusal.tsx';

interface BoundaryProps {
  /** What is drawn. Another value is another try: what failed may have been changed. */
  of?: unknown;
  /** How the part is called, for the sentence. */
  name?: string;
  /** The element around the sentence, where the part stands in a list. */
  as?: 'div' | 'li';
  /** What stands there instead; by itself the sentence. */
  instead?: ReactNode;
  children: ReactNode;
}

interface BoundaryState {
  failed: boolean;
  of: unknown;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: false, of: this.props.of };

  static getDerivedStateFromError(): Partial<BoundaryState> {
    return { failed: true };
  }

  static getDerivedStateFromProps(
    { of }: BoundaryProps,
    before: BoundaryState,
  ): Partial<BoundaryState> | null {
    return of === before.of ? null : { failed: false, of };
  }

  override render(): ReactNode {
    const { children, instead, name, as = 'div' } = this.props;
    if (!this.state.failed) return children;
    return instead ?? <Broken as={as} {...(name && { name })} />;
  }
}

function Broken({ as: Element, name }: { as: 'div' | 'li'; name?: string }) {
  const { t } = useLanguage();
  return (
    <Element>
      <Refusal sentence={name ? t('problem.part', { name }) : t('problem.broken')} />
    </Element>
  );
}
