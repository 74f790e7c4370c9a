# The libraries of others. Each has one home among the modules (tests/tidy keeps it so) and none
# shows in a public header; why these is docs/design/decisions/0001-dependencies.md.
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET GLOBAL prometheus-cpp-core)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CapnProto REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(Threads REQUIRED)

if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  target_compile_options(CapnProto::capnp INTERFACE
    "SHELL:-include ${PROJECT_SOURCE_DIR}/tests/support/capnp_clang_shim.h")
endif()
