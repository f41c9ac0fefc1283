// The tables that the build puts in place of this module: see build/plugin.ts.
// https://hl7.org/fhir/R4/validation.html
declare module 'virtual:validation-tables' {
  type Tables = import('../build/tables.ts').ValidationTables;
  export const own: Tables['own'];
  export const r4: Tables['r4'];
  export const codes: Tables['codes'];
  export const ownCodes: Tables['ownCodes'];
}
