# Plays examples/first in an empty directory: the case must come to a close.
file(REMOVE_RECURSE ${PLACE})
execute_process(
  COMMAND ${PROGRAM} ${PLACE} ${SOURCE}/examples/policies/kettle.policy.yaml
          ${SOURCE}/examples/policies/kettle.goal.yaml
  OUTPUT_VARIABLE said RESULT_VARIABLE code)
if(NOT code EQUAL 0 OR NOT said MATCHES "EUR 5.00" OR NOT said MATCHES "closed: resolved_agreed")
  message(FATAL_ERROR "status ${code}:\n${said}")
endif()
