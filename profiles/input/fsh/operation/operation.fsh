// What every operation of ours says about itself. https://hl7.org/fhir/R4/operationdefinition.html
RuleSet: OurOperation(id, code, name)
* url = "$CB/OperationDefinition/{id}"
* name = "{name}"
* status = #active
* kind = #operation
* code = #{code}

RuleSet: OnInstance(type)
* resource = #{type}
* system = false
* type = false
* instance = true

RuleSet: OnType(type)
* resource = #{type}
* system = false
* type = true
* instance = false

RuleSet: In(n, name, min, max, type)
* parameter[{n}].name = #{name}
* parameter[{n}].use = #in
* parameter[{n}].min = {min}
* parameter[{n}].max = "{max}"
* parameter[{n}].type = #{type}

RuleSet: Out(n, name, min, max, type)
* parameter[{n}].name = #{name}
* parameter[{n}].use = #out
* parameter[{n}].min = {min}
* parameter[{n}].max = "{max}"
* parameter[{n}].type = #{type}

RuleSet: OnSystem
* system = true
* type = false
* instance = false

// A parameter of parts, and one part of it.
RuleSet: Line(n, name, min, max)
* parameter[{n}].name = #{name}
* parameter[{n}].use = #out
* parameter[{n}].min = {min}
* parameter[{n}].max = "{max}"

RuleSet: Part(n, m, name, min, max, type)
* parameter[{n}].part[{m}].name = #{name}
* parameter[{n}].part[{m}].use = #out
* parameter[{n}].part[{m}].min = {min}
* parameter[{n}].part[{m}].max = "{max}"
* parameter[{n}].part[{m}].type = #{type}
