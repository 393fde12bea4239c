#!/usr/bin/env bash
# Two identity providers that are not ours, for tests/live: oidc-provider (npm) and canaille, in an
# environment of its own. Quick when both are there. As root on Debian Node is installed too.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="$(cd "$here/../.." && pwd)/.providers"
python="${1:-python3}"
mkdir -p "$target"

is_current() { # mark, then the files it was made from
	local mark="$1"
	shift
	[ -f "$mark" ] && [ "$(cat "$@" | sha256sum)" = "$(cat "$mark")" ]
}

install_canaille() {
	local mark="$target/canaille/.installed"
	if is_current "$mark" "$here/canaille.lock" && "$target/canaille/bin/python" -c ''; then return; fi
	rm -rf "$target/canaille"
	"$python" -m venv "$target/canaille"
	"$target/canaille/bin/python" -m pip install -qq --require-hashes -r "$here/canaille.lock"
	cat "$here/canaille.lock" | sha256sum >"$mark"
}

install_node() {
	if command -v node >/dev/null && command -v npm >/dev/null; then return; fi
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "==> Installing Node for the tests with oidc-provider (once)"
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
		return
	fi
	message="Node is missing: install it (Debian: apt-get install nodejs npm) to test with oidc-provider."
	if [ -n "${CI:-}" ]; then
		echo "$message" >&2
		return 1
	fi
	echo "==> $message Its tests are skipped this time."
}

# What npm makes of a folder's lock file, in a folder of the same name.
install_locked() { # name, folder with package.json
	local mark="$target/$1/.installed" sources=("$2/package.json" "$2/package-lock.json")
	if is_current "$mark" "${sources[@]}"; then return; fi
	rm -rf "${target:?}/$1"
	mkdir -p "$target/$1"
	cp "${sources[@]}" "$here/.npmrc" "$target/$1/"
	npm ci --silent --prefix "$target/$1"
	cat "${sources[@]}" | sha256sum >"$mark"
}

install_oidc_provider() {
	install_node
	if ! command -v npm >/dev/null; then return; fi
	# Debian 12 has Node 18. oidc-provider needs what came with 20.12.
	if ! node -e 'process.exit(require("node:crypto").hash ? 0 : 1)'; then
		install_locked node "$here/node"
	fi
	install_locked oidc-provider "$here"
}

install_canaille &
canaille=$!
install_oidc_provider
wait "$canaille"
