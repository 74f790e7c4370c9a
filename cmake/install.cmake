# What `cmake --install` puts in place, and find_package(entente) finds.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/entente)

install(TARGETS entente EXPORT entente LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/sdk/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
if(EXISTS ${PROJECT_SOURCE_DIR}/sdk/capi/entente.h)
  install(FILES ${PROJECT_SOURCE_DIR}/sdk/capi/entente.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()
if(TARGET entente_cli)
  install(TARGETS entente_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# The library links its own dependencies privately, so the exported target is the whole config.
install(EXPORT entente NAMESPACE entente:: FILE ententeConfig.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ententeConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ententeConfigVersion.cmake DESTINATION ${package_dir})
