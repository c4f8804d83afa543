# Warnings, sanitizers, ccache and mold: what every target of this tree is built with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(PLATOS_WERROR "Warnings are errors" OFF)
option(PLATOS_PCH "Use precompiled headers" ON)
set(PLATOS_SANITIZE "" CACHE STRING "Value of -fsanitize, such as address,undefined")

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # As clang does by default: a function may be inlined into its own file although the code is position independent.
  add_compile_options(-fno-semantic-interposition)
  # g++ 12 reports these inside its own coroutine frames and std::string.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  if(CMAKE_UNITY_BUILD)
    # A coroutine frame that holds a type of an unnamed namespace looks shared to g++ when the file is included.
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()
if(PLATOS_WERROR)
  add_compile_options(-Werror)
endif()
if(PLATOS_SANITIZE)
  add_compile_options(-fsanitize=${PLATOS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PLATOS_SANITIZE})
  if(PLATOS_SANITIZE MATCHES "undefined")
    # Calls through C function tables cross library borders, where clang cannot see the callee's type.
    add_compile_options($<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function,vptr>)
  endif()
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Precompiled headers are cached only with these two liberties.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
