// Opens a chart in an emergency. https://hl7.org/fhir/R4/operations.html
Instance: Patient-break-glass
InstanceOf: OperationDefinition
Usage: #definition
* insert OurOperation(Patient-break-glass, break-glass, PatientBreakGlass)
* insert OnInstance(Patient)
* title = "Open a chart in an emergency"
* description = "Opens the chart of a patient to whom the caller is not assigned, and its labelled content but psychotherapy notes, for some minutes. The policy of the caller's role says whether, and for how long at most. Who did it and why is kept and audited."
* affectsState = true
* insert In(0, reason, 1, 1, string)
* parameter[0].documentation = "Why the chart is needed now: 10 to 1000 characters."
* insert In(1, minutes, 0, 1, positiveInt)
* parameter[1].documentation = "For how many minutes; the most that the role allows when absent."
* insert Out(2, until, 1, 1, instant)
* parameter[2].documentation = "Until when the chart is open."
