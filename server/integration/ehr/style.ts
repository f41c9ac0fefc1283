// How apps may look inside the demo EHR: its own paper and one strong colour, for a light and for a dark chart.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#styling
export type StyleName = keyof typeof STYLES;

/** The colours of smart-app/ehr/ehr.css. */
export const STYLES = {
  light: {
    color_background: '#fbfaf8',
    color_error: '#a3231b',
    color_highlight: '#1f4f8f',
    color_text: '#20262c',
  },
  dark: {
    color_background: '#1b1d20',
    color_error: '#ff9f96',
    color_highlight: '#9dc1f2',
    color_text: '#e5e7e9',
  },
} as const;
