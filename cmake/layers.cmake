# sdk/layers.txt, read: the modules lowest first, and for each the modules it stands on.
file(STRINGS ${PROJECT_SOURCE_DIR}/sdk/layers.txt layer_lines REGEX "^[a-z]+:")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/sdk/layers.txt)

set(ENTENTE_MODULES "")
foreach(line IN LISTS layer_lines)
  string(REGEX MATCH "^[a-z]+" module "${line}")
  string(REGEX REPLACE "^[a-z]+:" "" named "${line}")
  separate_arguments(named)
  # Every module named was read before, so one step gives all that lies below.
  set(below "")
  foreach(lower IN LISTS named)
    list(APPEND below ${ENTENTE_BELOW_${lower}} ${lower})
  endforeach()
  list(REMOVE_DUPLICATES below)
  set(ENTENTE_BELOW_${module} ${below})
  list(APPEND ENTENTE_MODULES ${module})
endforeach()
