#!/usr/bin/env bash
# Builds a release into dist/: archives for four platforms, two Debian packages,
# an SBOM of each program and SHA256SUMS. The same commit and version give the
# same bytes on any machine.
#
#   deploy/release.sh 1.0.0
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C TZ=UTC CGO_ENABLED=0
VERSION=${1:?usage: deploy/release.sh VERSION}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
MTIME=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
export VERSION SOURCE_DATE_EPOCH MTIME
go_mod_toolchain=$(go env GOVERSION)

tool() { # tool MODULE VERSION NAME: a pinned program, outside of our go.mod
  GOBIN=$tools go install "$1@$2"
  [ -x "$tools/$3" ]
}
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
tool github.com/goreleaser/nfpm/v2/cmd/nfpm v2.42.0 nfpm
tool github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod v1.10.0 cyclonedx-gomod

rm -rf dist
mkdir dist
for target in linux/amd64 linux/arm64 linux/loong64 windows/amd64; do
  os=${target%/*} arch=${target#*/} program=tongbao
  [ "$os" = windows ] && program=tongbao.exe
  name=tongbao-$VERSION-$os-$arch
  stage=dist/$name
  mkdir "$stage"
  GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.release=$VERSION" -o "$stage/$program" ./cmd/tongbao
  cp README.md README.zh-CN.md CHANGELOG.md LICENSE config.example.yaml "$stage/"
  cp -r docs "$stage/docs"
  [ "$os" = linux ] && cp deploy/tongbao.service "$stage/"
  "$tools/cyclonedx-gomod" bin -json -noserial -output "dist/$name.cdx.json" -version "$VERSION" "$stage/$program" 2>/dev/null
  # The moment of making an SBOM is no property of the program.
  sed -i -E "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$MTIME\"/" "dist/$name.cdx.json"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="$MTIME" -C dist -cf - "$name" | gzip -n9 >"dist/$name.tar.gz"
  if [ "$os" = linux ] && [ "$arch" != loong64 ]; then
    ARCH=$arch STAGE=$stage "$tools/nfpm" package -f deploy/nfpm.yaml -p deb -t "dist/tongbao_${VERSION}_$arch.deb" >/dev/null
  fi
  rm -rf "$stage"
done
(cd dist && sha256sum -- *.tar.gz *.deb *.cdx.json >SHA256SUMS)
echo "tongbao $VERSION, $go_mod_toolchain, $MTIME"
cat dist/SHA256SUMS
