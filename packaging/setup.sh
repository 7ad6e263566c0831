#!/bin/sh
# Makes the checkout ready to run: virtual environment, locked dependencies, missing system libraries.
# Run by make; does nothing where nothing changed. Everything comes from package registries.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
stop() { say "$@"; exit 1; }

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  stop "Tombola needs Python 3.11 or later as python3. On Debian or Ubuntu: apt-get install python3 python3-venv"

stamp=.venv/.ready
want=$(cat requirements.lock packaging/bootstrap.lock pyproject.toml packaging/setup.sh | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
  say "1/3  Virtual environment"
  [ -x .venv/bin/python ] || python3 -m venv .venv ||
    stop "The virtual environment could not be made. On Debian or Ubuntu: apt-get install python3-venv"
  say "2/3  Dependencies, as locked (about 250 MB the first time)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r packaging/bootstrap.lock
  .venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements.lock
  .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python -e .
fi

# The provider of identities that the tests log in at. Only they need it, so that setting up goes on without.
lock=$(sha256sum <tests/oidc/package-lock.json)
if [ "$(cat tests/oidc/node_modules/.ready 2>/dev/null)" != "$lock" ]; then
  if PATH="$PWD/.venv/bin:$PATH" npm ci --prefix tests/oidc --silent --no-audit --no-fund --ignore-scripts >/dev/null; then
    printf '%s' "$lock" >tests/oidc/node_modules/.ready
  else
    say "npm's registry could not be reached, so the tests of logging in at a provider will fail. Set npm's proxy or registry (npm config set registry …), and run this again."
  fi
fi

# Qt's libraries and the browser that takes the pages' pictures come from the system.
packages=
.venv/bin/python -c 'import PySide6.QtQuick' 2>/dev/null ||
  packages="libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0 fonts-dejavu-core"
command -v chromium >/dev/null || command -v google-chrome >/dev/null || command -v chromium-browser >/dev/null ||
  packages="$packages chromium"
.venv/lib/python3*/site-packages/playwright/driver/node --version >/dev/null 2>&1 || packages="$packages libatomic1"
command -v curl >/dev/null || packages="$packages curl"  # with which the tests run the manual's examples
if [ -n "$packages" ]; then
  say "3/3  System libraries: $packages"
  as_root=
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
    $as_root apt-get -qq update
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive $as_root apt-get -qq install -y --no-install-recommends $packages >/dev/null
  else
    stop "Missing system packages. As root: apt-get install $packages"
  fi
  .venv/bin/python -c 'import PySide6.QtQuick' ||
    stop "Qt does not load; the line above names the library that is missing."
fi
printf '%s' "$want" >"$stamp"
