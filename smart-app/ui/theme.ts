// Mantine drawn with our tokens: its variables point at ours, so light and dark have one source.
// https://mantine.dev/styles/css-variables/
import { type CSSVariablesResolver, createTheme, type VariantColorsResolver } from '@mantine/core';

const OUTLINED = {
  background: 'var(--paper)',
  hover: 'var(--paper-2)',
  color: 'var(--ink)',
  border: '1px solid var(--line-strong)',
};

const VARIANTS: Readonly<Record<string, typeof OUTLINED>> = {
  filled: {
    background: 'var(--accent)',
    hover: 'var(--accent-strong)',
    color: 'var(--on-accent)',
    border: '1px solid transparent',
  },
  default: OUTLINED,
  subtle: {
    background: 'transparent',
    hover: 'var(--paper-2)',
    color: 'var(--ink-2)',
    border: '1px solid transparent',
  },
};

const variantColorResolver: VariantColorsResolver = ({ variant }) => VARIANTS[variant] ?? OUTLINED;

export const theme = createTheme({
  fontFamily: 'var(--font)',
  defaultRadius: 6,
  respectReducedMotion: true,
  variantColorResolver,
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  components: {
    Modal: { defaultProps: { transitionProps: { duration: 100 }, radius: 6, centered: true } },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 100 },
        radius: 6,
        position: 'bottom-end',
        shadow: 'none',
        withInitialFocusPlaceholder: false,
      },
    },
    InputWrapper: {
      defaultProps: { errorProps: { role: 'alert' } },
      vars: () => ({
        label: { '--input-label-size': '14px' },
        description: { '--input-description-size': '13px' },
        error: { '--input-error-size': '14px' },
      }),
    },
    Skeleton: { defaultProps: { animate: false } },
    Button: { defaultProps: { size: 'xs' }, vars: () => ({ root: { '--button-fz': '14px' } }) },
  },
});

const SHARED: Record<string, string> = {
  '--mantine-color-body': 'var(--paper)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-2)',
  '--mantine-color-default': 'var(--paper)',
  '--mantine-color-default-hover': 'var(--paper-2)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-placeholder': 'var(--ink-2)',
  '--mantine-color-error': 'var(--late)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent-strong)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: SHARED, dark: SHARED });
