# Shared by quickstart and check. Sourced, not run.

# install_packages FILE...: installs what the files list and this machine lacks. Needs root, or sudo, only if something is.
install_packages() {
  local wanted missing=() package
  wanted=$(grep -hvE '^(#|$)' "$@")
  for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" = 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "these packages are missing, and installing them needs root: ${missing[*]}" >&2; return 1; }
    as_root=(sudo)
  fi
  echo "installing: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  if [[ " ${missing[*]} " = *" postgresql-15 "* ]]; then
    # Tests make their own clusters; the package's would take port 5432.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
    "${as_root[@]}" sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The command that follows, with a line that says what it is and how long it took.
step() {
  local name=$1 started=$SECONDS
  shift
  echo "== $name"
  "$@"
  echo "   done in $((SECONDS - started)) s"
}

# Node and npm, for the oracles of the tests, unless the machine has them from somewhere.
install_node() {
  command -v node >/dev/null && command -v npm >/dev/null && return 0
  install_packages <(printf 'nodejs\nnpm\n')
}

# What the tests take from npm, as their lock files say.
install_npm_packages() {
  local folder
  for folder in "$@"; do
    [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && continue
    npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
    touch "$folder/node_modules/.package-lock.json"
  done
}

# promtool, unpacked from its package without installing the server that comes with it.
unpack_promtool() {
  [ -x build/tools/usr/bin/promtool ] && return 0
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && apt-get download -qq prometheus)
  mkdir -p build/tools
  dpkg-deb -x "$folder"/prometheus_*.deb build/tools
  rm -rf "$folder"
}
