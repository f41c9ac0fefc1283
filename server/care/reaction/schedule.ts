// What follows from changes of visits and slots: no slot and nobody is booked twice, and everything that a visit brings with it.
// https://hl7.org/fhir/R4/appointment.html
import { needsAreArranged } from '../schedule/access-needs.ts';
import { nobodyIsBookedTwice } from '../schedule/double-booking.ts';
import { firstVisitsAreConfirmed, missedVisitsAreWonBack } from '../schedule/missed.ts';
import { remindersFollowVisits } from '../schedule/reminder.ts';
import { visitsReplaceOthers } from '../schedule/reschedule.ts';
import { keptSlotsStayTaken, slotsFollowVisits } from '../schedule/slot.ts';
import {
  freeSlotsAreOffered,
  refusedOffersGoOn,
  takenSlotsAreNotOffered,
  whoIsBookedWaitsNoMore,
} from '../schedule/wait-list.ts';
import { type Reaction, reaction } from '../write.ts';

export const scheduleReactions: readonly Reaction[] = [
  // The visit that is replaced gives its time back before the new one takes it.
  reaction(visitsReplaceOthers),
  reaction(slotsFollowVisits),
  reaction(keptSlotsStayTaken),
  reaction(nobodyIsBookedTwice),
  reaction(whoIsBookedWaitsNoMore),
  reaction(needsAreArranged),
  reaction(remindersFollowVisits),
  reaction(missedVisitsAreWonBack),
  reaction(firstVisitsAreConfirmed),
  reaction(takenSlotsAreNotOffered),
  reaction(freeSlotsAreOffered),
  reaction(refusedOffersGoOn),
];
