// The ways in which a launch can fail, each a page in words.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html

/** Why there is no session; the locales say each in words (`problem.<reason>`). */
export type LaunchReason =
  | 'no-launch'
  | 'no-start'
  | 'insecure'
  | 'untrusted'
  | 'unreachable'
  | 'denied'
  | 'refused'
  | 'expired'
  | 'state'
  | 'token'
  | 'other';

/** A launch that ended without a session. `detail` is the sign-in server's own sentence, where it gave one. */
export class LaunchFailure extends Error {
  override readonly name = 'LaunchFailure';
  readonly reason: LaunchReason;
  readonly detail?: string;

  constructor(reason: LaunchReason, detail?: string) {
    super(detail ?? reason);
    this.reason = reason;
    if (detail) this.detail = detail;
  }
}
