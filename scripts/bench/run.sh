#!/bin/sh
# `make bench`: lunate against PyTorch on this machine. Brings PyTorch along where it can (Debian,
# as root), then hands over to run.lua. Arguments are run.lua's.
cd "$(dirname "$0")/../.." || exit 1
PYTHON=${PYTHON:-/usr/bin/python3}
if ! "$PYTHON" -c 'import torch, numpy' 2>/dev/null; then
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "setting up this machine: apt-get install python3-torch"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends python3-torch python3-numpy; } </dev/null >/dev/null 2>&1
  fi
  if ! "$PYTHON" -c 'import torch, numpy' 2>/dev/null; then
    echo "no comparison: PyTorch is missing (Debian packages: python3-torch python3-numpy)" >&2
    PYTHON=
  fi
fi
PYTHON=$PYTHON exec "${LUA:-lua5.4}" scripts/bench/run.lua "$@"
