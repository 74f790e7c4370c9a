# Flags that every target of ours shares; nobody else's code is built with them.
add_library(entente_flags INTERFACE)
target_compile_options(entente_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -Werror=switch
  -Werror=unused-result)

if(ENTENTE_SANITIZE)
  add_compile_options(-fsanitize=${ENTENTE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ENTENTE_SANITIZE})
  if(ENTENTE_SANITIZE MATCHES thread)
    # Asio's atomic fences: TSan cannot see them, GCC only warns.
    target_compile_options(entente_flags INTERFACE -Wno-tsan)
  endif()
endif()
