# Compiles CASE without and with its misuse: the first must work, the second must fail, and for the
# reason its first line names.
set(compile ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -std=c++23 -Wall -Wextra
    -Werror=unused-result -fsyntax-only -I ${INCLUDE})

file(STRINGS ${CASE} first LIMIT_COUNT 1)
if(NOT first MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${CASE}:1: the first line must be '// expect: part of the complaint'")
endif()
set(expected "${CMAKE_MATCH_1}")

execute_process(COMMAND ${compile} ${CASE} RESULT_VARIABLE status ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${CASE} does not compile even without the misuse:\n${output}")
endif()

execute_process(COMMAND ${compile} -DMISUSE ${CASE} RESULT_VARIABLE status ERROR_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "${CASE}: the misuse compiles")
endif()
string(FIND "${output}" "${expected}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "${CASE}: fails without saying '${expected}':\n${output}")
endif()
