// The service clocks of visits. https://hl7.org/fhir/R4/appointment.html
import { visitReminder } from '../schedule/reminder.ts';
import { type Clock, clock } from './clock.ts';

export const scheduleClocks: readonly Clock[] = [clock(visitReminder)];
