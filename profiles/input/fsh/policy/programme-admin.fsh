// What a programme administrator may do: directory, definitions, groups and policies; nobody's chart. https://hl7.org/fhir/R4/basic.html
Instance: policy-programme-admin
InstanceOf: CnAccessPolicy
Usage: #example
Title: "Programme administrator"
Description: "A programme administrator keeps the directory, the definitions, the groups and these policies."
* insert Policy(programme-admin)
* insert Person
* insert Rule(manage-directory, cud, any)
* insert DirectoryTypes
* insert Rule(manage-definitions, cud, any)
* insert DefinitionTypes
* insert Rule(manage-policies, cruds, any)
* insert Type(Basic)
* extension[rule][=].extension[criteria].valueString = "code=$CB/CodeSystem/cn-category|access-policy,$CB/CodeSystem/cn-category|practice-rule"
* insert Rule(manage-groups, cruds, any)
* insert Type(Group)
* insert Rule(manage-subscriptions, cruds, any)
* insert Type(Subscription)
* insert AssessReadiness
* insert Purpose(HOPERAT)
