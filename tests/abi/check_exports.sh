#!/bin/bash
# Every plugin of the build tree exports exactly platos_plugin_v1, and has no symbol that the whole process would share.
#   check_exports.sh <build folder> <number of plugins, at least>
set -u
plugins=${1:?usage: check_exports.sh <build folder> <at least>}/lib/platos/plugins
least=${2:?}
failed=0
seen=0
for library in "$plugins"/*/*.so; do
  [ -e "$library" ] || continue
  seen=$((seen + 1))
  exported=$(nm -D --defined-only "$library" | awk '{print $3}')
  if [ "$exported" != platos_plugin_v1 ]; then
    echo "$library: expected one exported symbol, platos_plugin_v1, found: $exported"
    failed=1
  fi
  unique=$(nm "$library" 2>/dev/null | awk '$2 == "u" {print $3}' | head -5)
  if [ -n "$unique" ]; then
    echo "$library: symbols shared by the whole process (STB_GNU_UNIQUE): $unique"
    failed=1
  fi
done
if [ "$seen" -lt "$least" ]; then
  echo "$plugins: expected at least $least plugins, found $seen"
  failed=1
fi
exit $failed
