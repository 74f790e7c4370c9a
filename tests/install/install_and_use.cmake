# Installs the build in BUILD, then builds and runs SOURCE as a project of its own. Each step stops
# the test with the output of what failed.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()

# The library shows our names and no other: a host that has its own libsodium keeps it.
function(check_exports library)
  execute_process(COMMAND nm -D --defined-only ${library} OUTPUT_VARIABLE symbols
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^ \n]+\n" names "${symbols}")
  list(LENGTH names count)
  list(FILTER names EXCLUDE REGEX "^_Z.*N(K)?7entente|^entente_")
  if(count LESS 50 OR NOT names STREQUAL "")
    message(FATAL_ERROR "${count} symbols exported, not ours are: ${names}")
  endif()
endfunction()

# What links an instrumented library must be instrumented itself.
set(flags "")
if(SANITIZE)
  set(flags -fsanitize=${SANITIZE})
endif()

file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/build)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(GLOB_RECURSE library ${WORK}/prefix/libentente.so)
check_exports(${library})
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR}
    -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_CXX_FLAGS=${flags})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/stranger)
