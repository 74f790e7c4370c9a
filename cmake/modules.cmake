# entente_module(audit SOURCES note.cpp ... LINKS PkgConfig::sodium ...)
# One module of the SDK as an object library. Who may include whom is in sdk/layers.txt and kept by
# tests/tidy; third-party libraries are linked here, by the one module that is their home.
function(entente_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_library(entente_${name} OBJECT ${arg_SOURCES})
  target_include_directories(entente_${name} PUBLIC ${PROJECT_SOURCE_DIR}/sdk/include
                             PRIVATE ${PROJECT_SOURCE_DIR}/sdk/src ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(entente_${name} PRIVATE entente_flags ${arg_LINKS})
  set_property(GLOBAL PROPERTY ENTENTE_LINKS_${name} ${arg_LINKS})
  set_property(GLOBAL APPEND PROPERTY ENTENTE_BUILT_MODULES ${name})
endfunction()

# entente_link_modules(target core crypto ...): the objects of these modules and what they link.
function(entente_link_modules target)
  foreach(module IN LISTS ARGN)
    if(TARGET entente_${module})
      get_property(links GLOBAL PROPERTY ENTENTE_LINKS_${module})
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:entente_${module}>)
      target_link_libraries(${target} PRIVATE ${links})
    endif()
  endforeach()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/sdk/include)
endfunction()

# entente_unit_tests(audit SOURCES note_test.cpp ... [MODULES wire ...] [LABELS threads] [LINKS ...])
# The tests of one module, one executable. It links that module and those that sdk/layers.txt puts
# below it: what reaches higher does not link. MODULES names more, for tests that need them.
function(entente_unit_tests name)
  cmake_parse_arguments(arg "" "" "SOURCES;MODULES;LABELS;LINKS" ${ARGN})
  set(modules ${ENTENTE_BELOW_${name}} ${name})
  foreach(extra IN LISTS arg_MODULES)
    list(APPEND modules ${ENTENTE_BELOW_${extra}} ${extra})
  endforeach()
  list(REMOVE_DUPLICATES modules)
  add_executable(${name}_test ${arg_SOURCES})
  entente_link_modules(${name}_test ${modules})
  entente_add_suite(${name}_test unit.${name} "${arg_LABELS}" "${arg_LINKS}")
endfunction()

# entente_suite(integration SOURCES refund_test.cpp ... [LABELS threads long] [LINKS ...])
# Tests of the whole, against the shared library that users get.
function(entente_suite name)
  cmake_parse_arguments(arg "" "" "SOURCES;LABELS;LINKS" ${ARGN})
  add_executable(${name}_test ${arg_SOURCES})
  target_link_libraries(${name}_test PRIVATE entente)
  entente_add_suite(${name}_test ${name} "${arg_LABELS}" "${arg_LINKS}")
endfunction()

# Labels: `threads` also runs under ThreadSanitizer, `long` runs in `./dev test --full` only.
function(entente_add_suite target test labels links)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support)
  target_link_libraries(${target} PRIVATE entente_flags Catch2::Catch2WithMain ${links})
  if(ENTENTE_SANITIZE)
    # Half the time to compile; what is tested keeps its optimisation.
    target_compile_options(${target} PRIVATE -O0)
  endif()
  target_compile_definitions(${target} PRIVATE ENTENTE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${test} COMMAND ${target})
  set_tests_properties(${test} PROPERTIES LABELS "${labels}"
                                           TIMEOUT ${ENTENTE_TEST_TIMEOUT})
  if("threads" IN_LIST labels)
    add_dependencies(entente_threads_tests ${target})
  endif()
endfunction()
