#!/bin/bash
# Every C header compiles alone as C11 (gcc, clang), C++17 and C++20 (g++, clang++); every C++ header as C++20. All
# warnings are errors. Compilers that this machine lacks fail the test: it would prove less than it says.
#   check_headers.sh <sdk folder>
set -u
include=${1:?usage: check_headers.sh <sdk folder>}/include
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only"
failed=0

compile() { # compile <compiler> <language> <standard> <header>
  if ! echo "#include \"$4\"" | "$1" -x "$2" "-std=$3" $warnings -I"$include" -; then
    echo "$4 does not compile alone with $1 as $3"
    failed=1
  fi
}

for header in $(cd "$include" && find platos -name '*.h' | sort); do
  compile gcc c c11 "$header"
  compile clang-14 c c11 "$header"
  compile g++ c++ c++17 "$header"
  compile g++ c++ c++20 "$header"
  compile clang++-14 c++ c++17 "$header"
  compile clang++-14 c++ c++20 "$header"
done
for header in $(cd "$include" && find platos -name '*.hpp' | sort); do
  compile g++ c++ c++20 "$header"
  compile clang++-14 c++ c++20 "$header"
done
exit $failed
