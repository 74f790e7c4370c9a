# The vectors of one area, made again, must be those that are checked in, byte for byte.
file(REMOVE_RECURSE ${MADE})
file(MAKE_DIRECTORY ${MADE})
execute_process(COMMAND ${GENERATE} ${MADE} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND diff -r ${CHECKED_IN} ${MADE} RESULT_VARIABLE differs)
if(differs)
  message(FATAL_ERROR "not what the generator makes: ${CHECKED_IN}")
endif()
