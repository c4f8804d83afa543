#!/bin/bash
# Compares the types of sdk/include with the baseline sdk/abi/draft.abi. No suppressions: see sdk/README.md.
#   check_abi.sh <sdk folder>            exit 0: the same; 1: different, or the tools failed
#   check_abi.sh <sdk folder> --update   writes the baseline anew
set -u
sdk=$(cd "${1:?usage: check_abi.sh <sdk folder> [--update]}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Folders of this machine must not get into the debug information, and so not into the baseline.
gcc -std=c11 -g -O0 -gdwarf-4 -fPIC -shared -fvisibility=hidden -I"$sdk/include" -DPLATOS_SDK_TARGET=0 \
  -fdebug-prefix-map="$sdk"=sdk -fdebug-prefix-map="$work"=. -o "$work/probe.so" "$sdk/abi/probe.c" || exit 1
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --drop-private-types --out-file "$work/now.abi" \
  "$work/probe.so" || exit 1

if [ "${2:-}" = --update ]; then
  cp "$work/now.abi" "$sdk/abi/draft.abi"
  exit 0
fi
if abidiff --harmless --no-show-locs "$sdk/abi/draft.abi" "$work/now.abi" > "$work/report"; then
  exit 0
fi
cat "$work/report"
cat <<'TEXT'

The plugin ABI is not that of the baseline sdk/abi/draft.abi.
 - Not meant: undo the change under sdk/include. Plugins built before it would be called wrongly.
 - Meant, before SDK 1.0.0: run tests/abi/check_abi.sh sdk --update, add a line to sdk/CHANGELOG.md, correct
   tests/abi/layout.c, and begin the commit's message with "abi:".
TEXT
exit 1
