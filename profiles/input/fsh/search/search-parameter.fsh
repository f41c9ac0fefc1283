// What every search parameter of ours says about itself. https://hl7.org/fhir/R4/searchparameter.html
RuleSet: OurSearchParameter(base, code, type, name)
* url = "$CB/SearchParameter/{base}-{code}"
* name = "{name}"
* status = #active
* code = #{code}
* base = #{base}
* type = #{type}
