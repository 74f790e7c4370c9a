# Flags that every target of ours shares; nobody else's code is built with them.
add_library(entente_flags INTERFACE)
target_compile_options(entente_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Werror=switch
  -Werror=unused-result)

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees overlap in "text" + std::string where there is none (its bug 105651), and values
  # of empty optionals, moved or instrumented, as used. clang-tidy looks for both.
  target_compile_options(entente_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
elseif(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # std::stable_sort of libstdc++ 12 calls what that library itself calls deprecated.
  target_compile_options(entente_flags INTERFACE -Wno-deprecated-declarations)
endif()

if(ENTENTE_SANITIZE)
  add_compile_options(-fsanitize=${ENTENTE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ENTENTE_SANITIZE})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(ENTENTE_SANITIZE MATCHES undefined)
    # A null pointer stops under AddressSanitizer anyway, and these three cost half of the compile
    # time, which would take a whole run past twenty minutes.
    add_compile_options(-fno-sanitize=vptr,null,alignment)
  endif()
  if(ENTENTE_SANITIZE MATCHES thread)
    # Asio's atomic fences: TSan cannot see them, GCC only warns.
    target_compile_options(entente_flags INTERFACE -Wno-tsan)
  endif()
else()
  # What ships meets hostile bytes: overflow checks of the library calls, no writable GOT.
  add_compile_options($<$<CONFIG:Release>:-fstack-protector-strong>)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  add_link_options(LINKER:-z,relro,-z,now)
endif()
