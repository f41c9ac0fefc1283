// How the pages of the authorization server look: the colours of the app, light and dark, from 320 pixels upwards.
// https://www.w3.org/TR/WCAG22/#reflow
import { createHash } from 'node:crypto';

/** The same values as in smart-app/ui/tokens.css. */
const LIGHT =
  '--paper:#ffffff;--paper-2:#f5f7f8;--ink:#1a2126;--ink-2:#55616b;--line:#dee3e7;--line-strong:#77828c;--accent:#0e6472;--accent-strong:#0a4f5a;--accent-soft:#e5f1f3;--on-accent:#ffffff;--late:#b0251d;--late-soft:#fcedec';
const DARK =
  '--paper:#14181b;--paper-2:#1b2024;--ink:#e6e9eb;--ink-2:#a4aeb6;--line:#2e353a;--line-strong:#76828b;--accent:#6cc5d3;--accent-strong:#93d8e2;--accent-soft:#16323a;--on-accent:#05272d;--late:#ff9f96;--late-soft:#3a1e1c';

/** The style sheet of every page. */
export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media(prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{background:var(--paper)}
body{margin:0 auto;max-width:34rem;padding:24px 16px;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:anywhere}
.brand{margin:0 0 16px;color:var(--ink-2);font-size:14px;font-weight:600}
h1{font-size:20px;line-height:1.35;margin:0 0 8px}
h2{font-size:16px;margin:24px 0 8px}
p{margin:8px 0}
a{color:var(--accent)}
small,.hint{color:var(--ink-2);font-size:14px}
fieldset{border:1px solid var(--line);border-radius:6px;margin:16px 0;padding:8px 16px;min-width:0}
legend{font-weight:600;padding:0 4px}
label{display:block;padding:4px 0}
.choice{display:flex;gap:8px;align-items:flex-start;min-height:32px;padding:4px 0}
.choice input{flex:none;width:20px;height:20px;margin:2px 0;accent-color:var(--accent)}
.field{margin:16px 0}
.field label{font-weight:600}
.field input{font:inherit;width:100%;min-height:44px;padding:8px;color:var(--ink);background:var(--paper);border:1px solid var(--line-strong);border-radius:6px}
.field [aria-invalid=true]{border-color:var(--late);border-width:2px}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:16px 0}
button,.button{display:inline-block;font:inherit;font-weight:600;min-height:44px;padding:8px 16px;border:1px solid var(--accent);border-radius:6px;background:var(--accent);color:var(--on-accent);text-decoration:none;cursor:pointer}
button.plain,.button.plain{background:var(--paper);color:var(--accent)}
button:hover,.button:hover{border-color:var(--accent-strong)}
.problem{border:1px solid var(--late);border-left-width:4px;border-radius:6px;background:var(--late-soft);padding:8px 16px;margin:16px 0}
.problem h2{margin:0}
.card{border:1px solid var(--line);border-radius:6px;padding:8px 16px;margin:16px 0}
details{margin:4px 0 8px 28px;color:var(--ink-2);font-size:14px}
details.open{margin-left:0;color:inherit;font-size:inherit}
summary{cursor:pointer;padding:4px 0}
code{font-size:13px}
ul{margin:4px 0;padding-left:20px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;

/** The source expression by which a content security policy allows this style sheet and no other. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
