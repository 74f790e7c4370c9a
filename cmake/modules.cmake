# entente_module(audit SOURCES note.cpp … LINKS PkgConfig::sodium …)
# One module of the SDK as an object library. Who may include whom is in sdk/layers.txt and kept by
# tests/tidy; third-party libraries are linked here, by the one module that is their home.
function(entente_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_library(entente_${name} OBJECT ${arg_SOURCES})
  target_include_directories(entente_${name} PUBLIC ${PROJECT_SOURCE_DIR}/sdk/include
                             PRIVATE ${PROJECT_SOURCE_DIR}/sdk/src ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(entente_${name} PRIVATE entente_flags ${arg_LINKS})
  set_property(GLOBAL APPEND PROPERTY ENTENTE_MODULES entente_${name})
  set_property(GLOBAL APPEND PROPERTY ENTENTE_LINKS ${arg_LINKS})
endfunction()

# entente_unit_tests(audit SOURCES note_test.cpp …): the tests of one module, one executable.
function(entente_unit_tests name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_test ${arg_SOURCES})
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests/support)
  target_link_libraries(${name}_test PRIVATE entente_internal entente_flags
                        Catch2::Catch2WithMain ${arg_LINKS})
  target_compile_definitions(${name}_test PRIVATE
    ENTENTE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME unit.${name} COMMAND ${name}_test)
  set_tests_properties(unit.${name} PROPERTIES SKIP_RETURN_CODE 4)
endfunction()
