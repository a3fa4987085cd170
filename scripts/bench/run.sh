#!/bin/sh
# `make bench`: lunate against PyTorch, ONNX Runtime and pandas on this machine. Brings the peers
# along where it can (Debian's packages as root; ONNX Runtime from npm, no scripts of it are run),
# then hands over to run.lua. Arguments are run.lua's.
cd "$(dirname "$0")/../.." || exit 1
[ "$1" != processes ] || exec "${LUA:-lua5.4}" scripts/bench/processes.lua
PYTHON=${PYTHON:-/usr/bin/python3}
packages="python3-torch python3-numpy python3-pandas"
if ! "$PYTHON" -c 'import torch, numpy, pandas' 2>/dev/null; then
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "setting up this machine: apt-get install $packages"
    # shellcheck disable=SC2086
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends $packages; } </dev/null >/dev/null 2>&1
  fi
  if ! "$PYTHON" -c 'import torch, numpy' 2>/dev/null; then
    echo "no comparison: PyTorch is missing (Debian packages: $packages)" >&2
    PYTHON=
  fi
fi
ONNX=
if [ -n "$PYTHON" ] && command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
  ONNX=$PWD/build/bench
  mkdir -p "$ONNX"
  [ -f "$ONNX/package.json" ] || echo '{"private": true}' >"$ONNX/package.json"
  [ -d "$ONNX/node_modules/onnxruntime-node" ] ||
    (cd "$ONNX" && npm install --ignore-scripts --silent onnxruntime-node) >/dev/null 2>&1
  "$PYTHON" scripts/bench/peer_torch.py onnx "$ONNX" >/dev/null 2>&1
  if [ ! -d "$ONNX/node_modules/onnxruntime-node" ] || [ ! -f "$ONNX/mobilenet.onnx" ] ||
    [ ! -f "$ONNX/lstm.onnx" ]; then
    echo "without ONNX Runtime: it comes from npm (onnxruntime-node)" >&2
    ONNX=
  fi
fi
# libjpeg-turbo alone reads the folder of pictures, too.
mkdir -p build/bench
JPEG=$PWD/build/bench/peer_jpeg
${CC:-cc} -O2 -o "$JPEG" scripts/bench/peer_jpeg.c -ljpeg -lpthread 2>/dev/null || {
  echo "without libjpeg-turbo alone: it does not link (Debian package: libjpeg62-turbo-dev)" >&2
  JPEG=
}
PYTHON=$PYTHON ONNX=$ONNX JPEG=$JPEG "${LUA:-lua5.4}" scripts/bench/run.lua "$@" || exit
[ -n "$2" ] || exec "${LUA:-lua5.4}" scripts/bench/processes.lua "$@"
