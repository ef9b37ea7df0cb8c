# A user of the cli: asks for its version and makes a messages directory. The version it should print is in EXPECTED_VERSION.
set -eu
version=$(npx --no-install tapps-mq --version)
[ "$version" = "$EXPECTED_VERSION" ] || { echo "--version printed '$version', not $EXPECTED_VERSION"; exit 1; }
npx --no-install tapps-mq init
npx --no-install tapps-mq agents register coder
npx --no-install tapps-mq inspect
test -f .tapps-agents/messages/layout.json
