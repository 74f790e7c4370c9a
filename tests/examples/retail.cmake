# Each step stops the test with the output of what went wrong.
function(run expected)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL expected)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}, expected ${expected}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_line output pattern)
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "expected ${pattern} in\n${output}")
  endif()
endfunction()

# verify_changed(what from to): results that are not what happened must not pass.
function(verify_changed what from to)
  file(READ ${WORK}/own.jsonl results)
  string(FIND "${results}" "${from}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${what}: nothing to change in the results")
  endif()
  string(REPLACE "${from}" "${to}" results "${results}")
  file(WRITE ${WORK}/changed.jsonl "${results}")
  run(1 ${retail} --verify ${WORK}/changed.jsonl ${own_tasks})
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(flags "")
if(SANITIZE)
  set(flags -fsanitize=${SANITIZE})
endif()
file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/stores ${WORK}/lax)
run(0 ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(0 ${CMAKE_COMMAND} -S ${SOURCE}/examples/retail -B ${WORK}/build -G ${GENERATOR}
    -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_FLAGS=${flags})
run(0 ${CMAKE_COMMAND} --build ${WORK}/build)

set(retail ${WORK}/build/retail)
set(example ${SOURCE}/examples/retail)
set(own_tasks --tasks ${example}/tasks/own.json --data ${example}/data)

run(0 ${retail} ${own_tasks} --out ${WORK}/own.jsonl --keep ${WORK}/stores --audit)
expect_line("${output}" "34 tasks: 34 right, 23 writes executed, 21 refused, 0 forbidden writes")
expect_line("${output}" " 0 broken")
run(2 ${retail} ${own_tasks} --out ${WORK}/own.jsonl --keep ${WORK}/stores)
run(0 ${retail} --verify ${WORK}/own.jsonl ${own_tasks})

verify_changed("another reason" "\"reason\":\"not_your_order\"" "\"reason\":\"order_not_pending\"")
verify_changed("another item" "\"new_item_ids\":[\"2000000002\",\"2000000003\"]"
               "\"new_item_ids\":[\"2000000003\",\"2000000002\"]")
string(REPEAT "ab" 32 digest)
string(CONCAT forbidden "{\"name\":\"cancel_pending_order\",\"kwargs\":{\"order_id\":\"#W1000003\","
       "\"reason\":\"no longer needed\"},\"accept\":\"${digest}\"}")
verify_changed("a forbidden write" "{\"task\":2,\"executed\":["
               "{\"task\":2,\"executed\":[${forbidden}")
expect_line("${output}" " 1 forbidden writes")
verify_changed("no person" "\"handoff\":true" "\"handoff\":false")
verify_changed("no accept" "\"accept\":\"" "\"accept\":\"00")

# A shop whose policy forgets a rule does what the handbook forbids, and this is seen.
file(READ ${SOURCE}/examples/policies/retail.policy.yaml policy)
string(REPLACE "at_least: {fact: price.difference}" "at_least: {cur: USD, amt: 0}" lax "${policy}")
if(lax STREQUAL policy)
  message(FATAL_ERROR "the policy has no rule to forget")
endif()
file(WRITE ${WORK}/lax.policy.yaml "${lax}")
run(1 ${retail} ${own_tasks} --out ${WORK}/lax.jsonl --policy ${WORK}/lax.policy.yaml)
expect_line("${output}" " 1 forbidden writes")

run(0 ${retail} --cases ${example}/cases)

set(shared $ENV{ENTENTE_SHARED})
if(NOT shared)
  set(shared ${SOURCE}/../shared)
endif()
set(shop ${shared}/data/tau-retail)
if(EXISTS ${shop}/tasks_dev.json)
  run(0 ${retail} --tasks ${shop}/tasks_dev.json --data ${shop} --out ${WORK}/dev.jsonl --audit)
  expect_line("${output}" "20 tasks: 20 right")
else()
  message(STATUS "skipped: no ${shop}/tasks_dev.json")
endif()
